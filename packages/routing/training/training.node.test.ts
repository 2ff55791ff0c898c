import { createHash } from "node:crypto";
import process from "node:process";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Seeded } from "../../../tools/training/seeded.ts";
import { storedCase } from "../src/case/weights.ts";
import { expand, linesUnder, slotsOf } from "./grammar.ts";
import { labelOfQuestion, labelOfSummary } from "./labels.ts";
import { trainCase } from "./model.ts";
import { roughen } from "./noise.ts";
import { hasSharedData } from "./shared.ts";

describe("the stored classifier", () => {
  it("is what its digest says, and small", () => {
    const { weights, common, known, digest } = storedCase;
    const bytes = Buffer.from(weights, "base64");
    expect(createHash("sha256").update(bytes).update(common).update(known).digest("hex")).toBe(digest);
    expect(gzipSync(JSON.stringify(storedCase)).length).toBeLessThan(120_000);
  });

  const isAsked = hasSharedData && process.env["CLOISTER_RETRAIN"] !== undefined;
  it.skipIf(!isAsked)(
    "is rebuilt to the same digest (by command: CLOISTER_RETRAIN=1 and this test)",
    { timeout: 300_000 },
    () => {
      expect(trainCase().digest).toBe(storedCase.digest);
    },
  );
});

describe("training texts", () => {
  it("are written from templates, the same from the same seed", () => {
    const slots = slotsOf("D: gout|lupus\nnothing");
    const write = (): string[] => {
      const random = new Seeded(1);
      return Array.from({ length: 20 }, () =>
        roughen(expand("(What|which) is {D}(|, please)?", slots, random), random),
      );
    };
    expect(write()).toEqual(write());
    expect(new Set(write()).size).toBeGreaterThan(5);
    expect(() => expand("{nobody}", slots, new Seeded(3))).toThrowError(/slot/);
    expect(linesUnder("# a\none\n\n# b\ntwo", "b")).toEqual(["two"]);
  });

  it("are labelled by how they point at somebody", () => {
    expect(labelOfQuestion("How should she take it?")).toBe("case");
    expect(labelOfQuestion("What helps against herpes?")).toBe("general");
    expect(labelOfQuestion("Is this shingles?")).toBe("unclear");
    expect(labelOfSummary("Where can I find information on my rash?")).toBe("case");
    expect(labelOfSummary("Where can I find information on lupus?")).toBe("general");
    expect(labelOfSummary("Should I exercise with lupus?")).toBe("unclear");
  });
});
