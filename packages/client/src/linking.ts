import {
  BaseError,
  concatBytes,
  fromBase64Url,
  isBaseError,
  toBase64Url,
  toUtf8,
  zeroise,
} from "@cloister/bytes";
import { type CborValue, decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import { type DeviceRegistration, type OrganisationInfo, organisationInfo } from "@cloister/contracts/http";
import {
  type AccountId,
  type DeviceAddress,
  idBytesCount,
  idFromBytes,
  idToBytes,
  roles,
} from "@cloister/contracts/ids";
import {
  aesGcmOpen,
  aesGcmSeal,
  hkdfSha256,
  type X25519KeyPair,
  x25519,
  x25519KeyPair,
} from "@cloister/crypto";
import type { IdentityKeyPair } from "@cloister/protocol";
import { z } from "zod/mini";
import { makeKeys, requireFresh, selfView, settleIn } from "./account.ts";
import type { Self } from "./api.ts";
import { type Core, keysOf, selfOf } from "./core.ts";
import { refreshOwnDevices } from "./own-devices.ts";
import { record } from "./recorder.ts";
import { contactsTable, linkedTable, only, type ProfileRecord, registrationTable } from "./records.ts";
import { pause } from "./timing.ts";

/*
 * How an identity gets to a second device of the same person. The new device shows a code with a public key
 * and a random slot; the old device seals the identity to that key and leaves it at the relay in that slot.
 * Whoever sees the code could only fetch the box, or leave one of their own; whoever replaces the code gets
 * the identity. So it goes from screen to camera or by hand, and is good for ten minutes.
 */

const label = toUtf8("Cloister device linking v1\0");
const slotBytesCount = 32;
const keyBytesCount = 32;
const nonceBytesCount = 12;
const pollMs = 1000;
const lifeMs = 600_000;

interface Identity extends ProfileRecord {
  readonly account: string;
  readonly identityKeyPair: IdentityKeyPair;
}

interface LinkCode {
  readonly slot: Uint8Array;
  /** X25519, 32 bytes. */
  readonly publicKey: Uint8Array;
}

/**
 * On the new device. Resolves when the old one has let it in and the relay knows it. What was received is
 * stored, so that after a lost answer a second call goes on from there.
 * @throws BaseError `ALREADY_SIGNED_UP`, `LINK_ABORTED`, `LINK_EXPIRED`, `LINK_INVALID`, `DEVICE_LIMIT`, or
 * family `Unavailable`
 */
export async function linkAsNewDevice(
  core: Core,
  input: { readonly onCode: (code: string) => void; readonly signal: { readonly aborted: boolean } },
): Promise<Self> {
  requireFresh(core);
  if (!core.database.find(linkedTable, only)) await receiveIdentity(core, input);
  const linked = core.database.find(linkedTable, only);
  const registration = core.database.find(registrationTable, only);
  if (!linked || !registration) throw invalidBox();
  const { account, ...profile } = linked;
  const address = await addDevice(core, account, registration);
  return core.database.change(async (transaction) => {
    const self = settleIn(core, transaction, address, profile);
    transaction.delete(linkedTable, only);
    await record(core, transaction, { type: "device.added" });
    return selfView(self);
  });
}

/** When it comes too late, what was received is worth nothing any more: the next call begins with a new code. */
async function addDevice(
  core: Core,
  account: AccountId,
  registration: DeviceRegistration,
): Promise<DeviceAddress> {
  try {
    return await core.relay.addDevice(account, { registration });
  } catch (error) {
    if (!isBaseError(error, "FORBIDDEN")) throw error;
    await core.database.change(async (transaction) => transaction.delete(linkedTable, only));
    throw tooOld();
  }
}

/**
 * On the old device: seals this person's identity for the device that shows the code.
 * @throws BaseError `LINK_CODE_INVALID`, or family `Unavailable`
 */
export async function linkNewDevice(core: Core, text: string): Promise<void> {
  const code = parseLinkCode(text);
  const box = sealBox(core, code, { ...selfOf(core), ...keysOf(core) });
  await core.relay.putBox(toBase64Url(code.slot), box);
  void awaitNewDevice(core);
}

/** Tells the new device of the conversations as soon as it is there. If that is missed, the next connection does. */
async function awaitNewDevice(core: Core): Promise<void> {
  const { account } = selfOf(core);
  const devicesCount = () => core.database.find(contactsTable, account)?.devices?.length ?? 0;
  const before = devicesCount();
  const untilMs = core.clock.nowMs() + lifeMs;
  while (devicesCount() <= before && core.clock.nowMs() < untilMs) {
    await pause(core.clock, pollMs);
    try {
      await refreshOwnDevices(core);
    } catch (error) {
      if (!isBaseError(error) || error.family !== "Unavailable") return;
    }
  }
}

async function receiveIdentity(
  core: Core,
  input: { readonly onCode: (code: string) => void; readonly signal: { readonly aborted: boolean } },
): Promise<void> {
  const pair = x25519KeyPair(core.random);
  const code: LinkCode = { slot: core.random(slotBytesCount), publicKey: pair.publicKey };
  input.onCode(toBase64Url(encodeCbor({ v: 1, slot: code.slot, publicKey: code.publicKey })));
  const box = await awaitBox(core, toBase64Url(code.slot), input.signal);
  const { identityKeyPair, account, role, displayName, organisation } = openBox(code, pair, box);
  zeroise(pair.privateKey);
  await core.database.change(async (transaction) => {
    await makeKeys(core, transaction, identityKeyPair);
    transaction.put(linkedTable, only, { account, role, displayName, organisation });
  });
}

async function awaitBox(
  core: Core,
  slot: string,
  signal: { readonly aborted: boolean },
): Promise<Uint8Array> {
  const untilMs = core.clock.nowMs() + lifeMs;
  while (core.clock.nowMs() < untilMs) {
    if (signal.aborted) throw new BaseError("Usage", "LINK_ABORTED", "linking was stopped");
    const box = await core.relay.takeBox(slot).catch(nothingYet);
    if (box) return box;
    await pause(core.clock, pollMs);
  }
  throw tooOld();
}

function tooOld(): BaseError {
  return new BaseError("Policy", "LINK_EXPIRED", "the code is too old; show a new one");
}

function nothingYet(error: unknown): undefined {
  if (!isBaseError(error) || error.family !== "Unavailable") throw error;
}

/** @throws BaseError `LINK_CODE_INVALID` */
function parseLinkCode(text: string): LinkCode {
  try {
    const map = readMap(decodeCbor(fromBase64Url(text.trim())));
    map.uint("v", { max: 1 });
    const code = {
      slot: map.bytes("slot", { length: slotBytesCount }),
      publicKey: map.bytes("publicKey", { length: keyBytesCount }),
    };
    map.end();
    return code;
  } catch (cause) {
    throw new BaseError("Decode", "LINK_CODE_INVALID", "this code is not complete; copy the whole of it", {
      cause,
    });
  }
}

/** `ephemeral public key || nonce || AES-256-GCM`, the slot authenticated with it. */
function sealBox(core: Core, code: LinkCode, identity: Identity): Uint8Array {
  const { privateKey, publicKey } = x25519KeyPair(core.random);
  const nonce = core.random(nonceBytesCount);
  const plaintext = encodeIdentity(identity);
  const key = boxKey(x25519(privateKey, code.publicKey), publicKey, code.publicKey);
  const sealed = aesGcmSeal({ key, nonce, plaintext, associatedData: concatBytes(label, code.slot) });
  zeroise(privateKey, plaintext, key);
  return concatBytes(publicKey, nonce, sealed);
}

/** Every byte of the box is attacker-controlled. @throws BaseError `LINK_INVALID` */
function openBox(code: LinkCode, pair: X25519KeyPair, box: Uint8Array): Identity {
  try {
    const publicKey = box.subarray(0, keyBytesCount);
    const nonce = box.subarray(keyBytesCount, keyBytesCount + nonceBytesCount);
    const ciphertext = box.subarray(keyBytesCount + nonceBytesCount);
    const key = boxKey(x25519(pair.privateKey, publicKey), publicKey, code.publicKey);
    const associatedData = concatBytes(label, code.slot);
    return decodeIdentity(aesGcmOpen({ key, nonce, ciphertext, associatedData }));
  } catch (cause) {
    throw invalidBox(cause);
  }
}

function boxKey(shared: Uint8Array, ephemeral: Uint8Array, receiver: Uint8Array): Uint8Array {
  const salt = concatBytes(ephemeral, receiver);
  return hkdfSha256({ ikm: shared, salt, info: label, lengthBytes: keyBytesCount });
}

function invalidBox(cause?: unknown): BaseError {
  return new BaseError(
    "Verification",
    "LINK_INVALID",
    "the other device did not make this; show a new code",
    {
      cause,
    },
  );
}

function encodeIdentity({ identityKeyPair, account, role, displayName, organisation }: Identity): Uint8Array {
  return encodeCbor({
    v: 1,
    publicKey: identityKeyPair.publicKey,
    privateKey: identityKeyPair.privateKey,
    account: idToBytes(account),
    role,
    displayName,
    organisation: organisation as unknown as CborValue,
  });
}

function decodeIdentity(bytes: Uint8Array): Identity {
  const map = readMap(decodeCbor(bytes));
  map.uint("v", { max: 1 });
  const identity = {
    identityKeyPair: {
      publicKey: map.bytes("publicKey", { length: keyBytesCount + 1 }),
      privateKey: map.bytes("privateKey", { length: keyBytesCount }),
    },
    account: idFromBytes(map.bytes("account", { length: idBytesCount })),
    role: map.oneOf("role", roles),
    displayName: map.text("displayName", { maxBytes: 120 }),
    organisation: z.parse(organisationInfo, map.value("organisation")) satisfies OrganisationInfo,
  };
  map.end();
  return identity;
}
