import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  hash,
  type KeyObject,
  sign,
  verify,
} from "node:crypto";
import { concatBytes, fromHex, zeroise } from "@cloister/bytes";
import type { AesParameters, Bytes, Primitives } from "./primitives.ts";
import { primitives as noble } from "./primitives.web.ts";

// node:crypto takes raw keys only in DER on every 24.x. Prefixes: RFC 8410 sections 4 and 7;
// ML-KEM: RFC 9935 (the expandedKey and seed choices of its private key).
const X25519_PRIVATE = fromHex("302e020100300506032b656e04220420");
const X25519_PUBLIC = fromHex("302a300506032b656e032100");
const ED25519_PRIVATE = fromHex("302e020100300506032b657004220420");
const ED25519_PUBLIC = fromHex("302a300506032b6570032100");
const MLKEM1024_SEED = fromHex("3054020100300b060960864801650304040304428040");
const MLKEM1024_EXPANDED = fromHex("30820c78020100300b060960864801650304040304820c6404820c60");
const MLKEM1024_PUBLIC = fromHex("30820632300b06096086480165030404030382062100");

// Node 24 spends ~12 us to set up a cipher or an HMAC; below these lengths JavaScript, or two one-shot
// hashes, are faster (measured; see README).
const NATIVE_CBC_FROM_BYTES = 1024;
const NATIVE_HMAC_FROM_BYTES = 8192;

const HMAC_BLOCK_BYTES = 64;
const GCM_TAG_BYTES = 16;
const MLKEM1024_DK_BYTES = 3168;

const symmetric = {
  sha256: (data) => owned(hash("sha256", data, "buffer")),
  sha512: (data) => owned(hash("sha512", data, "buffer")),
  hmacSha256,
  aesCbcEncrypt: (parameters, plaintext) =>
    plaintext.length < NATIVE_CBC_FROM_BYTES
      ? noble.aesCbcEncrypt(parameters, plaintext)
      : cbcEncrypt(parameters, plaintext),
  aesCbcDecrypt: (parameters, ciphertext) =>
    ciphertext.length < NATIVE_CBC_FROM_BYTES
      ? noble.aesCbcDecrypt(parameters, ciphertext)
      : cbcDecrypt(parameters, ciphertext),
  aesGcmSeal,
  aesGcmOpen,
} satisfies Partial<Primitives>;

const curves = {
  x25519PublicKey: (privateKey) => publicOf(X25519_PRIVATE, privateKey),
  x25519: (privateKey, publicKey) => {
    const own = importPrivate(X25519_PRIVATE, privateKey);
    const other = importPublic(X25519_PUBLIC, publicKey);
    try {
      return owned(diffieHellman({ privateKey: own, publicKey: other }));
    } catch {
      return undefined; // OpenSSL refuses exactly the all-zero result
    }
  },
  ed25519PublicKey: (seed) => publicOf(ED25519_PRIVATE, seed),
  ed25519Sign: (seed, message) => owned(sign(null, message, importPrivate(ED25519_PRIVATE, seed))),
  ed25519Verify: ({ publicKey, message, signature }) =>
    verify(null, message, importPublic(ED25519_PUBLIC, publicKey), signature),
} satisfies Partial<Primitives>;

const nativeKem = {
  mlKem1024DecapsulationKey: (seed) => {
    const der = importPrivate(MLKEM1024_SEED, seed).export({ format: "der", type: "pkcs8" });
    const expanded = new Uint8Array(der.subarray(-MLKEM1024_DK_BYTES)); // seed, then expandedKey
    zeroise(der);
    return expanded;
  },
  // node:crypto cannot be given m, so mlKem1024Encapsulate stays noble's.
  mlKem1024EncapsulateSystem: (publicKey) => {
    const { ciphertext, sharedKey } = encapsulate(importPublic(MLKEM1024_PUBLIC, publicKey));
    return { ciphertext: owned(ciphertext), sharedSecret: owned(sharedKey) };
  },
  mlKem1024Decapsulate: (privateKey, ciphertext) => {
    try {
      return owned(decapsulate(importPrivate(MLKEM1024_EXPANDED, privateKey), ciphertext));
    } catch {
      return undefined; // the import recomputes H(ek)
    }
  },
} satisfies Partial<Primitives>;

