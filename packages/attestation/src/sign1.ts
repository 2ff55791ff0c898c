import { equalBytes, fromHex } from "@cloister/bytes";
import { encodeCbor } from "@cloister/codec";
import { CborTag, decodeEvidenceCbor, type EvidenceCbor } from "./cbor.ts";
import { demand } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A COSE_Sign1 with ES384 (RFC 9052 section 4.2), taken apart; nothing in it is verified. */
export interface UnverifiedSign1 {
  readonly payload: Bytes;
  /** Sig_structure (RFC 9052 section 4.4): what the signature is over. */
  readonly signedPart: Bytes;
  /** r || s, 96 bytes. */
  readonly signature: Bytes;
}

const SIGNATURE_BYTES = 96;
const COSE_SIGN1_TAG = 18;
/** {1: -35}: alg ES384 (RFC 9053 section 2.1). */
export const PROTECTED_ES384 = fromHex("a1013822");

/** Bare or under tag 18. @throws BaseError `EVIDENCE_CBOR`, `COSE_FORMAT`, `COSE_ALGORITHM`, `COSE_SIGNATURE_LENGTH` */
export function decodeSign1(bytes: Uint8Array): UnverifiedSign1 {
  const item = decodeEvidenceCbor(bytes);
  if (item instanceof CborTag) demand(item.tag === COSE_SIGN1_TAG, "COSE_FORMAT");
  const parts = item instanceof CborTag ? item.value : item;
  demand(isList(parts) && parts.length === 4, "COSE_FORMAT");
  const [protectedHeader, unprotected, payload, signature] = parts;
  demand(protectedHeader instanceof Uint8Array && payload instanceof Uint8Array, "COSE_FORMAT");
  demand(unprotected instanceof Map && unprotected.size === 0, "COSE_FORMAT");
  demand(equalBytes(protectedHeader, PROTECTED_ES384), "COSE_ALGORITHM");
  demand(signature instanceof Uint8Array && signature.length === SIGNATURE_BYTES, "COSE_SIGNATURE_LENGTH");
  return { payload, signedPart: signedPartOf(payload), signature };
}

/** In the deterministic form that RFC 9052 section 9 asks for. */
export function signedPartOf(payload: Uint8Array): Bytes {
  return encodeCbor(["Signature1", PROTECTED_ES384, new Uint8Array(), payload]);
}

function isList(value: EvidenceCbor): value is readonly EvidenceCbor[] {
  return Array.isArray(value);
}
