import type { AgentEvidence } from "@cloister/client";
import { describe, expect, it } from "vitest";
import { claimWord, evidenceBadge, reasonWord } from "./evidence-words.ts";

const passed = { claim: "key", status: "passed", reasons: [] } as const;
const good: AgentEvidence = { state: "passed", class: "hardware", claims: [passed] };

describe("the badge of an assistant", () => {
  it("says verified for hardware alone, and only when every claim holds", () => {
    expect(evidenceBadge(good)).toMatchObject({ tone: "verified", label: "Verified" });
    const failed = { claim: "age", status: "failed", reasons: ["NONCE"] } as const;
    const others: AgentEvidence[] = [
      { ...good, class: "development" },
      { ...good, claims: [passed, failed] },
      { ...good, claims: [] },
      { state: "none", class: "declared", claims: [] },
      { ...good, state: "asking" },
      { ...good, state: "stale" },
      { ...good, state: "blocked" },
    ];
    for (const evidence of others) {
      const { tone, label, line } = evidenceBadge(evidence);
      expect(tone).not.toBe("verified");
      expect(`${label} ${line}`).not.toMatch(/verified/i);
    }
  });

  it("names development, and says when it is kept apart less well", () => {
    const facts = { moduleId: "cloister-dev-permissions" } as NonNullable<AgentEvidence["facts"]>;
    const development = { ...good, class: "development" } as const;
    expect(evidenceBadge(development).label).toBe("Development");
    expect(evidenceBadge({ ...development, facts }).label).toBe("Development, weaker isolation");
  });

  it("has words for each claim, and for reasons that nobody thought of", () => {
    expect(claimWord("chip")).toMatch(/vouches/);
    expect(reasonWord("BOOT_COUNTER")).toMatch(/twice/);
    expect(reasonWord("EVIDENCE_CBOR")).toMatch(/damaged/);
  });
});
