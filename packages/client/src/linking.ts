import { BaseError, concatBytes, fromUtf8, isBaseError, toBase64Url, toUtf8, zeroise } from "@cloister/bytes";
import type { AddDeviceRequest } from "@cloister/contracts/http";
import type { AccountId, DeviceAddress } from "@cloister/contracts/ids";
import { sha256, type X25519KeyPair, x25519, x25519KeyPair } from "@cloister/crypto";
import { makeKeys, requireFresh, selfView, settleIn } from "./account.ts";
import type { Self } from "./api.ts";
import type { LinkRequest, NewDeviceInput } from "./backup-api.ts";
import { type Core, freshId, keysOf, selfOf } from "./core.ts";
import { orderAbove } from "./history-export.ts";
import { archiveKeyBytesCount } from "./history-seal.ts";
import { incomingTable, outgoingTable } from "./history-tables.ts";
import {
  formatLinkCode,
  isCommittedTo,
  type LinkCode,
  type LinkKeys,
  linkKeys,
  makeLinkCode,
  openWord,
  parseLinkCode,
  sealWord,
  slotOf,
} from "./linking-code.ts";
import {
  decodeLinkedIdentity,
  encodeLinkedIdentity,
  type LinkedIdentity,
  tokenBytesCount,
} from "./linking-identity.ts";
import { cleanName } from "./names.ts";
import { refreshOwnDevices } from "./own-devices.ts";
import { record } from "./recorder.ts";
import { contactsTable, countersTable, linkedTable, only, registrationTable } from "./records.ts";
import { pause } from "./timing.ts";

/*
 * How an identity gets to a second device of the same person: see linking-code.ts for what the two say to
 * each other. A code is good for ten minutes.
 */

const keyBytesCount = 32;
const pollMs = 1000;
const lifeMs = 600_000;
/** The new device answers at once, if it still shows the code. */
const answerMs = 30_000;
const maxDeviceNameBytes = 60;

/**
 * On the new device. Resolves when the old one has let it in and the relay knows it. What was received is
 * stored, so that after a lost answer a second call goes on from there.
 * @throws BaseError `ALREADY_SIGNED_UP`, `LINK_ABORTED`, `LINK_EXPIRED`, `LINK_INVALID`, `DEVICE_LIMIT`, or
 * family `Unavailable`
 */
export async function linkAsNewDevice(core: Core, input: NewDeviceInput): Promise<Self> {
  requireFresh(core);
  if (!core.database.find(linkedTable, only)) await receiveIdentity(core, input);
  const linked = core.database.find(linkedTable, only);
  const registration = core.database.find(registrationTable, only);
  if (!linked || !registration) throw invalid();
  const { account, token, ...profile } = linked;
  const address = await addDevice(core, account, { registration, token: toBase64Url(token) });
  return core.database.change(async (transaction) => {
    const self = settleIn(core, transaction, address, profile);
    transaction.delete(linkedTable, only);
    await record(core, transaction, { type: "device.added" });
    return selfView(self);
  });
}

/** When it comes too late, what was received is worth nothing any more: the next call begins with a new code. */
async function addDevice(core: Core, account: AccountId, request: AddDeviceRequest): Promise<DeviceAddress> {
  try {
    return await core.relay.addDevice(account, request);
  } catch (error) {
    if (!isBaseError(error, "FORBIDDEN")) throw error;
    await core.database.change(async (transaction) => transaction.delete(linkedTable, only));
    throw tooOld();
  }
}

async function receiveIdentity(core: Core, input: NewDeviceInput): Promise<void> {
  const pair = x25519KeyPair(core.random);
  const code = makeLinkCode(core.random, pair.publicKey);
  input.onCode(formatLinkCode(code));
  const untilMs = core.clock.nowMs() + lifeMs;
  const hello = await awaitBox(core, slotOf(code, "hello"), { untilMs, signal: input.signal });
  const shared = sharedSecret(pair, hello);
  const keys = linkKeys(code, { shared, oldKey: hello, newKey: pair.publicKey });
  zeroise(pair.privateKey, shared);
  const name = toUtf8(cleanName(input.deviceName, maxDeviceNameBytes));
  const answer = concatBytes(pair.publicKey, sealWord(core.random, keys.nameKey, name));
  await persistently(core, untilMs, () => core.relay.answerBox(slotOf(code, "answer"), answer));
  input.onComparison(keys.comparison);
  const box = await awaitBox(core, slotOf(code, "identity"), { untilMs, signal: input.signal });
  await keepIdentity(core, openIdentity(keys, box));
}

async function keepIdentity(core: Core, identity: LinkedIdentity): Promise<void> {
  const { identityKeyPair, account, token, role, displayName, organisation } = identity;
  const { firstOrder, history } = identity;
  await core.database.change(async (transaction) => {
    await makeKeys(core, transaction, identityKeyPair);
    transaction.put(linkedTable, only, { account, token, role, displayName, organisation });
    transaction.put(countersTable, "order", { next: firstOrder });
    transaction.delete(incomingTable, only);
    if (!history) return;
    const none = { doneCount: 0, missingCount: 0, isOver: false };
    transaction.put(incomingTable, only, { ...history, firstOrder, ...none });
  });
}

/**
 * On the old device: asks the device that shows the code who it is.
 * @throws BaseError `LINK_CODE_INVALID`, `LINK_NO_ANSWER`, `LINK_INVALID`, or family `Unavailable`
 */
