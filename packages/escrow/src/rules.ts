import { BaseError, type ErrorFamily } from "@cloister/bytes";

/** What must hold, where that is written, and what the caller can do when it does not. */
export interface Rule {
  readonly family: ErrorFamily;
  readonly rule: string;
  readonly source: string;
}

const own = "packages/escrow/README.md";
const cocktail = "C2SP cocktail-dkg v0.2.1";

function decode(rule: string, source = own): Rule {
  return { family: "Decode", rule, source };
}

function verification(rule: string, source = own): Rule {
  return { family: "Verification", rule, source };
}

function policy(rule: string, source = own): Rule {
  return { family: "Policy", rule, source };
}

function usage(rule: string, source = own): Rule {
  return { family: "Usage", rule, source };
}

/** Every rule that this package can find broken. The key is the error code. */
export const escrowRules = {
  GROUP_FORMAT: decode("a trustee group has 1 to n trustees as its threshold and one share key for each"),
  SEALING_FORMAT: decode("a sealing is two elements, a challenge and a response, 128 bytes, each canonical"),
  SEALING_PROOF: verification("a sealing was made for this conversation, epoch and trustee group"),
  SEALING_KEY: verification("a sealing opens to the epoch's secret that its members hold"),

  HPKE_KEY: decode("a recipient's key is 32 bytes of X25519 and not of small order", "RFC 9180 section 7.1"),
  HPKE_OPEN: verification("what was sealed opens with this key for this purpose", "RFC 9180 section 5"),

  DKG_SETUP: usage("1 <= t <= n <= 255, all static keys are distinct elements, one of them mine", cocktail),
  DKG_MESSAGE: decode(
    "a round 1 message parses exactly: t elements, proof, element, n framed ciphertexts",
    cocktail,
  ),
  DKG_POP: verification("each participant proves that it knows its own contribution", cocktail),
  DKG_DECRYPT: verification("each encrypted share opens with the recipient's key", cocktail),
  DKG_SHARE: verification("each share lies on the polynomial its sender committed to", cocktail),
  DKG_CERTIFICATE: verification("every participant signed the same transcript", cocktail),
  DKG_TRANSCRIPT: decode("a transcript is of this ciphersuite and parses exactly", cocktail),

  REQUEST_FORMAT: decode(
    "a break-glass request is the CBOR of a known version, every field within its bounds",
  ),
  REQUEST_OFFICERS: verification("two different officers whom the trustee knows signed the request"),
  REQUEST_EXPIRED: policy(
    "a request is used between its time and its expiry, and lives no longer than allowed",
  ),
  REQUEST_NOTICE: policy("the patient is told no later than the policy's longest delay"),
  REQUEST_SCOPE: policy(
    "a release covers only sealings of the requested conversation and epochs, none twice",
  ),
  REQUEST_UNLOGGED: policy(
    "a witnessed proof shows that this request is in the log; make it again when the log is back",
  ),
  REQUEST_STALE: policy("the log's proof is fresh; fetch a new one"),
  REQUEST_EARLY: policy("the delay since the request was witnessed has passed; come back later"),
  REQUEST_REPLAYED: { family: "Conflict", rule: "a request is answered once; ask anew", source: own },
  REVIEW_REVIEWER: policy("a review is done by someone who did not sign the request"),

  SHARD_FORMAT: decode("a shard is the bytes that buildShard gives"),
  SHARD_QUERY: usage("a query holds a letter or a digit"),
  RETENTION_POLICY: usage("a retention period is 1 to 100 years and a time is an integer of milliseconds"),
} as const satisfies Record<string, Rule>;

/** Code of a rule in {@link escrowRules}. */
export type EscrowCode = keyof typeof escrowRules;

/** The error for a broken rule. */
export function broken(code: EscrowCode, cause?: unknown): BaseError<EscrowCode> {
  const { family, rule } = escrowRules[code];
  return new BaseError(family, code, `rule broken: ${rule}`, { cause });
}
