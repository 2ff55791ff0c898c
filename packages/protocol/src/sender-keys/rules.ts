import { type Rule, rule } from "../rule.ts";

/** What sender keys add to the rules of a symmetric ratchet (`RATCHET-002`, `-003`, `-004`, `-008`). */
export const senderKeyRules = {
  "GROUP-001": rule(
    "Policy",
    "Signal sender key framing",
    "this is not a sender key message or distribution of version 3; update the other device",
  ),
  "GROUP-002": rule(
    "Conflict",
    "Signal sender keys",
    "the sender key of this message is not held here; ask its sender for the distribution",
  ),
  "GROUP-003": rule(
    "Verification",
    "Signal sender keys; XEdDSA 3",
    "the group message is not signed by its sender key; drop it, the record is unchanged",
  ),
  "GROUP-004": rule(
    "Verification",
    "Signal sender keys",
    "the message or distribution belongs to another distribution id than this record",
  ),
  "GROUP-005": rule(
    "Conflict",
    "Signal sender keys",
    "the message is older than the sender key that this device was given",
  ),
  "GROUP-006": rule(
    "Policy",
    "Signal message fields",
    "the sender key is used up; share a new one with every member",
  ),
  "GROUP-007": rule(
    "Usage",
    "Cloister group members",
    "a group has 1 to 1,000 member devices, each named once by 1 to 128 characters",
  ),
  "GROUP-008": rule(
    "Decode",
    "Cloister sender key format 1",
    "the stored sender key is damaged; share a new one, or ask its sender for it again",
  ),
  "GROUP-009": rule(
    "Usage",
    "Cloister sender key format 1",
    "the stored sender key was written by another version of its format",
  ),
} as const satisfies Record<string, Rule>;
