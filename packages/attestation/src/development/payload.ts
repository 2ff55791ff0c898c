import { concatBytes } from "@cloister/bytes";
import { type CborValue, encodeCbor } from "@cloister/codec";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a document says; the rest comes from whoever signs it. */
export interface DocumentRequest {
  readonly moduleId: string;
  readonly timestampMs: number;
  /** 48 bytes each. */
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  readonly publicKey?: Uint8Array;
  readonly userData?: Uint8Array;
  readonly nonce?: Uint8Array;
}

/** The map of nine fields. Absent ones are null, as on real hardware. */
export function encodePayload(
  document: DocumentRequest & { readonly cabundle: readonly Uint8Array[]; readonly certificate: Uint8Array },
): Bytes {
  const { moduleId, timestampMs, pcrs, cabundle, certificate, publicKey, userData, nonce } = document;
  const entry = (key: CborValue, value: CborValue) => concatBytes(encodeCbor(key), encodeCbor(value));
  return mapOf([
    entry("module_id", moduleId),
    entry("digest", "SHA384"),
    entry("timestamp", timestampMs),
    concatBytes(encodeCbor("pcrs"), mapOf([...pcrs].map(([index, digest]) => entry(index, digest)))),
    entry("certificate", certificate),
    entry("cabundle", cabundle),
    entry("public_key", publicKey ?? null),
    entry("user_data", userData ?? null),
    entry("nonce", nonce ?? null),
  ]);
}

/** A map with keys of any kind, which the deterministic encoder does not write. */
function mapOf(entries: readonly Uint8Array[]): Bytes {
  const { length } = entries;
  return concatBytes(length < 24 ? Uint8Array.of(0xa0 | length) : Uint8Array.of(0xb8, length), ...entries);
}
