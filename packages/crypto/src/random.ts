import type { Random } from "./checks.ts";

// On every runtime Cloister runs on; the ES library types do not have it.
declare const crypto: { getRandomValues(bytes: Uint8Array<ArrayBuffer>): unknown };

const CHUNK_BYTES = 65_536; // WebCrypto's limit for one call

/** The operating system's generator, through WebCrypto; browser and Node. */
export const systemRandom: Random = (lengthBytes) => {
  const out = new Uint8Array(lengthBytes);
  for (let at = 0; at < lengthBytes; at += CHUNK_BYTES) {
    crypto.getRandomValues(out.subarray(at, at + CHUNK_BYTES));
  }
  return out;
};
