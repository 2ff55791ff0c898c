import { mlKem1024KeyPair, type Random, xeddsaSign, xeddsaVerify } from "@cloister/crypto";
import { checkCanonical, encodeKem, generateKeyPair, type KeyPair, rawKem, rawPublicKey } from "./keys.ts";
import { MAX_UINT32 } from "./limits.ts";
import { demand } from "./rules.ts";

const MAX_MADE_ID = 0xff_ffff;
const MAX_REGISTRATION_ID = 0x3fff;
const MAX_DEVICE_ID = 127;
const MAX_BATCH_COUNT = 1000;

/** The key that a device is known by. Public part 33 bytes, 0x05 first; private part 32 bytes. */
export type IdentityKeyPair = KeyPair;

/** What this device is: its identity and the number it tells reinstallations apart by (1 to 16,383). */
export interface LocalIdentity {
  readonly identityKeyPair: IdentityKeyPair;
  readonly registrationId: number;
}

/** A prekey for exactly one first message; delete it when that message was opened. */
export interface OneTimePreKey extends KeyPair {
  readonly id: number;
}

/** A prekey of medium term, signed by the identity key (64 bytes). */
export interface SignedPreKey extends KeyPair {
  readonly id: number;
  readonly signature: Uint8Array<ArrayBuffer>;
}

/**
 * A signed post-quantum prekey: public part 1569 bytes (0x08 first), private part 3168 bytes. One of
 * `lastResort` serves when the one-time ones are used up, and may be used again.
 */
export interface KemPreKey {
  readonly id: number;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly privateKey: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
  readonly lastResort: boolean;
}

/**
 * What a device publishes for those who want to write to it (PQXDH 3.2). Public keys carry their type byte.
 * Without the three fields of a KEM prekey it is X3DH's, for sessions of version 3.
 */
export interface PreKeyBundle {
  readonly registrationId: number;
  readonly deviceId: number;
  readonly identityKey: Uint8Array;
  readonly preKeyId?: number;
  readonly preKey?: Uint8Array;
  readonly signedPreKeyId: number;
  readonly signedPreKey: Uint8Array;
  readonly signedPreKeySignature: Uint8Array;
  readonly kyberPreKeyId?: number;
  readonly kyberPreKey?: Uint8Array;
  readonly kyberPreKeySignature?: Uint8Array;
}

declare const verified: unique symbol;
/** A bundle whose signatures and keys were checked; only {@link verifyPreKeyBundle} makes one. */
export type VerifiedPreKeyBundle = PreKeyBundle & {
  readonly kem: { readonly id: number; readonly publicKey: Uint8Array } | undefined;
  readonly [verified]: true;
};

/** A new identity. @throws BaseError `CRYPTO_RANDOM` */
export function generateIdentityKeyPair(random: Random): IdentityKeyPair {
  return generateKeyPair(random);
}

/** A new registration id, 1 to 16,380, evenly drawn. */
export function generateRegistrationId(random: Random): number {
  const bytes = random(4);
  demand(bytes.length === 4, "KEY-001");
  return (new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) % 16_380) + 1;
}

/** `count` one-time prekeys (1 to 1000) with ascending ids. @throws BaseError `KEY-002` */
export function createOneTimePreKeys(input: {
  readonly firstId: number;
  readonly count: number;
  readonly random: Random;
}): OneTimePreKey[] {
  const { firstId, count, random } = input;
  demand(isInteger(count, 1, MAX_BATCH_COUNT), "KEY-002");
  checkMadeId(firstId);
  checkMadeId(firstId + count - 1);
  return Array.from({ length: count }, (_, at) => ({ id: firstId + at, ...generateKeyPair(random) }));
}

/** A prekey signed by the identity; replace it every few days. @throws BaseError `KEY-002` */
export function createSignedPreKey(input: {
  readonly identityKeyPair: IdentityKeyPair;
  readonly id: number;
  readonly random: Random;
}): SignedPreKey {
  const { identityKeyPair, id, random } = input;
  checkMadeId(id);
  const pair = generateKeyPair(random);
  return { id, ...pair, signature: sign(identityKeyPair, pair.publicKey, random) };
}

/** A KEM prekey signed by the identity. @throws BaseError `KEY-002` */
export function createKemPreKey(input: {
  readonly identityKeyPair: IdentityKeyPair;
  readonly id: number;
  readonly lastResort: boolean;
  readonly random: Random;
}): KemPreKey {
  const { identityKeyPair, id, lastResort, random } = input;
  checkMadeId(id);
  const { privateKey, publicKey } = mlKem1024KeyPair(random);
  const encoded = encodeKem(publicKey);
  return {
    id,
    privateKey,
    publicKey: encoded,
    signature: sign(identityKeyPair, encoded, random),
    lastResort,
  };
}

