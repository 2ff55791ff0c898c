import { describe, expect, it } from "vitest";
import { failedVerdict, verdictFor } from "../testing/people.ts";
import { receiptBadge } from "./receipt-words.ts";

const backings = ["hardware", "development", "declared", "device", "vendor"] as const;

describe("receiptBadge", () => {
  it("says verified for hardware and for nothing else", () => {
    for (const backing of backings) {
      const badge = receiptBadge({ status: "ready", value: verdictFor({ backing }) });
      const words = JSON.stringify({ ...badge, claims: undefined });
      expect(badge.tone).toBe(backing === "hardware" ? "verified" : "intact");
      expect(
        /verified/i.test(words.replaceAll("not hardware-verified", "").replace('"tone":"verified"', "")),
      ).toBe(backing === "hardware");
    }
  });

  it("begins with checking, and tells a check that could not be made from one that failed", () => {
    expect(receiptBadge({ status: "loading" }).tone).toBe("checking");
    expect(receiptBadge({ status: "failed", error: new Error("offline") }).tone).toBe("unavailable");
    expect(receiptBadge({ status: "ready", value: failedVerdict }).tone).toBe("failed");
  });

  it("fails a verdict that contradicts itself", () => {
    const { claims } = verdictFor({ backing: "hardware" });
    expect(claims).toBeDefined();
    const verdict = { ...failedVerdict, verified: true, ...(claims && { claims }) };
    expect(receiptBadge({ status: "ready", value: verdict }).tone).toBe("failed");
    expect(receiptBadge({ status: "ready", value: { verified: true, steps: [] } }).tone).toBe("failed");
  });

  it("shows no claim of a failed receipt", () => {
    expect(receiptBadge({ status: "ready", value: failedVerdict })).not.toHaveProperty("claims");
  });

  it("tells where, by what, from how much, and under which entry, in one line", () => {
    expect(receiptBadge({ status: "ready", value: verdictFor() })).toMatchObject({
      line: "Answered on this organisation's computer by the grounded engine from 2 sources; recorded in the log as entry 41.",
    });
    expect(receiptBadge({ status: "ready", value: verdictFor({ sources: [], leafIndex: 0 }) })).toMatchObject(
      {
        line: "Answered on this organisation's computer by the grounded engine without sources; recorded in the log as entry 0.",
      },
    );
  });
});
