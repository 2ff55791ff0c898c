import { concatBytes, zeroise } from "@cloister/bytes";
import { ed25519 } from "@noble/curves/ed25519.js";
import { primitives } from "#primitives";
import { draw, type Random, requireLength } from "./checks.ts";
import { ed25519Verify } from "./ed25519.ts";
import { littleEndian } from "./little-endian.ts";
import type { Bytes, SignedMessage } from "./primitives.ts";
import { isCanonicalX25519 } from "./x25519.ts";

const { Point } = ed25519;
const { Fp, Fn } = Point;

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
const NONCE_BYTES = 64;
const SIGN_BIT = 0x80;

/** hash_1 of the XEdDSA specification, section 2.5: 2^256 - 1 - 1, little-endian, before the input. */
const HASH_1_PREFIX = new Uint8Array(KEY_BYTES).fill(0xff);
HASH_1_PREFIX[0] = 0xfe;

/** Input of {@link xeddsaSign}: a raw X25519 private key (32 bytes) and 64 bytes of randomness from the port. */
export interface XeddsaInput {
  readonly privateKey: Uint8Array;
  readonly message: Uint8Array;
  readonly random: Random;
}

/**
 * Signs with an X25519 key (XEdDSA specification, section 4; 64 bytes). As Signal's clients do on the
 * wire, the sign of the Edwards public key travels in the signature's last bit instead of being forced
 * to zero by negating the private key.
 * @throws BaseError `CRYPTO_LENGTH`
 */
export function xeddsaSign({ privateKey, message, random }: XeddsaInput): Bytes {
  requireLength("X25519 private key", privateKey, KEY_BYTES);
  const clamped = clamp(privateKey);
  const secret = Fn.create(littleEndian(clamped));
  const publicPoint = Point.BASE.multiply(secret).toBytes();
  const noise = draw(random, NONCE_BYTES);
  const nonceInput = concatBytes(HASH_1_PREFIX, clamped, message, noise);
  const nonceHash = primitives.sha512(nonceInput);
  const nonce = Fn.create(littleEndian(nonceHash));
  const r = Point.BASE.multiply(nonce).toBytes();
  const challenge = Fn.create(littleEndian(primitives.sha512(concatBytes(r, publicPoint, message))));
  const s = Fn.toBytes(Fn.add(nonce, Fn.mul(challenge, secret)));
  zeroise(clamped, noise, nonceInput, nonceHash);
  const signature = concatBytes(r, s);
  setSign(signature, (publicPoint[KEY_BYTES - 1] ?? 0) & SIGN_BIT);
  return signature;
}

/**
 * Verifies an XEdDSA signature against an X25519 public key. Keys that are not canonical, on the twist
 * or of small order are false, as is malformed input of any length. All three are attacker-controlled.
 */
export function xeddsaVerify({ publicKey, message, signature }: SignedMessage): boolean {
  if (signature.length !== SIGNATURE_BYTES || !isCanonicalX25519(publicKey)) return false;
  const edwards = toEdwards(publicKey);
  const plain = new Uint8Array(signature);
  edwards[KEY_BYTES - 1] = (edwards[KEY_BYTES - 1] ?? 0) | ((plain[SIGNATURE_BYTES - 1] ?? 0) & SIGN_BIT);
  setSign(plain, 0);
  return ed25519Verify({ publicKey: edwards, message, signature: plain });
}

/** The last conversion: a bundle has two signatures by one key, and dividing takes a quarter of a check. */
let converted = { u: -1n, y: 0n };

/** y = (u - 1) / (u + 1) (RFC 7748 section 4.1). u = -1 gives 0, which {@link ed25519Verify} refuses. */
export function toEdwards(publicKey: Uint8Array): Bytes {
  const u = littleEndian(publicKey);
  if (u !== converted.u) {
    const divisor = Fp.create(u + 1n);
    converted = { u, y: Fp.is0(divisor) ? 0n : Fp.mul(Fp.create(u - 1n), Fp.inv(divisor)) };
  }
  return new Uint8Array(Fp.toBytes(converted.y));
}

/** RFC 7748 section 5. */
export function clamp(privateKey: Uint8Array): Bytes {
  const out = new Uint8Array(privateKey);
  out[0] = (out[0] ?? 0) & 248;
  out[KEY_BYTES - 1] = ((out[KEY_BYTES - 1] ?? 0) & 127) | 64;
  return out;
}

function setSign(signature: Uint8Array, signBit: number): void {
  const last = SIGNATURE_BYTES - 1;
  signature[last] = ((signature[last] ?? 0) & ~SIGN_BIT) | signBit;
}
