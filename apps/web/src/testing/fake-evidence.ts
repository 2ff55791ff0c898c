import type { AgentClaim } from "@cloister/attestation";
import type { AgentEvidence } from "@cloister/client";

const names = ["key", "code", "chip", "measurement", "log", "age"] as const;

/** What a development enclave shows when all is well. */
export const developmentEvidence: AgentEvidence = {
  state: "passed",
  class: "development",
  claims: names.map((claim): AgentClaim => ({ claim, status: "passed", reasons: [] })),
  checkedAtMs: Date.UTC(2026, 5, 1, 12),
  facts: {
    identityKey: "05".repeat(33),
    bootId: "0b".repeat(16),
    bootedAtMs: Date.UTC(2026, 5, 1, 9),
    counter: 7,
    software: "cloister-agent 0.1.0",
    moduleId: "cloister-dev-bubblewrap",
    measurements: ["a0".repeat(48), "b1".repeat(48), "c2".repeat(48)],
    knowledgeDigest: "d3".repeat(32),
    document: "AAAA",
  },
};

/** What changed code shows. */
export const blockedEvidence: AgentEvidence = {
  state: "blocked",
  claims: names.map(
    (claim): AgentClaim =>
      claim === "measurement"
        ? { claim, status: "failed", reasons: ["MEASUREMENT"] }
        : { claim, status: "passed", reasons: [] },
  ),
  checkedAtMs: Date.UTC(2026, 5, 1, 12),
};
