/**
 * K-PKE.Encrypt of ML-KEM-768 (FIPS 203, algorithm 14) in two halves, because a braided ratchet sends the
 * halves apart: u needs only the seed of the matrix, v only the vector t. Libraries keep these inside.
 *
 * What depends on the randomness or the message has no secret branch, index or division: coefficients are
 * int32 and reduced by Montgomery's and Barrett's multiplications. The matrix is public.
 */
import { concatBytes, zeroise } from "@cloister/bytes";
import { shake128, shake256 } from "@noble/hashes/sha3.js";
import type { Bytes } from "./primitives.ts";

const N = 256;
const Q = 3329;
const K = 3;
const SHAKE128_RATE_BYTES = 168;
const PRF_BYTES = 128; // 64 * eta, with eta1 = eta2 = 2
const POLY12_BYTES = 384;
const U_POLY_BYTES = 320; // 10 bits a coefficient
const V_BYTES = 128; // 4 bits a coefficient

/** A polynomial of R_q or, after {@link ntt}, its image in T_q. */
type Poly = Int32Array;

/** ByteDecode12 (algorithm 6) of the vector t, three polynomials in T_q; 1152 bytes. */
export function decodeVector(vector: Uint8Array): Poly[] {
  return Array.from({ length: K }, (_, row) => {
    const poly = new Int32Array(N);
    for (let i = 0, at = row * POLY12_BYTES; i < N; i += 2, at += 3) {
      const middle = byteAt(vector, at + 1);
      poly[i] = byteAt(vector, at) | ((middle & 0x0f) << 8);
      poly[i + 1] = (middle >> 4) | (byteAt(vector, at + 2) << 4);
    }
    return poly;
  });
}

/**
 * The first half: u = NTT^-1(A^T * NTT(y)) + e1, compressed to 10 bits (960 bytes). `rho` and `randomness`
 * (the secret r) have 32 bytes.
 */
export function encryptU(rho: Uint8Array, randomness: Uint8Array): Bytes {
  const y = sampleY(randomness);
  const out = new Uint8Array(K * U_POLY_BYTES);
  for (let i = 0; i < K; i += 1) {
    // A^T: entry (i, j) of the transpose is SampleNTT(rho || i || j).
    const row = y.map((_, j) => sampleNtt(concatBytes(rho, Uint8Array.of(i, j))));
    const u = innerProduct(row, y);
    const e1 = samplePoly(randomness, K + i);
    add(u, e1);
    encode10(u, out.subarray(i * U_POLY_BYTES));
    wipe([u, e1]);
  }
  wipe(y);
  return out;
}

/** The second half: v = NTT^-1(t * NTT(y)) + e2 + Decompress1(m), compressed to 4 bits (128 bytes). */
export function encryptV(t: readonly Poly[], randomness: Uint8Array, message: Uint8Array): Bytes {
  const y = sampleY(randomness);
  const v = innerProduct(t, y);
  const e2 = samplePoly(randomness, 2 * K);
  add(v, e2);
  for (let i = 0; i < N; i += 1) {
    const bit = (byteAt(message, i >> 3) >> (i & 7)) & 1;
    v[i] = coefficient(v, i) + (-bit & ((Q + 1) >> 1));
  }
  const out = new Uint8Array(V_BYTES);
  encode4(v, out);
  wipe([...y, v, e2]);
  return out;
}

/** NTT(y) of K-PKE.Encrypt, lines 9 to 12 and 18. */
function sampleY(randomness: Uint8Array): Poly[] {
  return Array.from({ length: K }, (_, i) => ntt(samplePoly(randomness, i)));
}

/** SamplePolyCBD with eta = 2 (algorithm 8) of PRF(r, nonce) = SHAKE256(r || nonce) (section 4.1). */
function samplePoly(randomness: Uint8Array, nonce: number): Poly {
  const input = concatBytes(randomness, Uint8Array.of(nonce));
  const bytes = shake256(input, { dkLen: PRF_BYTES });
  const poly = new Int32Array(N);
  for (let i = 0; i < N; i += 1) {
    const bits = byteAt(bytes, i >> 1) >> (4 * (i & 1));
    poly[i] = (bits & 1) + ((bits >> 1) & 1) - ((bits >> 2) & 1) - ((bits >> 3) & 1);
  }
  zeroise(input, bytes);
  return poly;
}

/** SampleNTT (algorithm 7): rejection sampling, of a public seed only. */
function sampleNtt(seed: Uint8Array): Poly {
  const stream = shake128.create().update(seed);
  const poly = new Int32Array(N);
  let filled = 0;
  while (filled < N) {
    const block = stream.xof(SHAKE128_RATE_BYTES);
    for (let at = 0; at < SHAKE128_RATE_BYTES; at += 3) {
      const middle = byteAt(block, at + 1);
      const first = byteAt(block, at) | ((middle & 0x0f) << 8);
      const second = (middle >> 4) | (byteAt(block, at + 2) << 4);
      if (first < Q && filled < N) poly[filled++] = first;
      if (second < Q && filled < N) poly[filled++] = second;
    }
  }
  return poly;
}

/** Q^-1 modulo 2^16, as a signed 16-bit integer. */
const Q_INVERSE = -3327;
/** Modulo q: 2^16, the Montgomery factor, and its square over 128, which ends an inverse NTT. */
const MONTGOMERY = 2285;
const NTT_INVERSE_FACTOR = 1441;

/** a * 2^-16 modulo q, in (-q, q), for |a| below q * 2^15. */
function reduceProduct(a: number): number {
  const low = (Math.imul(a, Q_INVERSE) << 16) >> 16;
  return (a - Math.imul(low, Q)) >> 16;
}

