import { type Rule, rule } from "../rule.ts";

export const sealedSenderRules = {
  "SEALED-001": rule(
    "Policy",
    "Signal sealed sender framing",
    "this is not a sealed message of version 1 (0x11) or, as received, of version 2 (0x22)",
  ),
  "SEALED-002": rule(
    "Verification",
    "Signal sealed sender",
    "the sealed message does not authenticate; drop it",
  ),
  "SEALED-003": rule(
    "Verification",
    "Signal sealed sender certificates",
    "no trust root signed the server certificate; drop the message",
  ),
  "SEALED-004": rule(
    "Verification",
    "Signal sealed sender certificates",
    "the server key did not sign the sender certificate; drop the message",
  ),
  "SEALED-005": rule(
    "Policy",
    "Signal sealed sender certificates",
    "the sender certificate has expired; the sender must fetch a new one",
  ),
  "SEALED-006": rule(
    "Verification",
    "Signal sealed sender",
    "whoever sealed the message does not hold the identity key of its certificate; drop it",
  ),
  "SEALED-007": rule("Policy", "Signal sealed sender", "the message was sealed by this very device; drop it"),
  "SEALED-008": rule(
    "Policy",
    "Signal sealed sender certificates",
    "the server key that signed the certificate was revoked; drop the message",
  ),
  "SEALED-009": rule(
    "Usage",
    "Signal sealed sender version 2",
    "a sealed message has 1 to 1,000 recipients, each named once, with 1 to 127 devices, each named once",
  ),
} as const satisfies Record<string, Rule>;
