import { createHash } from "node:crypto";
import process from "node:process";
import { describe, expect, it } from "vitest";
import { Seeded } from "../../../tools/training/seeded.ts";
import type { StoredModel } from "../src/model/linear.ts";
import { override, task } from "../src/model/weights-injection.ts";
import { topic, urgency } from "../src/model/weights-urgency.ts";
import { emergencyKinds } from "../src/rules/kinds.ts";
import { expand, sectionsOf } from "./grammar.ts";
import { trainInjection } from "./injection.ts";
import { roughen } from "./noise.ts";
import { encoded } from "./stored.ts";
import { hasSharedData } from "./texts.ts";
import { trainUrgency } from "./urgency.ts";

const digestOf = ({ weights }: StoredModel): string =>
  createHash("sha256").update(Buffer.from(weights, "base64")).digest("hex");

describe("stored models", () => {
  it("are what their digests say, and small", () => {
    const models = [urgency, ...topic, override, task];
    for (const model of models) expect(digestOf(model)).toBe(model.digest);
    const size = models.reduce((total, { weights }) => total + Buffer.from(weights, "base64").length, 0);
    expect(size).toBeLessThan(300_000);
    expect(topic).toHaveLength(emergencyKinds.length);
  });

  it.skipIf(!hasSharedData)("for injection are rebuilt to the same digest", { timeout: 300_000 }, () => {
    const rebuilt = trainInjection();
    expect([encoded(rebuilt.override).digest, encoded(rebuilt.task).digest]).toEqual([
      override.digest,
      task.digest,
    ]);
  });

  const isAsked = hasSharedData && process.env["CLOISTER_RETRAIN"] !== undefined;
  // Minutes of work: only where it is asked for.
  it.each(isAsked ? ["urgency"] : [])("for %s are rebuilt to the same digest", { timeout: 900_000 }, () => {
    const rebuilt = trainUrgency();
    expect(encoded(rebuilt.urgency).digest).toBe(urgency.digest);
    expect(rebuilt.topic.map((model) => encoded(model).digest)).toEqual(topic.map(({ digest }) => digest));
  });
});

describe("training texts", () => {
  it("are written from templates, the same from the same seed", () => {
    const write = (): string[] => {
      const random = new Seeded(1);
      return Array.from({ length: 20 }, () =>
        roughen(expand("(a|b) {W} (|very )(bad (day|night))", random), random),
      );
    };
    expect(write()).toEqual(write());
    expect(new Set(write()).size).toBeGreaterThan(5);
    expect(expand("(a|a) {Mx}", new Seeded(2))).toMatch(/^a (?:Male|Female)$/);
    expect(() => expand("{nobody}", new Seeded(3))).toThrowError(/slot/);
  });

  it("come with their headings", () => {
    expect(sectionsOf("# one\na\n\n# two\nb")).toEqual([
      { heading: "one", line: "a" },
      { heading: "two", line: "b" },
    ]);
  });
});
