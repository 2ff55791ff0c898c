import { systemRandom } from "@cloister/crypto/random";
import { describe, expect, it } from "vitest";
import { conformDeid, PseudonymiseSuite } from "./conform.ts";

describe("suite deid", () => {
  it("answers with spans", () => {
    expect(conformDeid({ id: 3, text: "MRN 4411023" }, "balanced")).toEqual({
      id: 3,
      spans: [{ start: 4, end: 11, label: "MRN" }],
    });
  });

  it.each([null, { id: 1 }, { text: "a" }, { id: {}, text: "a" }])("refuses %j", (request) => {
    expect(() => conformDeid(request, "strict")).toThrowError(
      expect.objectContaining({ code: "CONFORM_REQUEST" }),
    );
  });
});

describe("suite pseudonymise", () => {
  it("opens, goes there and back, and streams", () => {
    const suite = new PseudonymiseSuite(systemRandom, "balanced");
    expect(suite.answer({ op: "open", vault: "v" })).toEqual({ ok: true });
    const { text } = suite.answer({ op: "deidentify", vault: "v", text: "Dr. Okonkwo called." }) as {
      text: string;
    };
    expect(suite.answer({ op: "reidentify", vault: "v", text })).toMatchObject({
      text: "Dr. Okonkwo called.",
    });
    const { chunks } = suite.answer({ op: "stream", vault: "v", chunks: text.split("") }) as {
      chunks: string[];
    };
    expect(chunks.join("")).toBe("Dr. Okonkwo called.");
    expect(chunks).toHaveLength(text.length + 1);
  });

  it("refuses what it does not know", () => {
    const suite = new PseudonymiseSuite(systemRandom, "balanced");
    const code = (expected: string): object => expect.objectContaining({ code: expected }) as object;
    expect(() => suite.answer({ op: "deidentify", vault: "v", text: "" })).toThrowError(
      code("VAULT_UNKNOWN"),
    );
    suite.answer({ op: "open", vault: "v" });
    expect(() => suite.answer({ op: "stream", vault: "v", chunks: [1] })).toThrowError(
      code("CONFORM_REQUEST"),
    );
    expect(() => suite.answer({ op: "open" })).toThrowError(code("CONFORM_REQUEST"));
  });
});
