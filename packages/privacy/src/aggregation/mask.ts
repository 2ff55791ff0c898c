import { aesCtr } from "@cloister/crypto";

const chunkBytes = 65_536;
const zeros = new Uint8Array(chunkBytes);
const keystreamIsHostOrdered = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/**
 * Adds (`sign` 1) or takes away (-1) the stream that a 32-byte key stands for, number by number modulo
 * 2^32: AES-256 in counter mode from block 0, read as little-endian integers. A key is for one mask.
 */
export function applyMask(values: Uint32Array, key: Uint8Array, sign: 1 | -1): void {
  const counter = new Uint8Array(16);
  const view = new DataView(counter.buffer);
  for (let from = 0; from < values.length; from += chunkBytes / 4) {
    const count = Math.min(values.length - from, chunkBytes / 4);
    view.setUint32(12, from / 4);
    const stream = words(aesCtr({ key, iv: counter, data: zeros.subarray(0, count * 4) }));
    const part = values.subarray(from, from + count);
    if (sign === 1) for (let at = 0; at < count; at += 1) part[at] = (part[at] ?? 0) + (stream[at] ?? 0);
    else for (let at = 0; at < count; at += 1) part[at] = (part[at] ?? 0) - (stream[at] ?? 0);
    stream.fill(0);
  }
}

/** Little-endian words of bytes, over the same memory where alignment and the machine allow. */
export function words(bytes: Uint8Array): Uint32Array {
  if (keystreamIsHostOrdered && bytes.byteOffset % 4 === 0) {
    return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, at) => view.getUint32(at * 4, true));
}

/** The inverse of {@link words}. */
export function wordBytes(values: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < values.length; at += 1) view.setUint32(at * 4, values[at] ?? 0, true);
  return bytes;
}
