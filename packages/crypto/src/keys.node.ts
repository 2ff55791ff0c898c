/** Raw keys as key objects of node:crypto, in the ways that cost least on Node 24. */
import * as crypto from "node:crypto";
import { concatBytes, equalBytes, fromHex, zeroise } from "@cloister/bytes";
import { shortSha256 } from "./short-hmac.ts";

/** How a kind of key is written: in DER everywhere, raw where that is faster and known to this Node. */
export interface KeyForm {
  /** What comes before the raw key. */
  readonly der: Uint8Array;
  readonly raw?: "x25519" | "ed25519" | "ml-kem-1024";
}

// RFC 8410 sections 4 and 7; RFC 9935 (the expandedKey and seed choices of ML-KEM's private key).
export const X25519_PRIVATE: KeyForm = { der: fromHex("302e020100300506032b656e04220420"), raw: "x25519" };
export const X25519_PUBLIC: KeyForm = { der: fromHex("302a300506032b656e032100"), raw: "x25519" };
export const ED25519_PRIVATE: KeyForm = { der: fromHex("302e020100300506032b657004220420"), raw: "ed25519" };
export const ED25519_PUBLIC: KeyForm = { der: fromHex("302a300506032b6570032100"), raw: "ed25519" };
export const P384_PUBLIC: KeyForm = { der: fromHex("3076301006072a8648ce3d020106052b81040022036200") };
export const MLKEM1024_PUBLIC: KeyForm = {
  der: fromHex("30820632300b06096086480165030404030382062100"),
  raw: "ml-kem-1024",
};
export const MLKEM1024_SEED: KeyForm = { der: fromHex("3054020100300b060960864801650304040304428040") };
export const MLKEM1024_EXPANDED: KeyForm = {
  der: fromHex("30820c78020100300b060960864801650304040304820c6404820c60"),
};
export const MLKEM768_SEED: KeyForm = { der: fromHex("3054020100300b060960864801650304040204428040") };
export const MLKEM768_EXPANDED: KeyForm = {
  der: fromHex("30820978020100300b06096086480165030404020482096404820960"),
};

/** Whether this Node takes and gives raw keys; the first versions of Node 24 do not. */
export const takesRawKeys = ((): boolean => {
  try {
    return crypto.generateKeyPairSync("x25519").publicKey.export({ format: "raw-public" }).length === 32;
  } catch {
    return false;
  }
})();

export function importPrivate({ der, raw }: KeyForm, key: Uint8Array): crypto.KeyObject {
  if (takesRawKeys && raw) {
    const input = { key: asBuffer(key), format: "raw-private", asymmetricKeyType: raw } as const;
    return quietly(() => crypto.createPrivateKey(input));
  }
  const whole = concatBytes(der, key);
  try {
    return quietly(() => crypto.createPrivateKey({ key: asBuffer(whole), format: "der", type: "pkcs8" }));
  } finally {
    zeroise(whole);
  }
}

export function importPublic({ der, raw }: KeyForm, key: Uint8Array): crypto.KeyObject {
  if (takesRawKeys && raw) {
    const input = { key: asBuffer(key), format: "raw-public", asymmetricKeyType: raw } as const;
    return quietly(() => crypto.createPublicKey(input));
  }
  const whole = asBuffer(concatBytes(der, key));
  return quietly(() => crypto.createPublicKey({ key: whole, format: "der", type: "spki" }));
}

/** Node 24 throws and catches errors inside to learn what key it was given, but not with a key object. */
export function secretKey(key: Uint8Array): crypto.KeyObject {
  return crypto.createSecretKey(key);
}

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

const privateKeys = new WeakMap<Uint8Array, { form: KeyForm; digest: Uint8Array; key: crypto.KeyObject }>();

/**
 * A private key. OpenSSL derives the public key at every import, which costs more than the operation itself.
 * So the import lives as long as the caller's array, and counts only while that array still holds the same key.
 */
export function heldKey(form: KeyForm, raw: Uint8Array): crypto.KeyObject {
  const known = privateKeys.get(raw);
  if (known?.form === form && equalBytes(known.digest, shortSha256(raw))) return known.key;
  const key = importPrivate(form, raw);
  rememberKey({ form, raw, key });
  return key;
}

/** A copy of an array, for which an import of the original counts too. */
export function copyWithKey(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(raw);
  const known = privateKeys.get(raw);
  if (known) privateKeys.set(copy, known);
  return copy;
}

/** Says that `key` is what the array `raw` holds. */
export function rememberKey(made: {
  readonly form: KeyForm;
  readonly raw: Uint8Array;
  readonly key: crypto.KeyObject;
}): void {
  const { form, raw, key } = made;
  privateKeys.set(raw, { form, digest: shortSha256(raw), key });
}

/** Imports by their DER. */
const recentPublics = new Map<string, crypto.KeyObject>();
const MAX_RECENT_COUNT = 16;

/** A public key of a curve. A peer's key is checked and agreed with, often twice, in the same moment. */
export function curvePublic(form: KeyForm, raw: Uint8Array): crypto.KeyObject {
  const name = asBuffer(concatBytes(form.der, raw)).toString("latin1");
  const known = recentPublics.get(name);
  if (known) return known;
  const key = importPublic(form, raw);
  if (recentPublics.size === MAX_RECENT_COUNT) recentPublics.clear();
  recentPublics.set(name, key);
  return key;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
