import { concatBytes } from "@cloister/bytes";
import { encodeCbor } from "@cloister/codec";
import { type Random, sha512 } from "@cloister/crypto";
import {
  decodeScalar,
  encodeScalar,
  ristrettoMultiply,
  ristrettoSum,
  scalar,
  wideScalar,
} from "@cloister/crypto/ristretto";

const scalarBytesCount = 32;
/** Length of a proof: challenge and response. */
export const dleqBytesCount = 2 * scalarBytesCount;

/** That one secret leads from each base to its image. All elements were checked by the caller. */
export interface DleqStatement {
  /** What the proof is for; separates one use from every other. */
  readonly purpose: string;
  /** What the proof is bound to, such as the request it answers. */
  readonly bound: Uint8Array;
  readonly bases: readonly [Uint8Array, Uint8Array];
  readonly images: readonly [Uint8Array, Uint8Array];
}

/**
 * Proves equality of discrete logarithms (Chaum and Pedersen 1992, made non-interactive by Fiat and Shamir with
 * the whole statement hashed). The nonce is hashed from secret, statement and randomness, so that a broken
 * source alone does not give the secret away.
 * @param secret not zero
 */
export function proveDleq(statement: DleqStatement, secret: bigint, random: Random): Uint8Array<ArrayBuffer> {
  const seed = encodeCbor(["nonce", encodeScalar(secret), random(scalarBytesCount), describe(statement)]);
  const nonce = wideScalar(sha512(seed));
  const [left, right] = statement.bases;
  const challenge = challengeOf(statement, ristrettoMultiply(nonce, left), ristrettoMultiply(nonce, right));
  return concatBytes(encodeScalar(challenge), encodeScalar(scalar(nonce + challenge * secret)));
}

/** Whether a proof holds. `proof` is attacker-controlled. */
export function verifyDleq(statement: DleqStatement, proof: Uint8Array): boolean {
  const challenge = decodeScalar(proof.subarray(0, scalarBytesCount));
  const response = decodeScalar(proof.subarray(scalarBytesCount));
  if (challenge === undefined || response === undefined) return false;
  const [left, right] = [0, 1].map((side) => {
    const [base, image] = [statement.bases[side], statement.images[side]];
    return base && image && ristrettoSum([response, base], [-challenge, image]);
  });
  return left !== undefined && right !== undefined && challengeOf(statement, left, right) === challenge;
}

function challengeOf(statement: DleqStatement, left: Uint8Array, right: Uint8Array): bigint {
  return wideScalar(sha512(encodeCbor(["challenge", describe(statement), left, right])));
}

function describe({ purpose, bound, bases, images }: DleqStatement): Uint8Array {
  return encodeCbor(["Cloister DLEQ v1", purpose, bound, ...bases, ...images]);
}
