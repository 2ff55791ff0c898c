import * as crypto from "node:crypto";
import { concatBytes, fromBase64Url, zeroise } from "@cloister/bytes";
import {
  copyWithKey,
  curvePublic,
  ED25519_PRIVATE,
  ED25519_PUBLIC,
  heldKey,
  importPrivate,
  importPublic,
  type KeyForm,
  MLKEM768_EXPANDED,
  MLKEM768_SEED,
  MLKEM1024_EXPANDED,
  MLKEM1024_PUBLIC,
  MLKEM1024_SEED,
  P384_PUBLIC,
  rememberKey,
  secretKey,
  takesRawKeys,
  X25519_PRIVATE,
  X25519_PUBLIC,
} from "./keys.node.ts";
import type { AesParameters, Bytes, Primitives } from "./primitives.ts";
import { primitives as noble } from "./primitives.web.ts";
import { shortHmac } from "./short-hmac.ts";

/** Below this, states that are used again are faster than a new one of Node's. */
const NATIVE_HMAC_FROM_BYTES = 512;

const AES_BLOCK_BYTES = 16;
const GCM_TAG_BYTES = 16;
const MLKEM1024_DK_BYTES = 3168;
const MLKEM768_DK_BYTES = 2400;

const symmetric = {
  sha256: (data) => owned(crypto.hash("sha256", data, "buffer")),
  sha384: (data) => owned(crypto.hash("sha384", data, "buffer")),
  sha512: (data) => owned(crypto.hash("sha512", data, "buffer")),
  sha3: (data) => owned(crypto.hash("sha3-256", data, "buffer")),
  hmacSha256: (key, ...parts) => {
    if (lengthOf(parts) < NATIVE_HMAC_FROM_BYTES) return shortHmac(key, ...parts);
    const hmac = crypto.createHmac("sha256", secretKey(key));
    for (const part of parts) hmac.update(part);
    return owned(hmac.digest());
  },
  aesCbcEncrypt,
  aesCbcDecrypt,
  aesCtr: ({ key, iv }, input) => {
    const cipher = crypto.createCipheriv("aes-256-ctr", secretKey(key), iv);
    return owned(cipher.update(input)); // a stream cipher holds nothing back
  },
  aesGcmSeal,
  aesGcmOpen,
} satisfies Partial<Primitives>;

const curves = {
  copyPrivateKey: copyWithKey,
  x25519PublicKey: (privateKey) => publicOf(X25519_PRIVATE, privateKey),
  x25519: (privateKey, publicKey) => {
    const own = heldKey(X25519_PRIVATE, privateKey);
    const other = curvePublic(X25519_PUBLIC, publicKey);
    try {
      return owned(crypto.diffieHellman({ privateKey: own, publicKey: other }));
    } catch {
      return undefined; // OpenSSL refuses exactly the all-zero result
    }
  },
  ed25519PublicKey: (seed) => publicOf(ED25519_PRIVATE, seed),
  ed25519Sign: (seed, message) => owned(crypto.sign(null, message, heldKey(ED25519_PRIVATE, seed))),
  ed25519Verify: ({ publicKey, message, signature }) =>
    crypto.verify(null, message, curvePublic(ED25519_PUBLIC, publicKey), signature),
  p384Verify: ({ publicKey, message, signature }) => {
    try {
      const key = importPublic(P384_PUBLIC, publicKey);
      return crypto.verify("sha384", message, { key, dsaEncoding: "ieee-p1363" }, signature);
    } catch {
      return false; // not on the curve
    }
  },
} satisfies Partial<Primitives>;

const rawKeys = {
  x25519KeyPairSystem: () => {
    const { privateKey: key, publicKey } = crypto.generateKeyPairSync("x25519");
    const privateKey = owned(key.export({ format: "raw-private" }));
    rememberKey({ form: X25519_PRIVATE, raw: privateKey, key });
    return { privateKey, publicKey: owned(publicKey.export({ format: "raw-public" })) };
  },
} satisfies Partial<Primitives>;

const nativeKem = {
  mlKem1024DecapsulationKey: (seed) => expandSeed(MLKEM1024_SEED, seed, MLKEM1024_DK_BYTES),
  // node:crypto cannot be given m, so mlKem1024Encapsulate stays noble's.
  mlKem1024EncapsulateSystem: (publicKey) => {
    const { ciphertext, sharedKey } = crypto.encapsulate(importPublic(MLKEM1024_PUBLIC, publicKey));
    return { ciphertext: owned(ciphertext), sharedSecret: owned(sharedKey) };
  },
  mlKem1024Decapsulate: (privateKey, ciphertext) => decapsulate(MLKEM1024_EXPANDED, privateKey, ciphertext),
  mlKem768DecapsulationKey: (seed) => expandSeed(MLKEM768_SEED, seed, MLKEM768_DK_BYTES),
  mlKem768Decapsulate: (privateKey, ciphertext) => decapsulate(MLKEM768_EXPANDED, privateKey, ciphertext),
} satisfies Partial<Primitives>;

