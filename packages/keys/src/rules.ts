import { BaseError, type ErrorFamily } from "@cloister/bytes";

/** What every adapter says in the same words, so that a caller need not know where keys are kept. */
export const keyRules = {
  KEY_SCOPE: ["Usage", "a key's scope has ids of 1 to 64 letters, digits, - and _, and whole numbers"],
  KEY_LENGTH: ["Usage", "keys have 32 bytes"],
  KEY_MESSAGE: ["Usage", "this key store signs messages of at most 4,096 bytes; sign a digest"],
  KEY_MISSING: ["Usage", "no such key; check its name and version in the key store's configuration"],
  KEY_CONFIGURATION: ["Usage", "the key store is not set up as Cloister needs it; see docs/keys.md"],
  KEY_UNWRAP: ["Verification", "the wrapped key is damaged, or was wrapped for another scope; drop it"],
  KEY_CHECK: ["Verification", "the released key is not the one that was made; ask for it again"],
  KEY_RETIRED: ["Policy", "this version of the key was retired; restore it or use a newer copy"],
  KEY_DENIED: ["Policy", "the key store refused; check what this identity may do there"],
  KEY_SHREDDED: ["Policy", "the keys of this conversation were destroyed; what they sealed is gone"],
  KEY_UNAVAILABLE: ["Unavailable", "the key store does not answer now; try again later"],
  KEY_ANSWER: ["Decode", "the key store's answer is not in its documented form"],
  KEY_ROTATION_UNCERTAIN: ["Conflict", "whether the key was rotated is unknown; run the rotation again"],
  ENVELOPE_FORMAT: ["Decode", "the envelope is damaged or of an unknown version; drop it"],
  ENVELOPE_SCOPE: ["Verification", "the envelope belongs to another tenant or conversation; drop it"],
  ENVELOPE_OPEN: ["Verification", "the envelope is not authentic; drop it"],
  RECORD_CHANGED: ["Conflict", "the wrapped key changed meanwhile; read it again"],
  SHRED_HELD: ["Policy", "a retention hold forbids destroying these keys; lift the hold first"],
  SHRED_INCOMPLETE: ["Conflict", "a wrapped copy is still there; run the shredding again"],
  CMS_FORMAT: ["Decode", "the answer for the enclave is not the CMS form that a key service sends"],
} as const satisfies Record<string, readonly [ErrorFamily, string]>;

/** Code of a rule in {@link keyRules}. */
export type KeyCode = keyof typeof keyRules;

/** The error for a broken rule. `detail` names a place, never a key, a secret or a person. */
export function keyError(
  code: KeyCode,
  { detail, cause }: { readonly detail?: string; readonly cause?: unknown } = {},
): BaseError<KeyCode> {
  const [family, rule] = keyRules[code];
  return new BaseError(family, code, detail === undefined ? rule : `${rule} (${detail})`, { cause });
}

/** Goes on only when a rule holds. */
export function demand(holds: boolean, code: KeyCode): asserts holds {
  if (!holds) throw keyError(code);
}
