/**
 * Nitro attestation documents: a COSE_Sign1 (RFC 9052) around a map of nine fields (AWS, "Verifying the root
 * of trust"). Genuine documents deviate from that text, and both forms are accepted: bare or under tag 18,
 * absent fields as null or left out, definite or indefinite maps.
 */
import { decodeEvidenceCbor, type EvidenceCbor } from "./cbor.ts";
import { type AttestationCode, broken, demand } from "./rules.ts";
import { decodeSign1 } from "./sign1.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A document, taken apart; nothing in it is verified. */
export interface UnverifiedDocument {
  readonly moduleId: string;
  readonly timestampMs: number;
  /** By index, 0 to 31; 48 bytes each. */
  readonly pcrs: ReadonlyMap<number, Bytes>;
  /** X.509 in DER, root first. */
  readonly cabundle: readonly Bytes[];
  /** X.509 in DER, of the key that signed. */
  readonly certificate: Bytes;
  readonly publicKey: Bytes | undefined;
  readonly userData: Bytes | undefined;
  readonly nonce: Bytes | undefined;
  /** Sig_structure (RFC 9052 section 4.4): what the signature is over. */
  readonly signedPart: Bytes;
  /** r || s, 96 bytes. */
  readonly signature: Bytes;
}

const MAX_EVIDENCE_BYTES = 32_768;
const MAX_PAYLOAD_BYTES = 16_384;
const MAX_MODULE_BYTES = 256;
const MAX_CERTIFICATE_BYTES = 1024;
const MAX_PUBLIC_KEY_BYTES = 1024;
const MAX_DATA_BYTES = 512;
const MAX_BUNDLE_COUNT = 8;
const PCR_BYTES = 48;
const PCR_COUNT = 32;
const fieldNames: ReadonlySet<unknown> = new Set([
  "module_id",
  "digest",
  "timestamp",
  "pcrs",
  "certificate",
  "cabundle",
  "public_key",
  "user_data",
  "nonce",
]);

/** Reads a document. @throws BaseError family `Decode` */
export function decodeDocument(evidence: Uint8Array): UnverifiedDocument {
  demand(evidence.length > 0 && evidence.length <= MAX_EVIDENCE_BYTES, "EVIDENCE_SIZE");
  const { payload, signedPart, signature } = decodeSign1(evidence);
  return { ...decodePayload(payload), signedPart, signature };
}

/** What a document says, whoever signed it. @throws BaseError family `Decode` */
export function decodePayload(payload: Uint8Array): Omit<UnverifiedDocument, "signedPart" | "signature"> {
  demand(payload.length > 0 && payload.length <= MAX_PAYLOAD_BYTES, "DOCUMENT_SIZE");
  const fields = mapOf(decodeEvidenceCbor(payload), "DOCUMENT_FIELDS");
  demand(
    [...fields.keys()].every((key) => fieldNames.has(key)),
    "DOCUMENT_FIELDS",
  );
  demand(fields.get("digest") === "SHA384", "DOCUMENT_DIGEST");
  const optional = (key: string, maxBytes: number, code: AttestationCode, minBytes = 0) => {
    const value = fields.get(key) ?? undefined;
    return value === undefined ? undefined : bytesOf(value, { minBytes, maxBytes }, code);
  };
  return {
    moduleId: moduleOf(fields.get("module_id")),
    timestampMs: timestampOf(fields.get("timestamp")),
    pcrs: pcrsOf(fields.get("pcrs")),
    cabundle: bundleOf(fields.get("cabundle")),
    certificate: certificateOf(fields.get("certificate"), "DOCUMENT_CERTIFICATE"),
    publicKey: optional("public_key", MAX_PUBLIC_KEY_BYTES, "DOCUMENT_PUBLIC_KEY", 1),
    userData: optional("user_data", MAX_DATA_BYTES, "DOCUMENT_USER_DATA"),
    nonce: optional("nonce", MAX_DATA_BYTES, "DOCUMENT_NONCE"),
  };
}

function moduleOf(value: EvidenceCbor | undefined): string {
  demand(
    typeof value === "string" && value.length > 0 && value.length <= MAX_MODULE_BYTES,
    "DOCUMENT_MODULE",
  );
  return value;
}

function timestampOf(value: EvidenceCbor | undefined): number {
  demand(typeof value === "number" && value > 0, "DOCUMENT_TIMESTAMP");
  return value;
}

function pcrsOf(value: EvidenceCbor | undefined): ReadonlyMap<number, Bytes> {
  const entries = mapOf(value, "DOCUMENT_PCRS");
  demand(
    [0, 1, 2].every((index) => entries.has(index)),
    "DOCUMENT_PCRS",
  );
  return new Map(
    [...entries].map(([index, digest]) => {
      demand(typeof index === "number" && index >= 0 && index < PCR_COUNT, "DOCUMENT_PCRS");
      return [index, bytesOf(digest, { minBytes: PCR_BYTES, maxBytes: PCR_BYTES }, "DOCUMENT_PCRS")];
    }),
  );
}

function bundleOf(value: EvidenceCbor | undefined): readonly Bytes[] {
  demand(isList(value) && value.length > 0 && value.length <= MAX_BUNDLE_COUNT, "DOCUMENT_CABUNDLE");
  return value.map((certificate) => certificateOf(certificate, "DOCUMENT_CABUNDLE"));
}

function certificateOf(value: EvidenceCbor | undefined, code: AttestationCode): Bytes {
  return bytesOf(value, { minBytes: 1, maxBytes: MAX_CERTIFICATE_BYTES }, code);
}

function bytesOf(
  value: EvidenceCbor | undefined,
  { minBytes, maxBytes }: { readonly minBytes: number; readonly maxBytes: number },
  code: AttestationCode,
): Bytes {
  demand(value instanceof Uint8Array && value.length >= minBytes && value.length <= maxBytes, code);
  return value;
}

function mapOf(
  value: EvidenceCbor | undefined,
  code: AttestationCode,
): ReadonlyMap<number | bigint | string, EvidenceCbor> {
  if (!(value instanceof Map)) throw broken(code);
  return value;
}

function isList(value: EvidenceCbor | undefined): value is readonly EvidenceCbor[] {
  return Array.isArray(value);
}
