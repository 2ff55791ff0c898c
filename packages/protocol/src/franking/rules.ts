import { type Rule, rule } from "../rule.ts";

export const frankingRules = {
  "FRANK-001": rule(
    "Verification",
    "Message franking; Grubbs, Lu, Ristenpart 2017",
    "the content does not open its commitment; do not show it, it could not be reported",
  ),
  "FRANK-002": rule(
    "Decode",
    "Cloister franking format 1",
    "the franked message is malformed or of another kind",
  ),
  "FRANK-003": rule(
    "Verification",
    "Cloister franking stamps",
    "the relay did not stamp this commitment for this sender, recipient and hour",
  ),
  "FRANK-004": rule(
    "Verification",
    "Asymmetric message franking; Tyagi et al. 2019",
    "the proof does not bind this content to this sender, recipient and desk; do not accept it",
  ),
  "FRANK-005": rule("Decode", "Cloister franking reports", "the report is malformed or of another kind"),
  "FRANK-006": rule(
    "Conflict",
    "Cloister franking stamps",
    "the report is stamped under a key that is not held here; find the relay's key of that time",
  ),
  "FRANK-007": rule(
    "Usage",
    "Cloister franking",
    "an account, key or time is outside its range; fix the call",
  ),
} as const satisfies Record<string, Rule>;
