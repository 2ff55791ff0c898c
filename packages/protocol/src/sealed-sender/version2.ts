/**
 * Sealed sender version 2: one ciphertext for many recipients, and 48 bytes for each. The sender sends
 * the sent form (0x23); the server cuts it into received forms (0x22).
 */
import { concatBytes, equalBytes, zeroise } from "@cloister/bytes";
import { aesGcmSivOpen, aesGcmSivSeal, hkdfSha256, type Random, x25519PublicKey } from "@cloister/crypto";
import { agree, checkPublicKey, encodePublicKey, type KeyPair } from "../keys.ts";
import { broken, demand } from "../rules.ts";
import type { Unsealed } from "./unsealed.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The first byte of what a recipient gets. */
export const VERSION_2_RECEIVED = 0x22;
const SECRET_BYTES = 32;
const TAG_BYTES = 16;
const CIPHER_TAG_BYTES = 16;
/** What each recipient gets of their own: the sealed secret and the sender's tag. */
export const RECIPIENT_HEAD_BYTES = SECRET_BYTES + TAG_BYTES;
const HEAD_BYTES = RECIPIENT_HEAD_BYTES + SECRET_BYTES;
const LABEL = "Sealed Sender v2: ";
const NO_SALT = new Uint8Array(0);
const NO_DATA = new Uint8Array(0);
const ZERO_NONCE = new Uint8Array(12);

/**
 * Seals one content for several identity keys. All secrets come from one random string, so each recipient
 * can check that the ephemeral key was made from it and that all got the same content. Returns each with a
 * head of 48 bytes, and the ephemeral key and ciphertext that all share.
 * @throws BaseError `KEY-…`, `WIRE-005`
 */
export function sealForKeys<Recipient extends { readonly identityKey: Uint8Array }>(input: {
  readonly content: Uint8Array;
  readonly identityKeyPair: KeyPair;
  readonly recipients: readonly Recipient[];
  readonly random: Random;
}): { readonly recipients: readonly (Recipient & { readonly head: Bytes })[]; readonly shared: Bytes } {
  const secret = input.random(SECRET_BYTES);
  demand(secret.length === SECRET_BYTES, "KEY-001");
  const { ephemeral, cipherKey } = deriveKeys(secret);
  const recipients = input.recipients.map((recipient) => {
    const { identityKey: recipientKey } = recipient;
    checkPublicKey(recipientKey);
    const mask = maskOf(agree(ephemeral.privateKey, recipientKey), ephemeral.publicKey, recipientKey);
    const sealedSecret = xor(secret, mask);
    const tag = tagOf(agree(input.identityKeyPair.privateKey, recipientKey), [
      ephemeral.publicKey,
      sealedSecret,
      input.identityKeyPair.publicKey,
      recipientKey,
    ]);
    zeroise(mask);
    return { ...recipient, head: concatBytes(sealedSecret, tag) };
  });
  const sealed = { key: cipherKey, nonce: ZERO_NONCE, plaintext: input.content, associatedData: NO_DATA };
  const ciphertext = aesGcmSivSeal(sealed);
  zeroise(secret, cipherKey, ephemeral.privateKey);
  return { recipients, shared: concatBytes(ephemeral.publicKey.subarray(1), ciphertext) };
}

/**
 * Opens a received form. `body`, what is behind the version byte, is attacker-controlled.
 * @throws BaseError `SEALED-002`, `KEY-004`, `WIRE-001`
 */
export function openVersion2(body: Uint8Array, { publicKey, privateKey }: KeyPair): Unsealed {
  demand(body.length > HEAD_BYTES + CIPHER_TAG_BYTES, "WIRE-001");
  const sealedSecret = body.subarray(0, SECRET_BYTES);
  const tag = body.subarray(SECRET_BYTES, RECIPIENT_HEAD_BYTES);
  const ephemeralKey = encodePublicKey(body.subarray(RECIPIENT_HEAD_BYTES, HEAD_BYTES));
  const mask = maskOf(agree(privateKey, ephemeralKey), ephemeralKey, publicKey);
  const secret = xor(sealedSecret, mask);
  const { ephemeral, cipherKey } = deriveKeys(secret);
  zeroise(mask, secret, ephemeral.privateKey);
  demand(equalBytes(ephemeral.publicKey, ephemeralKey), "SEALED-002");
  const content = decrypt(cipherKey, body.subarray(HEAD_BYTES));
  return {
    content,
    isSealedBy: (senderKey) => {
      const parts = [ephemeralKey, sealedSecret, senderKey, publicKey];
      return equalBytes(tagOf(agree(privateKey, senderKey), parts), tag);
    },
  };
}

function decrypt(key: Bytes, ciphertext: Uint8Array): Bytes {
  try {
    return aesGcmSivOpen({ key, nonce: ZERO_NONCE, ciphertext, associatedData: NO_DATA });
  } catch (cause) {
    throw broken("SEALED-002", cause);
  } finally {
    zeroise(key);
  }
}

function deriveKeys(secret: Uint8Array): { ephemeral: KeyPair; cipherKey: Bytes } {
  const privateKey = derive(secret, "r (2023-08)", SECRET_BYTES);
  const publicKey = encodePublicKey(x25519PublicKey(privateKey));
  return { ephemeral: { privateKey, publicKey }, cipherKey: derive(secret, "K", SECRET_BYTES) };
}

/** Hides the secret from all but one recipient. */
function maskOf(shared: Bytes, ephemeralKey: Uint8Array, recipientKey: Uint8Array): Bytes {
  return deriveFrom(shared, [ephemeralKey, recipientKey], { label: "DH", lengthBytes: SECRET_BYTES });
}

/** Shows the recipient, and nobody else, that the sender sealed the secret for them. */
function tagOf(shared: Bytes, parts: readonly Uint8Array[]): Bytes {
  return deriveFrom(shared, parts, { label: "DH-sender", lengthBytes: TAG_BYTES });
}

function deriveFrom(
  shared: Bytes,
  parts: readonly Uint8Array[],
  { label, lengthBytes }: { label: string; lengthBytes: number },
): Bytes {
  const ikm = concatBytes(shared, ...parts);
  const out = derive(ikm, label, lengthBytes);
  zeroise(shared, ikm);
  return out;
}

function derive(ikm: Uint8Array, label: string, lengthBytes: number): Bytes {
  return hkdfSha256({ ikm, salt: NO_SALT, info: LABEL + label, lengthBytes });
}

function xor(a: Uint8Array, b: Uint8Array): Bytes {
  return Uint8Array.from(a, (byte, at) => byte ^ (b[at] ?? 0));
}
