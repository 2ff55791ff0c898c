import { BaseError, type ErrorFamily, isBaseError } from "@cloister/bytes";

/** What must hold, where that is written, and what the caller can do when it does not. */
export interface Rule {
  readonly family: ErrorFamily;
  readonly rule: string;
  readonly source: string;
}

const rfc = "RFC 9162 section 2.1";
const note = "C2SP signed-note v1.0";
const own = "packages/transparency/README.md";
const checkpoint = "C2SP tlog-checkpoint v1.0";
const cosignature = "C2SP tlog-cosignature";
const policy = "C2SP tlog-policy";
const witness = "C2SP tlog-witness";

function decode(rule: string, source: string): Rule {
  return { family: "Decode", rule, source };
}

function verification(rule: string, source: string): Rule {
  return { family: "Verification", rule, source };
}

function usage(rule: string, source: string): Rule {
  return { family: "Usage", rule, source };
}

/** Every rule that this package can find broken. The key is the error code and the reason in verdicts. */
export const transparencyRules = {
  MERKLE_RANGE: verification(
    "indexes and sizes are integers below 2^53, the index is in the tree, the old tree is not larger",
    rfc,
  ),
  MERKLE_SUBTREE: verification(
    "a subtree starts at a multiple of the least power of two that holds it",
    "draft-ietf-plants-merkle-tree-certs section 4.1",
  ),
  MERKLE_OLD_SIZE_ZERO: verification("nothing is proven about an empty old tree", `${rfc}.4`),
  MERKLE_HASH_LENGTH: verification("every hash is 32 bytes", rfc),
  MERKLE_PROOF_LENGTH: verification("a proof has as many hashes as its index and sizes ask for", rfc),
  MERKLE_ROOT: verification("the inclusion proof leads from the leaf to the root", `${rfc}.3.2`),
  MERKLE_OLD_ROOT: verification("the consistency proof leads to the old root", `${rfc}.4.2`),
  MERKLE_NEW_ROOT: verification("the consistency proof leads to the new root", `${rfc}.4.2`),

  MERKLE_NODE_MISSING: usage("the store holds every complete subtree of the sizes it is asked about", rfc),

  VKEY_FORMAT: decode("a verifier key is name+hash+base64, the hash 8 lower-case hex digits", note),
  VKEY_NAME: decode("a key name is not empty and has no spaces, plus signs or control characters", note),
  VKEY_ALGORITHM: decode("the key is of the type that is needed here and has that type's length", note),
  VKEY_HASH: decode("the key hash belongs to the name and the key", note),

  NOTE_TOO_LARGE: decode("a note has at most 1,000,000 bytes and 100 signatures", note),
  NOTE_CONTROL: decode("a note is UTF-8 without control characters other than newline", note),
  NOTE_FORMAT: decode("a note is text, an empty line, then at least one signature line", note),
  NOTE_SIGNATURE_LINE: decode(
    "a signature line is em dash, key name, canonical base64 of 5 bytes or more",
    note,
  ),
  NOTE_KEY_AMBIGUOUS: usage("no two trusted keys share both name and hash", note),
  NOTE_SIGNATURE: verification("every signature by a trusted key verifies", note),
  NOTE_UNSIGNED: verification("at least one trusted key signed the note", note),

  CHECKPOINT_FORMAT: decode(
    "a checkpoint is origin, size and root, each on its line, no line empty",
    checkpoint,
  ),
  CHECKPOINT_SIZE: decode("the tree size is decimal without leading zeros, below 2^53", checkpoint),
  CHECKPOINT_ROOT: decode(
    "the root is canonical base64 of 32 bytes, SHA-256 of nothing for size 0",
    checkpoint,
  ),
  CHECKPOINT_ORIGIN: verification("the origin is the name of the key that signed", checkpoint),
  CHECKPOINT_ROLLBACK: verification("a log never shows a tree smaller than one it showed before", checkpoint),
  CHECKPOINT_FORK: verification("a log shows one root for one size", checkpoint),
  CHECKPOINT_UNPROVEN: verification("a consistency proof ties the checkpoint to the saved one", checkpoint),

  COSIGNATURE_INVALID: verification("a cosignature by a known witness verifies and has a time", cosignature),
  COSIGNATURE_NAME: usage("names in an ML-DSA cosignature have at most 255 bytes", cosignature),

  POLICY_FORMAT: decode("a policy has lines log, witness, group and exactly one quorum", policy),
  POLICY_NAME: decode("a policy's names are defined once, before their use, and `none` is reserved", policy),
  POLICY_DUPLICATE: decode("no key and no group member is listed twice in a policy", policy),
  POLICY_THRESHOLD: decode("a group asks for all, any, or 1 to n of its members", policy),
  QUORUM_MISSING: verification("the policy's quorum of witnesses cosigned the checkpoint", policy),

  WITNESS_REQUEST: decode(
    "a request has its old size, not above the checkpoint's, at most 63 hashes and a checkpoint",
    witness,
  ),
  WITNESS_ORIGIN: { family: "Usage", rule: "a witness knows the logs that it cosigns", source: witness },
  WITNESS_SIGNATURE: verification("a key that the witness knows for this log signed the checkpoint", witness),
  WITNESS_INCONSISTENT: verification("the tree continues the one that the witness cosigned last", witness),

  TILE_MISSING: {
    family: "Usage",
    rule: "a tile's path names hashes that the tree has",
    source: "C2SP tlog-tiles",
  },

  PROOF_FORMAT: decode(
    "a proof has its header, index, hashes, an empty line and a checkpoint",
    "C2SP tlog-proof",
  ),

  LEAF_SIZE: decode("an audit leaf has at most 1,024 bytes", own),
  LEAF_FIELDS: decode("an audit leaf holds the allow-listed fields of its type and nothing else", own),
  LEAF_HOUR: decode("a time in the log is a UTC hour such as 2026-11-24T16Z", "45 CFR 164.514(b)(2)(i)(C)"),

  LOG_TRUNCATED: verification("the log has as many leaves as its checkpoint says", checkpoint),
  LOG_SURPLUS: verification("the log has no leaves beyond its checkpoint", checkpoint),
  LOG_ROOT: verification("the leaves, in order and unchanged, hash to the checkpoint's root", rfc),

  LOG_ANSWER: decode("an answer of the log has the fields of src/wire.ts", own),
  LOG_KEY: usage("a log keeps the key and origin that signed its stored checkpoint", own),
  LOG_DAMAGED: {
    family: "Internal",
    rule: "the stored tree hashes to the stored checkpoint; restore the log from a backup",
    source: own,
  },

  RECEIPT_FORMAT: decode("a receipt is the CBOR of a known version, every field within its bounds", own),
  RECEIPT_AGENT_KEY: verification("the receipt names the agent that the conversation knows", own),
  RECEIPT_SIGNATURE: verification("the agent's identity key signed the receipt's body", own),
  RECEIPT_ANSWER: verification("the receipt's digest is that of the answer shown", own),
  RECEIPT_SOURCES: verification("the answer cites only sources named in the receipt, unchanged", own),
  RECEIPT_LEAF: verification("the log entry is an answer's and holds the digest of this receipt", own),
  RECEIPT_UNANCHORED: verification("inclusion counts only under a verified checkpoint", own),

  TOKEN_FORMAT: decode("an append token is base64url of its CBOR, a dot, base64url of 64 bytes", own),
  TOKEN_SIGNATURE: verification("the relay's key signed the append token", own),
  TOKEN_EXPIRED: verification("an append token is used before it expires; fetch a new one", own),

  REQUEST_INVALID: decode(
    "a conformance request has the fields of its operation",
    "conformance suite transparency",
  ),
} as const satisfies Record<string, Rule>;

/** Code of a rule in {@link transparencyRules}. */
export type TransparencyCode = keyof typeof transparencyRules;

/** The error for a broken rule. */
export function broken(code: TransparencyCode, cause?: unknown): BaseError<TransparencyCode> {
  const { family, rule } = transparencyRules[code];
  return new BaseError(family, code, `rule broken: ${rule}`, { cause });
}

/** The code of an error from this package; rethrows anything else, which would be a bug here. */
export function codeOf(error: unknown): TransparencyCode {
  if (isBaseError(error) && isTransparencyCode(error.code)) return error.code;
  throw error;
}

function isTransparencyCode(code: string): code is TransparencyCode {
  return Object.hasOwn(transparencyRules, code);
}
