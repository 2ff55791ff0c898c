import type { Random } from "@cloister/crypto";

/** One node's share of a secret: the values of the secret's polynomials at x = node. */
export interface Share {
  /** 1 to 255. */
  readonly node: number;
  /** As long as the secret. */
  readonly bytes: Uint8Array;
}

/**
 * Shamir's secret sharing over GF(2^8) with AES's polynomial, byte by byte (Shamir, CACM 1979): any
 * `thresholdCount` shares give the secret, fewer say nothing about it. Multiplication neither branches nor
 * looks up by secret bytes.
 */
export function splitSecret(input: {
  readonly secret: Uint8Array;
  readonly nodes: readonly number[];
  readonly thresholdCount: number;
  readonly random: Random;
}): readonly Share[] {
  const { secret, nodes, thresholdCount } = input;
  const coefficients = input.random(secret.length * (thresholdCount - 1));
  const shares = nodes.map((node) => {
    const bytes = new Uint8Array(secret.length);
    // Horner's rule, the highest power first.
    for (let power = thresholdCount - 2; power >= 0; power -= 1) {
      for (let at = 0; at < bytes.length; at += 1) {
        const sum = (bytes[at] ?? 0) ^ (coefficients[power * bytes.length + at] ?? 0);
        bytes[at] = multiply(sum, node);
      }
    }
    for (let at = 0; at < bytes.length; at += 1) bytes[at] = (bytes[at] ?? 0) ^ (secret[at] ?? 0);
    return { node, bytes };
  });
  coefficients.fill(0);
  return shares;
}

/** Interpolates at x = 0. Too few or wrong shares give a wrong secret: hold the result against a commitment. */
export function combineShares(shares: readonly Share[]): Uint8Array {
  const secret = new Uint8Array(shares[0]?.bytes.length ?? 0);
  const weights = weightsAtZero(shares.map(({ node }) => node));
  for (const [index, { bytes }] of shares.entries()) {
    const weight = weights[index] ?? 0;
    for (let at = 0; at < secret.length; at += 1) {
      secret[at] = (secret[at] ?? 0) ^ multiply(bytes[at] ?? 0, weight);
    }
  }
  return secret;
}

/** Lagrange's basis polynomials at 0; the nodes are public. */
function weightsAtZero(nodes: readonly number[]): number[] {
  return nodes.map((own) =>
    nodes
      .filter((other) => other !== own)
      .reduce((weight, other) => multiply(weight, multiply(other, inverse(other ^ own))), 1),
  );
}

/** Product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197 section 4.2). */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = a;
  for (let bit = 0; bit < 8; bit += 1) {
    product ^= shifted & -((b >> bit) & 1);
    shifted = ((shifted << 1) ^ (0x11b & -(shifted >> 7))) & 0xff;
  }
  return product;
}

/** a^254. */
function inverse(a: number): number {
  let power = a;
  for (let step = 0; step < 6; step += 1) power = multiply(multiply(power, power), a);
  return multiply(power, power);
}
