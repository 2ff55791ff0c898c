/**
 * An epoch's key, sealed to the trustees: the key encapsulation of Shoup and Gennaro's TDH2 ("Securing Threshold
 * Cryptosystems against Chosen Ciphertext Attack", 1998), with the conversation, epoch and group as its label.
 */
import { concatBytes, equalBytes } from "@cloister/bytes";
import { encodeCbor } from "@cloister/codec";
import { hkdfSha256, type Random } from "@cloister/crypto";
import {
  decodeScalar,
  encodeScalar,
  isRistrettoElement,
  randomSecret,
  ristrettoBase,
  ristrettoHash,
  ristrettoMultiply,
} from "@cloister/crypto/ristretto";
import { dleqBytesCount, proveDleq, verifyDleq } from "./dleq.ts";
import { broken } from "./rules.ts";

const elementBytesCount = 32;
const conversationBytesCount = 16;
const keyBytesCount = 32;
/** Length of a sealing. */
const sealingBytesCount = 2 * elementBytesCount + dleqBytesCount;

/** A second base whose logarithm nobody knows. */
const secondBase = ristrettoHash(new Uint8Array(), "Cloister escrow second base v1");

/** What one sealing is for. */
export interface EpochScope {
  /** Pseudonym of the conversation, 16 bytes. */
  readonly conversation: Uint8Array;
  /** Number of the epoch, from 0. */
  readonly epoch: number;
}

declare const verified: unique symbol;

/** A sealing whose label and proof were verified. Only {@link verifySealing} makes one. */
export interface VerifiedSealing extends EpochScope {
  readonly groupKey: Uint8Array;
  /** The element that trustees act on, 32 bytes. */
  readonly element: Uint8Array;
  readonly sealing: Uint8Array;
  readonly [verified]: true;
}

/** What {@link sealEpoch} gives. */
export interface SealedEpoch {
  /** 32 bytes, for the conversation's members only; zeroise after use. */
  readonly secret: Uint8Array<ArrayBuffer>;
  /** 128 bytes, for whoever keeps the archive. */
  readonly sealing: Uint8Array<ArrayBuffer>;
  /** The EpochContentKey, 32 bytes; zeroise after use. */
  readonly key: Uint8Array<ArrayBuffer>;
}

/**
 * Draws an epoch's secret and seals the key that follows from it.
 * @param input.groupKey of a checked group
 * @throws BaseError `SEALING_FORMAT` for a scope out of bounds, `CRYPTO_RANDOM`
 */
export function sealEpoch(input: {
  readonly scope: EpochScope;
  readonly groupKey: Uint8Array;
  readonly random: Random;
}): SealedEpoch {
  const { scope, groupKey, random } = input;
  const secret = randomSecret(random);
  const images = [ristrettoMultiply(secret, ristrettoBase), ristrettoMultiply(secret, secondBase)] as const;
  const proof = proveDleq(statementOf(scope, groupKey, images), secret, random);
  const sealing = concatBytes(...images, proof);
  const key = deriveKey({ ...scope, groupKey, sealing }, ristrettoMultiply(secret, groupKey));
  return { secret: encodeScalar(secret), sealing, key };
}

/**
 * Checks that a sealing was made for this conversation, epoch and group by someone who knew its secret. Without
 * that label, a sealing of another conversation could be passed off as one of this request's.
 * @param input.sealing attacker-controlled
 * @throws BaseError `SEALING_FORMAT`, `SEALING_PROOF`
 */
export function verifySealing(input: {
  readonly scope: EpochScope;
  readonly groupKey: Uint8Array;
  readonly sealing: Uint8Array;
}): VerifiedSealing {
  const { scope, groupKey, sealing } = input;
  if (sealing.length !== sealingBytesCount) throw broken("SEALING_FORMAT");
  const element = sealing.slice(0, elementBytesCount);
  const second = sealing.slice(elementBytesCount, 2 * elementBytesCount);
  if (![element, second].every(isRistrettoElement)) throw broken("SEALING_FORMAT");
  const proof = sealing.subarray(2 * elementBytesCount);
  if (!verifyDleq(statementOf(scope, groupKey, [element, second]), proof)) throw broken("SEALING_PROOF");
  return { ...scope, groupKey, element, sealing: new Uint8Array(sealing) } as VerifiedSealing;
}

/**
 * What a member does with the secret that came end-to-end encrypted beside a sealing: refuse the sealing unless
 * it holds this very secret, then derive the key. Since the element determines the secret, any `threshold`
 * honest trustees arrive at exactly this key.
 * @param input.secret and `sealing` come from another member
 * @throws BaseError `SEALING_FORMAT`, `SEALING_PROOF`, `SEALING_KEY`
 */
export function epochKeyOfMember(input: {
  readonly scope: EpochScope;
  readonly groupKey: Uint8Array;
  readonly secret: Uint8Array;
  readonly sealing: Uint8Array;
}): Uint8Array<ArrayBuffer> {
  const checked = verifySealing(input);
  const secret = decodeScalar(input.secret);
  if (secret === undefined || secret === 0n) throw broken("SEALING_KEY");
  if (!equalBytes(ristrettoMultiply(secret, ristrettoBase), checked.element)) throw broken("SEALING_KEY");
  return deriveKey(checked, ristrettoMultiply(secret, input.groupKey));
}

/** The EpochContentKey from the shared element; `shared` is secret. */
export function deriveKey(
  {
    conversation,
    epoch,
    groupKey,
    sealing,
  }: EpochScope & { readonly groupKey: Uint8Array; readonly sealing: Uint8Array },
  shared: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const info = encodeCbor(["Cloister epoch content key v1", conversation, epoch, groupKey, sealing]);
  return hkdfSha256({ ikm: shared, salt: new Uint8Array(), info, lengthBytes: keyBytesCount });
}

function statementOf(
  { conversation, epoch }: EpochScope,
  groupKey: Uint8Array,
  images: readonly [Uint8Array, Uint8Array],
) {
  if (conversation.length !== conversationBytesCount || !Number.isSafeInteger(epoch) || epoch < 0) {
    throw broken("SEALING_FORMAT");
  }
  const bound = encodeCbor([conversation, epoch, groupKey]);
  return { purpose: "sealing", bound, bases: [ristrettoBase, secondBase], images } as const;
}
