import { concatBytes, equalBytes, toUtf8 } from "@cloister/bytes";
import { sha512 } from "@cloister/crypto";
import {
  decodeScalar,
  encodeScalar,
  isRistrettoElement,
  ristrettoBase,
  ristrettoMultiply,
  ristrettoSum,
  scalar,
  wideScalar,
} from "@cloister/crypto/ristretto";

const elementBytesCount = 32;
/** Length of a signature: element and response. */
export const schnorrBytesCount = 64;

/** The prefixes that keep one use of the scheme from another. */
export interface SchnorrUse {
  readonly challenge: string;
  readonly nonce: string;
}

/** COCKTAIL(Ristretto255, SHA-512)'s own: proofs of possession and certificates. */
export const cocktailUse: SchnorrUse = {
  challenge: "COCKTAIL-DKG-Ristretto255-SHA512-H7",
  nonce: "COCKTAIL-DKG-Ristretto255-SHA512-NONCE",
};

/**
 * The Schnorr signature of C2SP cocktail-dkg, deterministic, 64 bytes.
 * @param secret not zero
 * @throws BaseError `CRYPTO_GROUP` for the nonce zero, which is not to be found
 */
export function schnorrSign(use: SchnorrUse, secret: bigint, message: Uint8Array): Uint8Array<ArrayBuffer> {
  const publicKey = ristrettoMultiply(secret, ristrettoBase);
  const nonce = hashToScalar(toUtf8(use.nonce), encodeScalar(secret), message);
  const commitment = ristrettoMultiply(nonce, ristrettoBase);
  const challenge = hashToScalar(toUtf8(use.challenge), commitment, publicKey, message);
  return concatBytes(commitment, encodeScalar(scalar(nonce + challenge * secret)));
}

/** Whether a signature is valid. All of `signed` is attacker-controlled. */
export function schnorrVerify(
  use: SchnorrUse,
  signed: {
    readonly publicKey: Uint8Array;
    readonly message: Uint8Array;
    readonly signature: Uint8Array;
  },
): boolean {
  const { publicKey, message, signature } = signed;
  const commitment = signature.subarray(0, elementBytesCount);
  const response = decodeScalar(signature.subarray(elementBytesCount));
  if (response === undefined || ![commitment, publicKey].every(isRistrettoElement)) return false;
  const challenge = hashToScalar(toUtf8(use.challenge), commitment, publicKey, message);
  return equalBytes(ristrettoSum([response, ristrettoBase], [-challenge, publicKey]), commitment);
}

function hashToScalar(...parts: readonly Uint8Array[]): bigint {
  return wideScalar(sha512(concatBytes(...parts)));
}
