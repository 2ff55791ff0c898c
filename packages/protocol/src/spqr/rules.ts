import { type Rule, rule } from "../rule.ts";

/** Reasons for refusing what concerns the post-quantum ratchet. */
export const spqrRules = {
  "SPQR-001": rule(
    "Policy",
    "ML-KEM Braid negotiation",
    "the message carries no post-quantum ratchet of version 1; update the other device",
  ),
  "SPQR-002": rule("Decode", "ML-KEM Braid message encoding", "the post-quantum ratchet field is malformed"),
  "SPQR-003": rule(
    "Conflict",
    "ML-KEM Braid key schedule",
    "the message is keyed by a post-quantum epoch that is not held here",
  ),
  "SPQR-004": rule(
    "Policy",
    "ML-KEM Braid key schedule",
    "the post-quantum index is more than 25,000 ahead of the last one",
  ),
  "SPQR-005": rule(
    "Conflict",
    "ML-KEM Braid key schedule",
    "the post-quantum key of this index was used before",
  ),
  "SPQR-006": rule(
    "Conflict",
    "ML-KEM Braid key schedule",
    "the post-quantum index is more than 2,000 behind the last one",
  ),
  "SPQR-007": rule(
    "Policy",
    "ML-KEM Braid key schedule",
    "the post-quantum chain is used up; start a new session",
  ),
  "SPQR-008": rule(
    "Policy",
    "ML-KEM Braid negotiation; Cloister minimum",
    "the message is not keyed by the post-quantum ratchet; update the other device",
  ),
  "SPQR-009": rule(
    "Verification",
    "ML-KEM Braid state machine",
    "the message is of a post-quantum epoch that cannot have begun yet",
  ),
  "SPQR-010": rule(
    "Verification",
    "ML-KEM Braid authenticator",
    "the header of the post-quantum key does not authenticate; start a new session",
  ),
  "SPQR-011": rule(
    "Verification",
    "ML-KEM Braid; FIPS 203 section 7.2",
    "the post-quantum key is not the announced one or not valid; start a new session",
  ),
  "SPQR-012": rule(
    "Verification",
    "ML-KEM Braid authenticator",
    "the post-quantum ciphertext does not authenticate; start a new session",
  ),
  "SPQR-013": rule(
    "Verification",
    "ML-KEM Braid negotiation",
    "the post-quantum ratchet's version changed within a session; drop the message",
  ),
} as const satisfies Record<string, Rule>;