/** Puts the public parts together for publication. @throws BaseError `KEY-002` */
export function createPreKeyBundle(input: {
  readonly local: LocalIdentity;
  readonly deviceId: number;
  readonly signedPreKey: SignedPreKey;
  readonly kemPreKey?: KemPreKey;
  readonly oneTimePreKey?: OneTimePreKey;
}): PreKeyBundle {
  const { local, deviceId, signedPreKey, kemPreKey, oneTimePreKey } = input;
  checkRegistrationId(local.registrationId);
  demand(isInteger(deviceId, 1, MAX_DEVICE_ID), "KEY-002");
  return {
    registrationId: local.registrationId,
    deviceId,
    identityKey: local.identityKeyPair.publicKey,
    ...(oneTimePreKey && { preKeyId: oneTimePreKey.id, preKey: oneTimePreKey.publicKey }),
    signedPreKeyId: signedPreKey.id,
    signedPreKey: signedPreKey.publicKey,
    signedPreKeySignature: signedPreKey.signature,
    ...(kemPreKey && {
      kyberPreKeyId: kemPreKey.id,
      kyberPreKey: kemPreKey.publicKey,
      kyberPreKeySignature: kemPreKey.signature,
    }),
  };
}

/**
 * Checks everything a bundle claims (PQXDH 3.3). `bundle` comes from a server and is attacker-controlled.
 * Whether one without a KEM prekey will do is for the caller to say. Keys of low order are refused where they
 * are agreed with.
 * @throws BaseError `PQXDH-001`, `PQXDH-002` for signatures; `KEY-003`, `KEY-004`, `WIRE-005`, `WIRE-006`
 * for keys; `WIRE-003`, `WIRE-004` for fields
 */
export function verifyPreKeyBundle(bundle: PreKeyBundle): VerifiedPreKeyBundle {
  checkFields(bundle);
  const { identityKey, signedPreKey, preKey } = bundle;
  for (const key of [identityKey, signedPreKey, preKey]) if (key) checkCanonical(key);
  const publicKey = rawPublicKey(identityKey);
  const signature = bundle.signedPreKeySignature;
  demand(xeddsaVerify({ publicKey, message: signedPreKey, signature }), "PQXDH-001");
  return { ...bundle, kem: verifyKemPreKey(bundle, publicKey) } as VerifiedPreKeyBundle;
}

/** All three of its fields, or none. */
function verifyKemPreKey(
  { kyberPreKeyId: id, kyberPreKey, kyberPreKeySignature: signature }: PreKeyBundle,
  publicKey: Uint8Array,
): VerifiedPreKeyBundle["kem"] {
  if (id === undefined && kyberPreKey === undefined && signature === undefined) return undefined;
  demand(id !== undefined && isBytes(kyberPreKey) && isBytes(signature), "WIRE-003");
  demand(isUint32(id), "WIRE-004");
  rawKem(kyberPreKey);
  demand(xeddsaVerify({ publicKey, message: kyberPreKey, signature }), "PQXDH-002");
  return { id, publicKey: kyberPreKey };
}

/** The shape, which a type promises and a server does not. */
function checkFields(bundle: PreKeyBundle): void {
  const { identityKey, signedPreKey, signedPreKeySignature, preKey = new Uint8Array() } = bundle;
  demand([identityKey, signedPreKey, signedPreKeySignature, preKey].every(isBytes), "WIRE-003");
  demand((bundle.preKeyId === undefined) === (bundle.preKey === undefined), "WIRE-003");
  const ids = [bundle.registrationId, bundle.signedPreKeyId, bundle.preKeyId ?? 0];
  demand(ids.every(isUint32) && isInteger(bundle.deviceId, 1, MAX_DEVICE_ID), "WIRE-004");
}

/** @throws BaseError `KEY-002` */
export function checkRegistrationId(registrationId: number): void {
  demand(isInteger(registrationId, 1, MAX_REGISTRATION_ID), "KEY-002");
}

function sign(identity: IdentityKeyPair, message: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  demand(identity.privateKey.length === 32, "KEY-001");
  return xeddsaSign({ privateKey: identity.privateKey, message, random });
}

/** Signal's ids have 24 bits; 0 is left out so that a missing id cannot pass for one. */
function checkMadeId(id: number): void {
  demand(isInteger(id, 1, MAX_MADE_ID), "KEY-002");
}

function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array;
}

function isUint32(value: number): boolean {
  return isInteger(value, 0, MAX_UINT32);
}

function isInteger(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}
