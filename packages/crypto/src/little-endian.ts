/** Curve25519 writes its integers little-endian (RFC 7748 section 5, RFC 8032 section 5.1.2). */
export function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i -= 1) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  return value;
}

/** The prime 2^255 - 19. */
export const P = 2n ** 255n - 19n;

/** The order of the prime subgroup (RFC 8032 section 5.1). */
export const L = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
