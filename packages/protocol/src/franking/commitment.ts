/**
 * Committing franking (Grubbs, Lu, Ristenpart, "Message Franking via Committing Authenticated Encryption",
 * CRYPTO 2017): the opening travels inside the encryption, the commitment outside. HMAC-SHA256 under a
 * fresh key of fixed length hides the content, and binds to it as far as SHA-256 resists collisions.
 */
import { concatBytes, equalBytes, toUtf8 } from "@cloister/bytes";
import { hmacSha256, type Random } from "@cloister/crypto";
import { MAX_MESSAGE_BYTES } from "../limits.ts";
import { demand } from "../rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const LABEL = toUtf8("Cloister franking commitment v1\0");
const FORMAT = 1;
/** Length of an opening. */
export const OPENING_BYTES = 32;
/** Length of a commitment. */
export const COMMITMENT_BYTES = 32;

/** What a sender encrypts, and the 32 bytes that go beside the ciphertext for the relay to stamp. */
export interface FrankedMessage {
  readonly plaintext: Bytes;
  readonly commitment: Bytes;
}

/** What a recipient keeps to be able to report: without `opening` (32 bytes) nobody can. */
export interface OpenedFranked {
  readonly content: Bytes;
  readonly opening: Bytes;
}

/** Commits to a content under a fresh opening. @throws BaseError `FRANK-007` beyond 1 MiB */
export function frank(content: Uint8Array, random: Random): FrankedMessage {
  const opening = drawOpening(random);
  return {
    plaintext: concatBytes(Uint8Array.of(FORMAT), opening, content),
    commitment: commit(content, opening),
  };
}

/**
 * Takes a decrypted message apart and checks that it opens the commitment that came with it, so that
 * whatever is shown can be reported. Both are attacker-controlled.
 * @throws BaseError `FRANK-001`, `FRANK-002`
 */
export function openFranked(plaintext: Uint8Array, commitment: Uint8Array): OpenedFranked {
  demand(plaintext.length > OPENING_BYTES && plaintext[0] === FORMAT, "FRANK-002");
  return checkOpening({
    opening: plaintext.slice(1, 1 + OPENING_BYTES),
    content: plaintext.slice(1 + OPENING_BYTES),
    commitment,
  });
}

/** @throws BaseError `FRANK-001` unless the content under this opening gives the commitment */
export function checkOpening(input: OpenedFranked & { readonly commitment: Uint8Array }): OpenedFranked {
  const { content, opening, commitment } = input;
  demand(equalBytes(commit(content, opening), commitment), "FRANK-001");
  return { content, opening };
}

/** A fresh opening. @throws BaseError `FRANK-007` for a random source of a wrong length */
export function drawOpening(random: Random): Bytes {
  const opening = random(OPENING_BYTES);
  demand(opening.length === OPENING_BYTES, "FRANK-007");
  return opening;
}

/** The commitment. An opening of fixed length, so that no two keys are one after HMAC's padding. */
export function commit(content: Uint8Array, opening: Uint8Array): Bytes {
  demand(opening.length === OPENING_BYTES && content.length <= MAX_MESSAGE_BYTES, "FRANK-007");
  return hmacSha256(opening, concatBytes(LABEL, content));
}
