import { BaseError } from "@cloister/bytes";
import { frankingRules } from "./franking/rules.ts";
import { type Rule, rule } from "./rule.ts";
import { sealedSenderRules } from "./sealed-sender/rules.ts";
import { senderKeyRules } from "./sender-keys/rules.ts";
import { spqrRules } from "./spqr/rules.ts";

/** Every reason for which this package refuses something. Each has a negative test. */
const table = {
  PROTOCOL_VERSION: rule(
    "Policy",
    "PQXDH 2.1; Cloister minimum version",
    "the session version is unknown, below the minimum here, or unlike its fields or session; update the other device",
  ),
  "DOWNGRADE-001": rule(
    "Policy",
    "Cloister keeps the highest grade",
    "this device offered stronger sessions before; a weaker one is refused, start anew with its full bundle",
  ),
  "WIRE-001": rule("Decode", "Signal message framing", "the message is empty, cut short or over 1 MiB"),
  "WIRE-002": rule(
    "Decode",
    "Protocol Buffers encoding; Cloister",
    "the message is not one well-formed protobuf record with each field at most once",
  ),
  "WIRE-003": rule("Decode", "Signal message fields", "a field that the message needs is missing"),
  "WIRE-004": rule("Decode", "Signal message fields", "a field has the wrong length or is out of range"),
  "WIRE-005": rule("Decode", "PQXDH 2.2 EncodeEC", "a public key is not the byte 0x05 followed by 32 bytes"),
  "WIRE-006": rule(
    "Decode",
    "PQXDH 2.2 EncodeKEM",
    "a KEM key or ciphertext is not the byte 0x08 followed by 1568 bytes",
  ),
  "WIRE-007": rule(
    "Decode",
    "Signal plaintext content",
    "content in the open is something else than a decryption error; drop it",
  ),
  "WIRE-008": rule(
    "Verification",
    "Signal message addresses",
    "the message was made for another sender or recipient; drop it",
  ),
  "KEY-001": rule("Usage", "PQXDH 2.2", "a private key or random string has the wrong length"),
  "KEY-002": rule(
    "Usage",
    "Signal message fields",
    "an id, count or time is outside its range; choose another",
  ),
  "KEY-003": rule(
    "Verification",
    "RFC 7748 section 5; Cloister",
    "a public key is not canonical (its coordinate is not below 2^255 - 19)",
  ),
  "KEY-004": rule(
    "Verification",
    "PQXDH 4.9; RFC 7748 section 6.1",
    "a public key has a component of low order",
  ),
  "IDENTITY-001": rule(
    "Verification",
    "Sesame 3.2; X3DH 4.1",
    "the other device shows another identity key than before; compare safety numbers before you go on",
  ),
  "PQXDH-001": rule("Verification", "PQXDH 3.3", "the signature of the signed prekey does not verify"),
  "PQXDH-002": rule("Verification", "PQXDH 3.3", "the signature of the KEM prekey does not verify"),
  "PQXDH-003": rule(
    "Verification",
    "FIPS 203 section 7.2",
    "the KEM prekey is not a valid encapsulation key",
  ),
  "PQXDH-004": rule("Conflict", "PQXDH 3.4", "the signed prekey of this message is no longer held"),
  "PQXDH-005": rule(
    "Conflict",
    "PQXDH 3.4",
    "the one-time prekey of this message was used before or never made here",
  ),
  "PQXDH-006": rule("Conflict", "PQXDH 3.4", "the KEM prekey of this message is no longer held"),
  "PQXDH-007": rule(
    "Verification",
    "PQXDH 4.2; Cloister remembers base keys",
    "this first message was accepted before; it is a replay",
  ),
  "PQXDH-008": rule(
    "Verification",
    "X3DH 3.3; Cloister",
    "the header differs from the one that opened its session; drop the message",
  ),
  "RATCHET-001": rule(
    "Verification",
    "Double Ratchet 3.4",
    "the message does not authenticate; drop it, the session is unchanged",
  ),
  "RATCHET-002": rule(
    "Policy",
    "Double Ratchet 3.5 MAX_SKIP",
    "the message is more than 25,000 messages ahead of the last one",
  ),
  "RATCHET-003": rule("Conflict", "Double Ratchet 3.5", "this message was opened before; drop the duplicate"),
  "RATCHET-004": rule(
    "Conflict",
    "Double Ratchet 8.4",
    "the key of this late message is gone: 2,000 newer ones were kept in its place",
  ),
  "RATCHET-005": rule(
    "Verification",
    "Double Ratchet 3.5 PN",
    "the message lies beyond the end that its sender declared for this chain",
  ),
  "RATCHET-006": rule(
    "Verification",
    "Double Ratchet 3.5",
    "a new ratchet key arrived before this side answered the last one",
  ),
  "RATCHET-007": rule("Policy", "Signal message fields", "the sending chain is used up; start a new session"),
  "RATCHET-008": rule(
    "Decode",
    "Signal message encryption",
    "an authenticated message holds no valid plaintext",
  ),
  ...spqrRules,
  "SESSION-001": rule(
    "Usage",
    "Sesame 3.3",
    "there is no session with this device; fetch its bundle and start one",
  ),
  "SESSION-002": rule(
    "Decode",
    "Cloister state format 1",
    "the stored session is damaged; restore it or start anew",
  ),
  "SESSION-003": rule(
    "Usage",
    "Cloister state format 1",
    "the stored session was written by another version of the state format",
  ),
  "SAFETY-001": rule("Usage", "Signal safety numbers", "an identifier must have 1 to 1024 bytes"),
  "SAFETY-002": rule(
    "Decode",
    "Signal safety numbers",
    "the scanned code is not a safety number of version 2",
  ),
  ...senderKeyRules,
  ...sealedSenderRules,
  ...frankingRules,
} as const satisfies Record<string, Rule>;

/** Id of a rule, the `code` of every error this package throws. */
export type RuleId = keyof typeof table;

/** The `code` of the error for a message that was opened before: safe to drop without telling anybody. */
export const DUPLICATE_MESSAGE: RuleId = "RATCHET-003";

/** The whole table, for documentation and `conform --codes`. */
export function listRules(): readonly { id: RuleId; clause: string; sentence: string }[] {
  return (Object.keys(table) as RuleId[]).map((id) => ({
    id,
    clause: table[id].clause,
    sentence: table[id].sentence,
  }));
}

/** The error that stands for a broken rule. */
export function broken(id: RuleId, cause?: unknown): BaseError<RuleId> {
  const { family, sentence } = table[id];
  return new BaseError(family, id, sentence, cause === undefined ? undefined : { cause });
}

/** @throws BaseError with the rule's id unless `holds` */
export function demand(holds: boolean, id: RuleId): asserts holds {
  if (!holds) throw broken(id);
}