/** For Node 24: node:crypto wherever that is faster, noble elsewhere. */
export const primitives: Primitives = {
  ...noble,
  ...symmetric,
  ...curves,
  ...(takesRawKeys ? rawKeys : {}),
  ...(hasMlKem() ? nativeKem : {}),
};

/** Node has ML-KEM from 24.7 on, if its OpenSSL is 3.5 or later. (A named import would fail before that.) */
function hasMlKem(): boolean {
  try {
    return (
      typeof crypto.encapsulate === "function" &&
      importPrivate(MLKEM1024_SEED, new Uint8Array(64)).asymmetricKeyType === "ml-kem-1024"
    );
  } catch {
    return false;
  }
}

/** ML-KEM's expanded key; the export is the seed, then that key. */
function expandSeed(form: KeyForm, seed: Uint8Array, lengthBytes: number): Bytes {
  const der = importPrivate(form, seed).export({ format: "der", type: "pkcs8" });
  const expanded = new Uint8Array(der.subarray(-lengthBytes));
  zeroise(der);
  return expanded;
}

function decapsulate(form: KeyForm, privateKey: Uint8Array, ciphertext: Uint8Array): Bytes | undefined {
  try {
    return owned(crypto.decapsulate(heldKey(form, privateKey), ciphertext));
  } catch {
    return undefined; // the import recomputes H(ek)
  }
}

function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

/** A copy outside Node's buffer pool; the original is overwritten. */
function owned(buffer: Uint8Array): Bytes {
  const out = new Uint8Array(buffer);
  buffer.fill(0);
  return out;
}

/** As JWK, because OpenSSL takes ten times as long to write DER. */
function publicOf(form: KeyForm, raw: Uint8Array): Bytes {
  const { x } = crypto.createPublicKey(heldKey(form, raw)).export({ format: "jwk" });
  return fromBase64Url(String(x));
}

/** Pads here (RFC 5652 section 6.3), so that one call gives all blocks. */
function aesCbcEncrypt({ key, iv }: AesParameters, plaintext: Uint8Array): Bytes {
  const padBytes = AES_BLOCK_BYTES - (plaintext.length % AES_BLOCK_BYTES);
  const blocks = new Uint8Array(plaintext.length + padBytes);
  blocks.set(plaintext);
  blocks.fill(padBytes, plaintext.length);
  blocks.set(crypto.createCipheriv("aes-256-cbc", secretKey(key), iv).update(blocks));
  return blocks;
}

function aesCbcDecrypt({ key, iv }: AesParameters, ciphertext: Uint8Array): Bytes | undefined {
  const decipher = crypto.createDecipheriv("aes-256-cbc", secretKey(key), iv).setAutoPadding(false);
  const blocks = decipher.update(ciphertext);
  const padBytes = blocks.at(-1) ?? 0;
  const padding = blocks.subarray(-padBytes);
  const isPadded = padBytes > 0 && padBytes <= AES_BLOCK_BYTES && padding.every((byte) => byte === padBytes);
  const plaintext = isPadded ? new Uint8Array(blocks.subarray(0, -padBytes)) : undefined;
  zeroise(blocks);
  return plaintext;
}

function aesGcmSeal({ key, iv }: AesParameters, plaintext: Uint8Array, associatedData: Uint8Array): Bytes {
  const cipher = crypto.createCipheriv("aes-256-gcm", secretKey(key), iv).setAAD(associatedData);
  return concatBytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
}

function aesGcmOpen(
  { key, iv }: AesParameters,
  sealed: Uint8Array,
  associatedData: Uint8Array,
): Bytes | undefined {
  const decipher = crypto
    .createDecipheriv("aes-256-gcm", secretKey(key), iv, { authTagLength: GCM_TAG_BYTES })
    .setAAD(associatedData)
    .setAuthTag(sealed.subarray(-GCM_TAG_BYTES));
  return finish(decipher.update(sealed.subarray(0, -GCM_TAG_BYTES)), () => decipher.final());
}

/** Joins the parts once the check of the last has passed; overwrites the unchecked plaintext in any case. */
function finish(head: Buffer, last: () => Buffer): Bytes | undefined {
  try {
    const tail = last();
    const plaintext = concatBytes(head, tail);
    zeroise(tail);
    return plaintext;
  } catch {
    return undefined;
  } finally {
    zeroise(head);
  }
}
