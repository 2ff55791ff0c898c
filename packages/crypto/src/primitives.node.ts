import * as crypto from "node:crypto";
import { concatBytes, equalBytes, fromBase64Url, fromHex, zeroise } from "@cloister/bytes";
import type { AesParameters, Bytes, Primitives } from "./primitives.ts";
import { primitives as noble } from "./primitives.web.ts";
import { shortHmac } from "./short-hmac.ts";

// node:crypto takes raw keys only in DER on every 24.x. Prefixes: RFC 8410 sections 4 and 7;
// ML-KEM: RFC 9935 (the expandedKey and seed choices of its private key).
const X25519_PRIVATE = fromHex("302e020100300506032b656e04220420");
const X25519_PUBLIC = fromHex("302a300506032b656e032100");
const ED25519_PRIVATE = fromHex("302e020100300506032b657004220420");
const ED25519_PUBLIC = fromHex("302a300506032b6570032100");
const MLKEM1024_SEED = fromHex("3054020100300b060960864801650304040304428040");
const MLKEM1024_EXPANDED = fromHex("30820c78020100300b060960864801650304040304820c6404820c60");
const MLKEM768_SEED = fromHex("3054020100300b060960864801650304040204428040");
const MLKEM768_EXPANDED = fromHex("30820978020100300b06096086480165030404020482096404820960");
const P384_PUBLIC = fromHex("3076301006072a8648ce3d020106052b81040022036200");
const MLKEM1024_PUBLIC = fromHex("30820632300b06096086480165030404030382062100");

/** Below this, states that are used again are faster than a new one of Node's. */
const NATIVE_HMAC_FROM_BYTES = 512;

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
  x25519PublicKey: (privateKey) => publicOf(X25519_PRIVATE, privateKey),
  x25519: (privateKey, publicKey) => {
    const own = curveKey(X25519_PRIVATE, privateKey);
    const other = curvePublic(X25519_PUBLIC, publicKey);
    try {
      return owned(crypto.diffieHellman({ privateKey: own, publicKey: other }));
    } catch {
      return undefined; // OpenSSL refuses exactly the all-zero result
    }
  },
  ed25519PublicKey: (seed) => publicOf(ED25519_PRIVATE, seed),
  ed25519Sign: (seed, message) => owned(crypto.sign(null, message, curveKey(ED25519_PRIVATE, seed))),
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

const rawExport = {
  x25519KeyPairSystem: () => {
    const { privateKey: key, publicKey } = crypto.generateKeyPairSync("x25519");
    const privateKey = owned(key.export({ format: "raw-private" }));
    remember({ prefix: X25519_PRIVATE, raw: privateKey, key });
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
  ...(hasRawExport() ? rawExport : {}),
  ...(hasMlKem() ? nativeKem : {}),
};

/** Later versions of Node 24 export raw keys, so that what Node made need not be imported. */
function hasRawExport(): boolean {
  try {
    return crypto.generateKeyPairSync("x25519").publicKey.export({ format: "raw-public" }).length === 32;
  } catch {
    return false;
  }
}

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
function expandSeed(prefix: Uint8Array, seed: Uint8Array, lengthBytes: number): Bytes {
  const der = importPrivate(prefix, seed).export({ format: "der", type: "pkcs8" });
  const expanded = new Uint8Array(der.subarray(-lengthBytes));
  zeroise(der);
  return expanded;
}

function decapsulate(prefix: Uint8Array, privateKey: Uint8Array, ciphertext: Uint8Array): Bytes | undefined {
  try {
    return owned(crypto.decapsulate(importPrivate(prefix, privateKey), ciphertext));
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

function importPrivate(prefix: Uint8Array, raw: Uint8Array): crypto.KeyObject {
  const der = concatBytes(prefix, raw);
  try {
    return quietly(() => crypto.createPrivateKey({ key: asBuffer(der), format: "der", type: "pkcs8" }));
  } finally {
    zeroise(der);
  }
}

function importPublic(prefix: Uint8Array, raw: Uint8Array): crypto.KeyObject {
  const der = concatBytes(prefix, raw);
  return quietly(() => crypto.createPublicKey({ key: asBuffer(der), format: "der", type: "spki" }));
}

/** Node 24 throws and catches errors inside to learn what key it was given, but not with a key object. */
const secretKey = (raw: Uint8Array): crypto.KeyObject => crypto.createSecretKey(raw);

/**
 * Without stack traces, for what has no such way around: recording where those errors were thrown took half
 * of the time that an import took.
 */
function quietly<T>(work: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return work();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

const curveKeys = new WeakMap<
  Uint8Array,
  { prefix: Uint8Array; digest: Uint8Array; key: crypto.KeyObject }
>();

/**
 * OpenSSL derives the public key at every import of a private one, which costs more than the operation
 * itself. So the import lives as long as the caller's array, and counts only while that array still
 * holds the same key.
 */
function curveKey(prefix: Uint8Array, raw: Uint8Array): crypto.KeyObject {
  const known = curveKeys.get(raw);
  if (known?.prefix === prefix && equalBytes(known.digest, digestOf(raw))) return known.key;
  const key = importPrivate(prefix, raw);
  remember({ prefix, raw, key });
  return key;
}

function remember(made: { prefix: Uint8Array; raw: Uint8Array; key: crypto.KeyObject }): void {
  const { prefix, raw, key } = made;
  curveKeys.set(raw, { prefix, digest: digestOf(raw), key });
}

const digestOf = (raw: Uint8Array) => crypto.hash("sha256", raw, "buffer");

/** Imports by their DER. A peer's key is checked and agreed with, often twice, in the same moment. */
const recentPublics = new Map<string, crypto.KeyObject>();
const MAX_RECENT_COUNT = 16;

function curvePublic(prefix: Uint8Array, raw: Uint8Array): crypto.KeyObject {
  const name = asBuffer(concatBytes(prefix, raw)).toString("latin1");
  const known = recentPublics.get(name);
  if (known) return known;
  const key = importPublic(prefix, raw);
  if (recentPublics.size === MAX_RECENT_COUNT) recentPublics.clear();
  recentPublics.set(name, key);
  return key;
}

/** As JWK, because OpenSSL takes ten times as long to write DER. */
function publicOf(prefix: Uint8Array, raw: Uint8Array): Bytes {
  const { x } = crypto.createPublicKey(curveKey(prefix, raw)).export({ format: "jwk" });
  return fromBase64Url(String(x));
}

function asBuffer(bytes: Bytes): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

function aesCbcEncrypt({ key, iv }: AesParameters, plaintext: Uint8Array): Bytes {
  const cipher = crypto.createCipheriv("aes-256-cbc", secretKey(key), iv);
  return concatBytes(cipher.update(plaintext), cipher.final());
}

function aesCbcDecrypt({ key, iv }: AesParameters, ciphertext: Uint8Array): Bytes | undefined {
  const decipher = crypto.createDecipheriv("aes-256-cbc", secretKey(key), iv);
  return finish(decipher.update(ciphertext), () => decipher.final());
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