const multiply = (a: number, b: number): number => reduceProduct(Math.imul(a, b));

/** Barrett's reduction to [-q/2, q/2], for |a| below 32 q. */
function reduce(a: number): number {
  const quotient = (Math.imul(20_159, a) + (1 << 25)) >> 26;
  return a - Math.imul(quotient, Q);
}

/** 17^BitRev7(i) * 2^16 modulo q, i below 128 (FIPS 203, appendix A). */
const zetas = Int32Array.from({ length: N / 2 }, (_, i) => {
  let exponent = 0;
  for (let bit = 0; bit < 7; bit += 1) exponent |= ((i >> bit) & 1) << (6 - bit);
  let power = MONTGOMERY;
  for (let count = 0; count < exponent; count += 1) power = (power * 17) % Q;
  return power;
});

/** NTT (algorithm 9) in place. Of input below q in absolute value, the output is below 8 q. */
function ntt(poly: Poly): Poly {
  let next = 1;
  for (let length = N / 2; length >= 2; length >>= 1) {
    for (let start = 0; start < N; start += 2 * length) {
      const zeta = coefficient(zetas, next++);
      for (let j = start; j < start + length; j += 1) {
        const low = coefficient(poly, j);
        const high = multiply(zeta, coefficient(poly, j + length));
        poly[j] = low + high;
        poly[j + length] = low - high;
      }
    }
  }
  return poly;
}

/** NTT^-1 (algorithm 10) in place, times 2^16: what {@link innerProduct} leaves to be made up for. */
function inverseNtt(poly: Poly): Poly {
  let next = N / 2 - 1;
  for (let length = 2; length <= N / 2; length <<= 1) {
    for (let start = 0; start < N; start += 2 * length) {
      const zeta = coefficient(zetas, next--);
      for (let j = start; j < start + length; j += 1) {
        const low = coefficient(poly, j);
        const high = coefficient(poly, j + length);
        poly[j] = reduce(low + high);
        poly[j + length] = multiply(zeta, reduce(high - low));
      }
    }
  }
  for (let i = 0; i < N; i += 1) poly[i] = multiply(NTT_INVERSE_FACTOR, coefficient(poly, i));
  return poly;
}

/** NTT^-1 of the sum of products in T_q (algorithms 11 and 12). */
function innerProduct(a: readonly Poly[], b: readonly Poly[]): Poly {
  const sum = new Int32Array(N);
  for (let row = 0; row < K; row += 1) {
    const [x, y] = [a[row] ?? sum, b[row] ?? sum];
    for (let i = 0; i < N; i += 2) {
      const [x0, x1] = [coefficient(x, i), coefficient(x, i + 1)];
      const [y0, y1] = [coefficient(y, i), coefficient(y, i + 1)];
      // gamma = 17^(2 BitRev7(i / 2) + 1): the zetas of the second half, with alternating sign.
      const zeta = coefficient(zetas, N / 4 + (i >> 2));
      const gamma = (i & 2) === 0 ? zeta : -zeta;
      sum[i] = coefficient(sum, i) + multiply(x0, y0) + multiply(multiply(x1, y1), gamma);
      sum[i + 1] = coefficient(sum, i + 1) + multiply(x0, y1) + multiply(x1, y0);
    }
  }
  return inverseNtt(sum);
}

function add(sum: Poly, other: Poly): void {
  for (let i = 0; i < N; i += 1) sum[i] = coefficient(sum, i) + coefficient(other, i);
}

/** The representative in [0, q). */
function canonical(a: number): number {
  const reduced = reduce(a);
  return reduced + ((reduced >> 31) & Q);
}

/**
 * Compress (section 4.2.1): round(x * 2^d / q) modulo 2^d. The division is a multiplication by
 * round(2^k / q), exact for every x below q (a test tries them all); a dividing instruction takes a time
 * that depends on the secret.
 */
export const compress10 = (x: number): number =>
  Math.floor(((x * 1024 + 1665) * 1_290_167) / 2 ** 32) & 0x3ff;
export const compress4 = (x: number): number => Math.floor(((x * 16 + 1665) * 80_635) / 2 ** 28) & 0x0f;

/** ByteEncode10 (algorithm 5) of the compressed coefficients. */
function encode10(poly: Poly, out: Uint8Array): void {
  const next = (i: number) => compress10(canonical(coefficient(poly, i)));
  for (let i = 0, at = 0; i < N; i += 4, at += 5) {
    const [a, b, c, d] = [next(i), next(i + 1), next(i + 2), next(i + 3)];
    out[at] = a;
    out[at + 1] = (a >> 8) | (b << 2);
    out[at + 2] = (b >> 6) | (c << 4);
    out[at + 3] = (c >> 4) | (d << 6);
    out[at + 4] = d >> 2;
  }
}

/** ByteEncode4 (algorithm 5) of the compressed coefficients. */
function encode4(poly: Poly, out: Uint8Array): void {
  const next = (i: number) => compress4(canonical(coefficient(poly, i)));
  for (let i = 0; i < N; i += 2) out[i >> 1] = next(i) | (next(i + 1) << 4);
}

// Every index above is below its array's length; the types cannot know.
function coefficient(poly: Poly, i: number): number {
  return poly[i] ?? 0;
}

function byteAt(bytes: Uint8Array, i: number): number {
  return bytes[i] ?? 0;
}

function wipe(polys: readonly Poly[]): void {
  for (const poly of polys) poly.fill(0);
}
