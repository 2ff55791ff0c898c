import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decideRetention, defaultRetention, type RetentionHold } from "./retention.ts";

const time = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2080, 0) });
const name = fc.constantFrom("a", "b");
const record = fc.record(
  { conversation: name, lastChangedAtMs: time },
  { requiredKeys: ["conversation", "lastChangedAtMs"] },
);
const hold: fc.Arbitrary<RetentionHold> = fc.record(
  { id: fc.string(), conversation: name, placedAtMs: time, liftedAtMs: time },
  { requiredKeys: ["id", "placedAtMs"] },
);
const policy = fc.record({ years: fc.integer({ min: 1, max: 100 }), basis: fc.string() });
const yearMs = 365 * 86_400_000;

describe("retention", () => {
  it("deletes nothing that an unlifted hold covers, however old it is", () => {
    fc.assert(
      fc.property(record, policy, fc.array(hold), time, (about, by, holds, nowMs) => {
        const standing: RetentionHold = {
          id: "standing",
          conversation: about.conversation,
          placedAtMs: nowMs,
        };
        const decision = decideRetention(
          about,
          { policy: by, holds: [...holds, standing] },
          nowMs + 500 * yearMs,
        );
        expect(decision).toMatchObject({ status: "held" });
        expect(decision.status === "held" && decision.holds).toContain("standing");
      }),
    );
  });

  it("keeps everything for its years and whatever is set beyond, and releases it at their end", () => {
    fc.assert(
      fc.property(record, policy, time, (about, by, notBeforeMs) => {
        const rules = { policy: by, holds: [] };
        const early = about.lastChangedAtMs + by.years * yearMs - 1;
        expect(decideRetention(about, rules, early).status).toBe("kept");
        const bound = { ...about, notBeforeMs };
        const kept = decideRetention(bound, rules, about.lastChangedAtMs);
        if (kept.status !== "kept") throw new Error("a new record is kept");
        expect(kept.untilMs).toBeGreaterThanOrEqual(notBeforeMs);
        expect(decideRetention(bound, rules, kept.untilMs - 1).status).toBe("kept");
        expect(decideRetention(bound, rules, kept.untilMs)).toEqual({ status: "due", sinceMs: kept.untilMs });
      }),
    );
  });

  it("counts calendar years, and holds of other conversations or lifted ones not at all", () => {
    const about = { conversation: "a", lastChangedAtMs: Date.UTC(2024, 1, 29) };
    const end = Date.UTC(2030, 2, 1);
    const holds = [
      { id: "1", conversation: "b", placedAtMs: 0 },
      { id: "2", conversation: "a", placedAtMs: 0, liftedAtMs: end },
    ];
    const rules = { policy: defaultRetention, holds };
    expect(decideRetention(about, rules, end)).toEqual({ status: "due", sinceMs: end });
    expect(decideRetention(about, rules, end - 1)).toEqual({ status: "held", holds: ["2"] });
    const everything = { policy: defaultRetention, holds: [{ id: "3", placedAtMs: 0 }] };
    expect(decideRetention(about, everything, end)).toEqual({ status: "held", holds: ["3"] });
  });

  it.each([0, 101, 1.5, Number.NaN])("breaks RETENTION_POLICY with %s years", (years) => {
    const about = { conversation: "a", lastChangedAtMs: 0 };
    const rules = { policy: { years, basis: "" }, holds: [] };
    expect(() => decideRetention(about, rules, 0)).toThrow(
      expect.objectContaining({ code: "RETENTION_POLICY" }),
    );
    const noTime = { ...about, lastChangedAtMs: Number.NaN };
    expect(() => decideRetention(noTime, { policy: defaultRetention, holds: [] }, 0)).toThrow(
      expect.objectContaining({ code: "RETENTION_POLICY" }),
    );
  });
});