export async function linkNewDevice(core: Core, text: string): Promise<LinkRequest> {
  const code = parseLinkCode(text);
  selfOf(core);
  const pair = x25519KeyPair(core.random);
  await core.relay.putBox(slotOf(code, "hello"), pair.publicKey, {
    answerSlot: slotOf(code, "answer"),
  });
  const { keys, deviceName } = readAnswer(code, pair, await awaitAnswer(core, code));
  zeroise(pair.privateKey);
  // The same box each time: the relay may have it though its answer got lost.
  let box: Uint8Array | undefined;
  const token = core.random(tokenBytesCount);
  return {
    comparison: keys.comparison,
    deviceName,
    accept: async ({ withHistory }) => {
      box ??= await sealIdentity(core, keys, { token, withHistory });
      await core.relay.putBox(slotOf(code, "identity"), box, { tokenHash: toBase64Url(sha256(token)) });
      void awaitNewDevice(core);
    },
  };
}

async function awaitAnswer(core: Core, code: LinkCode): Promise<Uint8Array> {
  try {
    const untilMs = core.clock.nowMs() + answerMs;
    return await awaitBox(core, slotOf(code, "answer"), { untilMs, signal: { aborted: false } });
  } catch (error) {
    if (!isBaseError(error, "LINK_EXPIRED")) throw error;
    throw new BaseError(
      "Policy",
      "LINK_NO_ANSWER",
      "the new device does not answer; let it show a new code and use that one",
    );
  }
}

/** Every byte is attacker-controlled, the name also once the comparison codes agree. */
function readAnswer(
  code: LinkCode,
  pair: X25519KeyPair,
  answer: Uint8Array,
): { readonly keys: LinkKeys; readonly deviceName: string } {
  const newKey = answer.subarray(0, keyBytesCount);
  if (!isCommittedTo(code, newKey)) throw invalid();
  const shared = sharedSecret(pair, newKey);
  const keys = linkKeys(code, { shared, oldKey: pair.publicKey, newKey });
  zeroise(shared);
  try {
    const name = fromUtf8(openWord(keys.nameKey, answer.subarray(keyBytesCount)));
    return { keys, deviceName: cleanName(name, maxDeviceNameBytes) };
  } catch (cause) {
    throw invalid(cause);
  }
}

async function sealIdentity(
  core: Core,
  keys: LinkKeys,
  { token, withHistory }: { readonly token: Uint8Array; readonly withHistory: boolean },
): Promise<Uint8Array> {
  const history = { transfer: freshId(core.random), key: core.random(archiveKeyBytesCount) };
  const plaintext = encodeLinkedIdentity({
    ...selfOf(core),
    identityKeyPair: keysOf(core).identityKeyPair,
    token,
    firstOrder: orderAbove(core),
    ...(withHistory && { history }),
  });
  if (withHistory) await offerHistory(core, history);
  const box = sealWord(core.random, keys.identityKey, plaintext);
  zeroise(plaintext);
  return box;
}

/** Before the box is there: what the new device was promised outlives this process. */
async function offerHistory(core: Core, history: NonNullable<LinkedIdentity["history"]>): Promise<void> {
  await core.database.change(async (transaction) => {
    const { account, device } = selfOf(core);
    const own = await transaction.get(contactsTable, account);
    transaction.put(outgoingTable, history.transfer, {
      ...history,
      sinceMs: core.clock.nowMs(),
      devicesBefore: own?.devices ?? [device],
      totalCount: 0,
    });
    transaction.emit({ type: "history" });
  });
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

interface Patience {
  readonly untilMs: number;
  readonly signal: { readonly aborted: boolean };
}

async function awaitBox(core: Core, slot: string, { untilMs, signal }: Patience): Promise<Uint8Array> {
  while (core.clock.nowMs() < untilMs) {
    if (signal.aborted) throw new BaseError("Usage", "LINK_ABORTED", "linking was stopped");
    const box = await core.relay.takeBox(slot).catch(nothingYet);
    if (box) return box;
    await pause(core.clock, pollMs);
  }
  throw tooOld();
}

async function persistently(core: Core, untilMs: number, call: () => Promise<unknown>): Promise<void> {
  while (core.clock.nowMs() < untilMs) {
    try {
      await call();
      return;
    } catch (error) {
      nothingYet(error);
    }
    await pause(core.clock, pollMs);
  }
  throw tooOld();
}

function nothingYet(error: unknown): undefined {
  if (!isBaseError(error) || error.family !== "Unavailable") throw error;
}

/** The other's key is attacker-controlled. @throws BaseError `LINK_INVALID` */
function sharedSecret({ privateKey }: X25519KeyPair, otherKey: Uint8Array): Uint8Array {
  try {
    return x25519(privateKey, otherKey);
  } catch (cause) {
    throw invalid(cause);
  }
}

/** Every byte of the box is attacker-controlled. @throws BaseError `LINK_INVALID` */
function openIdentity(keys: LinkKeys, box: Uint8Array): LinkedIdentity {
  try {
    return decodeLinkedIdentity(openWord(keys.identityKey, box));
  } catch (cause) {
    throw invalid(cause);
  }
}

function tooOld(): BaseError {
  return new BaseError("Policy", "LINK_EXPIRED", "the code is too old; show a new one");
}

function invalid(cause?: unknown): BaseError {
  return new BaseError(
    "Verification",
    "LINK_INVALID",
    "the other device did not make this; show a new code",
    {
      cause,
    },
  );
}
