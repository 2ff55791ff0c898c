import { invertScalar, ristrettoSum, scalar } from "@cloister/crypto/ristretto";

/** The value of a polynomial at a participant's number; coefficients from the constant one up. */
export function evaluate(coefficients: readonly bigint[], at: number): bigint {
  return coefficients.reduceRight((sum, coefficient) => scalar(sum * BigInt(at) + coefficient), 0n);
}

/** The same in the exponent: the element of the value, from the elements of the coefficients. */
export function evaluateCommitment(commitment: readonly Uint8Array[], at: number): Uint8Array<ArrayBuffer> {
  return ristrettoSum(...commitment.map((element, power) => [BigInt(at) ** BigInt(power), element] as const));
}

/** Weights by which the values at `numbers` give the value at zero (Lagrange). Numbers are distinct. */
export function weightsAtZero(numbers: readonly number[]): bigint[] {
  return numbers.map((own) => {
    const others = numbers.filter((other) => other !== own).map(BigInt);
    const above = others.reduce((product, other) => scalar(product * other), 1n);
    const below = others.reduce((product, other) => scalar(product * (other - BigInt(own))), 1n);
    return scalar(above * invertScalar(below));
  });
}

/** The element at zero from elements at `numbers`: what the whole secret would give, without the secret. */
export function combineAtZero(
  points: readonly { number: number; element: Uint8Array }[],
): Uint8Array<ArrayBuffer> {
  const weights = weightsAtZero(points.map(({ number }) => number));
  return ristrettoSum(...points.map(({ element }, at) => [weights[at] ?? 0n, element] as const));
}
