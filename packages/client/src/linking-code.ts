import {
  BaseError,
  concatBytes,
  equalBytes,
  fromBase64Url,
  readUint64,
  toBase64Url,
  toUtf8,
} from "@cloister/bytes";
import { decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import { aesGcmOpen, aesGcmSeal, hkdfSha256, type Random, sha256 } from "@cloister/crypto";

/*
 * What a linking code is, and what follows from it. Three words go between the two devices through slots of
 * the relay, all derived from the code's secret:
 *
 *   new  → old   code: slot secret, SHA-256 of the new device's public key       (screen to camera)
 *   old  → new   hello: the old device's public key
 *   new  → old   answer: the new device's public key, and its name, sealed
 *   old  → new   identity, sealed, once the person saw the same comparison code on both
 *
 * The new device is bound to its key before the old one chooses its own, so whoever replaces the code cannot
 * try keys until the six digits agree: there is one guess in a million, made in front of a person.
 */

const label = "Cloister device linking v2";
/** Length of the secret that slots are derived from. */
const secretBytesCount = 16;
const slotBytesCount = 32;
const keyBytesCount = 32;
const nonceBytesCount = 12;
const comparisonBytesCount = 8;

/** What the new device shows. */
export interface LinkCode {
  readonly slot: Uint8Array;
  /** SHA-256 of the new device's X25519 public key. */
  readonly commitment: Uint8Array;
}

/** What both devices have once each knows the other's public key. */
export interface LinkKeys {
  /** Six digits. */
  readonly comparison: string;
  readonly nameKey: Uint8Array;
  readonly identityKey: Uint8Array;
}

export function makeLinkCode(random: Random, publicKey: Uint8Array): LinkCode {
  return { slot: random(secretBytesCount), commitment: commitmentTo(publicKey) };
}

/** The code as one token of text, for a QR code or to copy. */
export function formatLinkCode({ slot, commitment }: LinkCode): string {
  return toBase64Url(encodeCbor({ v: 2, slot, commitment }));
}

/** @throws BaseError `LINK_CODE_INVALID` */
export function parseLinkCode(text: string): LinkCode {
  try {
    const map = readMap(decodeCbor(fromBase64Url(text.trim())));
    if (map.uint("v") !== 2)
      throw new BaseError("Decode", "VERSION_UNSUPPORTED", "a code of another version");
    const code = {
      slot: map.bytes("slot", { length: secretBytesCount }),
      commitment: map.bytes("commitment", { length: keyBytesCount }),
    };
    map.end();
    return code;
  } catch (cause) {
    throw new BaseError(
      "Decode",
      "LINK_CODE_INVALID",
      "this is not the code of a new device, or not all of it; scan or copy it again",
      { cause },
    );
  }
}

/** Whether the code was made by who has this key. */
export function isCommittedTo({ commitment }: LinkCode, publicKey: Uint8Array): boolean {
  return equalBytes(commitment, commitmentTo(publicKey));
}

function commitmentTo(publicKey: Uint8Array): Uint8Array {
  return sha256(concatBytes(toUtf8(`${label} commitment\0`), publicKey));
}

/** Where a word of the conversation lies at the relay. */
export function slotOf({ slot }: LinkCode, word: "hello" | "answer" | "identity"): string {
  const info = `${label} slot ${word}`;
  return toBase64Url(hkdfSha256({ ikm: slot, salt: new Uint8Array(0), info, lengthBytes: slotBytesCount }));
}

/** @param shared the X25519 secret of the two devices */
export function linkKeys(
  code: LinkCode,
  input: { readonly shared: Uint8Array; readonly oldKey: Uint8Array; readonly newKey: Uint8Array },
): LinkKeys {
  const salt = sha256(concatBytes(code.slot, code.commitment, input.oldKey, input.newKey));
  const derive = (purpose: string, lengthBytes = keyBytesCount) =>
    hkdfSha256({ ikm: input.shared, salt, info: `${label} ${purpose}`, lengthBytes });
  const digits = readUint64(derive("comparison", comparisonBytesCount)) % 1_000_000n;
  return {
    comparison: String(digits).padStart(6, "0"),
    nameKey: derive("name"),
    identityKey: derive("identity"),
  };
}

/** `nonce || AES-256-GCM`. */
export function sealWord(random: Random, key: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const nonce = random(nonceBytesCount);
  return concatBytes(nonce, aesGcmSeal({ key, nonce, plaintext, associatedData: toUtf8(label) }));
}

/** Every byte is attacker-controlled. @throws BaseError `DECRYPT_FAILED`, `CRYPTO_LENGTH` */
export function openWord(key: Uint8Array, word: Uint8Array): Uint8Array {
  const nonce = word.subarray(0, nonceBytesCount);
  const ciphertext = word.subarray(nonceBytesCount);
  return aesGcmOpen({ key, nonce, ciphertext, associatedData: toUtf8(label) });
}
