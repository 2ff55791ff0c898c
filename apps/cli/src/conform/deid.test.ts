import { describe, expect, it } from "vitest";
import { loadSuite } from "./suites.ts";

describe("suites deid and pseudonymise", () => {
  it("answer with spans, in the mode asked for", async () => {
    const suite = await loadSuite("deid", { mode: "strict" });
    expect(suite({ id: 1, text: "MRN 4411023" })).toMatchObject({
      id: 1,
      spans: [{ start: 4, end: 11 }],
    });
  });

  it("keep a vault between lines", async () => {
    const suite = await loadSuite("pseudonymise", {});
    suite({ op: "open", vault: "v" });
    const { text } = suite({ op: "deidentify", vault: "v", text: "MRN 4411023" }) as { text: string };
    expect(text).not.toContain("4411023");
    expect(suite({ op: "reidentify", vault: "v", text })).toMatchObject({ text: "MRN 4411023" });
  });
});
