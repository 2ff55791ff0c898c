/**
 * What an enclave says to its Nitro Secure Module and hears back (aws-nitro-enclaves-nsm-api, src/api): CBOR
 * in the form of serde's externally tagged enums. The module is trusted; its answers are bounded all the same.
 */
import { BaseError, concatBytes } from "@cloister/bytes";
import { encodeCbor } from "@cloister/codec";
import { decodeEvidenceCbor, type EvidenceCbor } from "../cbor.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a document shall carry: at most 512 bytes each, the key at most 1,024. */
export interface NsmAttestationRequest {
  readonly userData?: Uint8Array;
  readonly nonce?: Uint8Array;
  readonly publicKey?: Uint8Array;
}

/** What the module answered. */
export type NsmAnswer =
  | { readonly kind: "document"; readonly document: Bytes }
  | { readonly kind: "pcr"; readonly locked: boolean; readonly value: Bytes };

/** What answers must be. */
export const nsmRules = {
  NSM_REQUEST: ["Usage", "a document carries at most 512 bytes of data and nonce, and a key of 1,024"],
  NSM_ANSWER: ["Decode", "the security module answers with what it was asked for, in CBOR"],
  NSM_REFUSED: ["Unavailable", "the security module refused or failed; try again, then restart the enclave"],
} as const;

const MAX_DATA_BYTES = 512;
const MAX_KEY_BYTES = 1024;
const PCR_BYTES = 48;
const PCR_COUNT = 32;

/** Asks for an attestation document. @throws BaseError `NSM_REQUEST` */
export function encodeAttestationRequest({ userData, nonce, publicKey }: NsmAttestationRequest): Bytes {
  const holds =
    (userData?.length ?? 0) <= MAX_DATA_BYTES &&
    (nonce?.length ?? 0) <= MAX_DATA_BYTES &&
    (publicKey?.length ?? 0) <= MAX_KEY_BYTES;
  if (!holds) throw broken("NSM_REQUEST");
  return variant("Attestation", {
    user_data: userData ?? null,
    nonce: nonce ?? null,
    public_key: publicKey ?? null,
  });
}

/** Asks for one register, 0 to 31. @throws BaseError `NSM_REQUEST` */
export function encodeDescribePcrRequest(index: number): Bytes {
  if (!Number.isInteger(index) || index < 0 || index >= PCR_COUNT) throw broken("NSM_REQUEST");
  return variant("DescribePCR", { index });
}

/** Reads an answer. @throws BaseError `NSM_ANSWER`, `NSM_REFUSED` */
export function decodeNsmAnswer(bytes: Uint8Array): NsmAnswer {
  const [name, fields] = single(decodeAnswer(bytes));
  if (name === "Error") throw broken("NSM_REFUSED");
  if (!(fields instanceof Map)) throw broken("NSM_ANSWER");
  const document: unknown = fields.get("document");
  if (name === "Attestation" && document instanceof Uint8Array)
    return { kind: "document", document: Uint8Array.from(document) };
  const value: unknown = fields.get("data");
  const locked: unknown = fields.get("lock");
  if (name !== "DescribePCR" || !(value instanceof Uint8Array) || typeof locked !== "boolean")
    throw broken("NSM_ANSWER");
  if (value.length !== PCR_BYTES) throw broken("NSM_ANSWER");
  return { kind: "pcr", locked, value: Uint8Array.from(value) };
}

function decodeAnswer(bytes: Uint8Array): EvidenceCbor {
  try {
    return decodeEvidenceCbor(bytes);
  } catch (cause) {
    throw broken("NSM_ANSWER", cause);
  }
}

function single(item: EvidenceCbor): readonly [unknown, EvidenceCbor] {
  const [entry, ...more] = item instanceof Map ? [...item] : [];
  if (entry === undefined || more.length > 0) throw broken("NSM_ANSWER");
  return entry;
}

function variant(name: string, fields: Readonly<Record<string, number | null | Uint8Array>>): Bytes {
  const members = Object.entries(fields).map(([key, value]) =>
    concatBytes(encodeCbor(key), encodeCbor(value)),
  );
  return concatBytes(Uint8Array.of(0xa1), encodeCbor(name), Uint8Array.of(0xa0 | members.length), ...members);
}

function broken(code: keyof typeof nsmRules, cause?: unknown): BaseError {
  const [family, rule] = nsmRules[code];
  return new BaseError(family, code, `rule broken: ${rule}`, { cause });
}
