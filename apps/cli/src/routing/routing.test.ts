/// <reference types="node" />
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultPolicy } from "@cloister/routing";
import { describe, expect, it } from "vitest";
import { readPolicyFile } from "./policy-file.ts";
import { deidPorts } from "./ports.ts";

describe("a policy file", () => {
  it("is read, or it is said what is wrong", async () => {
    const folder = await mkdtemp(join(tmpdir(), "cloister-routing-"));
    const file = join(folder, "policy.json");
    await writeFile(file, JSON.stringify(defaultPolicy));
    expect(await readPolicyFile(file)).toEqual(defaultPolicy);
    await writeFile(file, "{");
    await expect(readPolicyFile(file)).rejects.toMatchObject({
      code: "POLICY_FORMAT",
      message: expect.stringContaining("JSON") as string,
    });
    await writeFile(file, "{}");
    await expect(readPolicyFile(file)).rejects.toMatchObject({ code: "POLICY_FORMAT" });
    await expect(readPolicyFile(join(folder, "none"))).rejects.toMatchObject({ code: "FILE_UNREADABLE" });
  });
});

describe("the detector's ports", () => {
  it("leave nothing but surrogates", () => {
    const text = "Ana Ruiz, DOB 3/9/1961, MRN 4411023, lives at 12 Elm Street, Dayton. Call 212-555-0199.";
    expect([...deidPorts.detect(text)].length).toBeGreaterThan(3);
    expect(deidPorts.residueCount(text)).toBe(0);
    expect(deidPorts.residueCount("What is gout?")).toBe(0);
  });
});
