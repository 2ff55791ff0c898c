import { BaseError, type ErrorFamily, isBaseError } from "@cloister/bytes";

/** What must hold, where that is written, and what the caller can do when it does not. */
export interface AttestationRule {
  readonly family: ErrorFamily;
  readonly rule: string;
  readonly source: string;
}

const cose = "RFC 9052 section 4";
const nitro = "AWS Nitro Enclaves, Verifying the root of trust, section 3";
const pkix = "RFC 5280 section";
const own = "packages/attestation/README.md";

function decode(rule: string, source: string): AttestationRule {
  return { family: "Decode", rule, source };
}

function verification(rule: string, source: string): AttestationRule {
  return { family: "Verification", rule, source };
}

function policy(rule: string, source: string): AttestationRule {
  return { family: "Policy", rule, source };
}

/** Every rule that an appraisal can find broken. The key is the error code and the reason in a result. */
export const attestationRules = {
  EVIDENCE_SIZE: decode("evidence has 1 to 32,768 bytes", own),
  EVIDENCE_CBOR: decode(
    "evidence is one well-formed CBOR item, at most 8 deep, with no bytes after it",
    "RFC 8949 appendix F",
  ),
  EVIDENCE_DUPLICATE_KEY: decode("no map has a key twice", "RFC 8949 section 5.6"),
  COSE_FORMAT: decode(
    "a COSE_Sign1 is [protected, {}, payload, signature], bare or under tag 18, nothing in the unprotected header",
    `${cose}.2`,
  ),
  COSE_ALGORITHM: decode("the protected header is exactly {1: -35}: ES384", `${nitro}.2`),
  COSE_SIGNATURE_LENGTH: decode("the signature is r || s, 96 bytes", "RFC 9053 section 2.1"),
  DOCUMENT_SIZE: decode("the payload has 1 to 16,384 bytes", nitro),
  DOCUMENT_FIELDS: decode("the document has the nine known fields and no other", nitro),
  DOCUMENT_MODULE: decode("module_id is text of 1 to 256 bytes", nitro),
  DOCUMENT_DIGEST: decode('digest is "SHA384"', nitro),
  DOCUMENT_TIMESTAMP: decode("timestamp is milliseconds since 1970, above 0", nitro),
  DOCUMENT_PCRS: decode("pcrs has PCR0, PCR1 and PCR2, no index above 31, 48 bytes each", nitro),
  DOCUMENT_CABUNDLE: decode("cabundle has 1 to 8 certificates of 1 to 1,024 bytes", nitro),
  DOCUMENT_CERTIFICATE: decode("certificate has 1 to 1,024 bytes", nitro),
  DOCUMENT_PUBLIC_KEY: decode("public_key is absent, null or 1 to 1,024 bytes", nitro),
  DOCUMENT_USER_DATA: decode("user_data is absent, null or at most 512 bytes", nitro),
  DOCUMENT_NONCE: decode("nonce is absent, null or at most 512 bytes", nitro),

  CERTIFICATE_FORMAT: decode("a certificate is X.509 version 3 in DER", `${pkix} 4.1`),
  CERTIFICATE_ALGORITHM: verification(
    "certificates have P-384 keys and ecdsa-with-SHA384 signatures",
    `${nitro}.2`,
  ),
  CERTIFICATE_EXTENSION: verification("no unknown extension is critical, none appears twice", `${pkix} 4.2`),
  CHAIN_ROOT: verification(
    "the first certificate of the bundle is the pinned root, byte for byte",
    `${nitro}.2`,
  ),
  CHAIN_ISSUER: verification("each certificate's issuer is the subject of the one before", `${pkix} 6.1.3`),
  CHAIN_SIGNATURE: verification("each certificate is signed with the key of the one before", `${pkix} 6.1.3`),
  CHAIN_NOT_YET_VALID: verification("no certificate is used before its validity begins", `${pkix} 4.1.2.5`),
  CHAIN_EXPIRED: verification("no certificate is used after its validity ends", `${pkix} 4.1.2.5`),
  CHAIN_CA: verification("every certificate but the last is a CA, the last is not", `${pkix} 4.2.1.9`),
  CHAIN_PATH_LENGTH: verification(
    "no more CAs follow than a path length constraint allows",
    `${pkix} 4.2.1.9`,
  ),
  CHAIN_KEY_USAGE: verification(
    "CAs may sign certificates, the last certificate may sign data",
    `${pkix} 4.2.1.3`,
  ),
  SIGNATURE: verification("the document is signed with the key of its certificate", `${cose}.4`),

  TIMESTAMP_OUTSIDE_CERTIFICATE: verification("the document was made while its certificate was valid", own),
  EVIDENCE_STALE: policy("the document is not older than the policy allows; ask for a new one", own),
  EVIDENCE_FUTURE: policy("the document is not further in the future than clocks may differ", own),
  NONCE: verification("the document carries the nonce that was sent", "RFC 9334 section 10.2"),
  DEBUG: policy("the enclave does not run in debug mode, unless the policy asks for that", nitro),
  POLICY_EMPTY: policy("a policy names at least one reference value, each with PCR0", own),
  POLICY_ZERO: policy("a reference value has no PCR of zeros, unless debug mode is allowed", own),
  MEASUREMENT: policy("PCRs equal those of one reference value", "RFC 9334 section 8.4"),
  PUBLIC_KEY: verification("public_key is the one expected", own),
  USER_DATA: verification("user_data is what was expected", own),
} as const satisfies Record<string, AttestationRule>;

/** Code of a rule in {@link attestationRules}. */
export type AttestationCode = keyof typeof attestationRules;

/** The error for a broken rule. */
export function broken(code: AttestationCode, cause?: unknown): BaseError<AttestationCode> {
  const { family, rule } = attestationRules[code];
  return new BaseError(family, code, `rule broken: ${rule}`, { cause });
}

/** Goes on only when a rule holds. */
export function demand(holds: boolean, code: AttestationCode): asserts holds {
  if (!holds) throw broken(code);
}

/** The code of an error from this package; rethrows anything else, which would be a bug here. */
export function codeOf(error: unknown): AttestationCode {
  if (isBaseError(error) && isCode(error.code)) return error.code;
  throw error;
}

function isCode(code: string): code is AttestationCode {
  return Object.hasOwn(attestationRules, code);
}