/** For Node 24: node:crypto wherever that is faster, noble elsewhere. */
export const primitives: Primitives = { ...noble, ...symmetric, ...curves, ...(hasMlKem() ? nativeKem : {}) };

/** Node has ML-KEM from 24.7 on, if its OpenSSL is 3.5 or later. */
function hasMlKem(): boolean {
  try {
    return (
      typeof encapsulate === "function" &&
      importPrivate(MLKEM1024_SEED, new Uint8Array(64)).asymmetricKeyType === "ml-kem-1024"
    );
  } catch {
    return false;
  }
}

/** A copy outside Node's buffer pool; the original is overwritten. */
function owned(buffer: Uint8Array): Bytes {
  const out = new Uint8Array(buffer);
  zeroise(buffer);
  return out;
}

function importPrivate(prefix: Uint8Array, raw: Uint8Array): KeyObject {
  const der = concatBytes(prefix, raw);
  try {
    return createPrivateKey({ key: asBuffer(der), format: "der", type: "pkcs8" });
  } finally {
    zeroise(der);
  }
}

function importPublic(prefix: Uint8Array, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: asBuffer(concatBytes(prefix, raw)), format: "der", type: "spki" });
}

/** The last 32 bytes of a SubjectPublicKeyInfo are the raw key (RFC 8410 section 4). */
function publicOf(prefix: Uint8Array, raw: Uint8Array): Bytes {
  const spki = createPublicKey(importPrivate(prefix, raw)).export({ format: "der", type: "spki" });
  return new Uint8Array(spki.subarray(-32));
}

function asBuffer(bytes: Bytes): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** RFC 2104. */
function hmacSha256(key: Uint8Array, data: Uint8Array): Bytes {
  if (data.length >= NATIVE_HMAC_FROM_BYTES) return owned(createHmac("sha256", key).update(data).digest());
  const short = key.length > HMAC_BLOCK_BYTES ? hash("sha256", key, "buffer") : key;
  const inner = new Uint8Array(HMAC_BLOCK_BYTES + data.length);
  const outer = new Uint8Array(HMAC_BLOCK_BYTES + 32);
  for (let i = 0; i < HMAC_BLOCK_BYTES; i += 1) {
    const byte = short[i] ?? 0;
    inner[i] = byte ^ 0x36;
    outer[i] = byte ^ 0x5c;
  }
  inner.set(data, HMAC_BLOCK_BYTES);
  outer.set(hash("sha256", inner, "buffer"), HMAC_BLOCK_BYTES);
  const mac = owned(hash("sha256", outer, "buffer"));
  zeroise(inner, outer);
  return mac;
}

function cbcEncrypt({ key, iv }: AesParameters, plaintext: Uint8Array): Bytes {
  const cipher = createCipheriv("aes-256-cbc", key, iv);
  return concatBytes(cipher.update(plaintext), cipher.final());
}

function cbcDecrypt({ key, iv }: AesParameters, ciphertext: Uint8Array): Bytes | undefined {
  const decipher = createDecipheriv("aes-256-cbc", key, iv);
  return finish(decipher.update(ciphertext), () => decipher.final());
}

function aesGcmSeal({ key, iv }: AesParameters, plaintext: Uint8Array, associatedData: Uint8Array): Bytes {
  const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(associatedData);
  return concatBytes(cipher.update(plaintext), cipher.final(), cipher.getAuthTag());
}

function aesGcmOpen(
  { key, iv }: AesParameters,
  sealed: Uint8Array,
  associatedData: Uint8Array,
): Bytes | undefined {
  const decipher = createDecipheriv("aes-256-gcm", key, iv, { authTagLength: GCM_TAG_BYTES })
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
