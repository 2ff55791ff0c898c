import { toBase64Url } from "@cloister/bytes";
import type { DeviceRegistration, UploadPreKeysRequest } from "@cloister/contracts/http";
import { deviceProofMessage } from "@cloister/contracts/proofs";
import { ed25519KeyPair, type Random, xeddsaSign } from "@cloister/crypto";
import {
  createKemPreKey,
  createOneTimePreKeys,
  createSignedPreKey,
  type IdentityKeyPair,
  type KemPreKey,
  type OneTimePreKey,
  type SignedPreKey,
} from "@cloister/protocol";
import { type Core, keysOf, takeNumbers } from "./core.ts";
import type { Transaction } from "./database.ts";
import {
  baseKeysTable,
  type KeysRecord,
  kemPreKeysTable,
  type LongTermIds,
  oneTimePreKeysTable,
  only,
  orderKey,
  publishedTable,
  type StoredKemPreKey,
  type StoredSignedPreKey,
  signedPreKeysTable,
  uploadsTable,
} from "./records.ts";

/** One-time keys of each kind at sign-up: enough to begin with, quickly made. */
const firstCount = 20;
/** What the relay should have, and how many are made at once, so that an interface stays responsive. */
const wantedCount = 100;
const batchCount = 20;
const dayMs = 86_400_000;
/** A signed prekey is published for a week, and kept a month more for messages that were made with it. */
const publishedMs = 7 * dayMs;
const keptMs = 30 * dayMs;

interface OneTimeKeys {
  readonly oneTime: readonly OneTimePreKey[];
  readonly kem: readonly KemPreKey[];
}

interface LongTermKeys {
  readonly signed: SignedPreKey;
  readonly lastResort: KemPreKey;
}

/** Makes a device's first prekeys and what it registers with. */
export async function makeRegistration(
  { random, clock }: Pick<Core, "random" | "clock">,
  transaction: Transaction,
  keys: KeysRecord,
): Promise<DeviceRegistration> {
  const { identityKeyPair, registrationId } = keys;
  const longTerm = await makeLongTerm(random, transaction, identityKeyPair);
  const once = await makeOneTime(random, transaction, {
    identityKeyPair,
    oneTimeCount: firstCount,
    kemCount: firstCount,
  });
  publish(transaction, longTerm, clock.nowMs());
  const { publicKey: authKey } = ed25519KeyPair(keys.authSeed);
  const identityKey = identityKeyPair.publicKey;
  const message = deviceProofMessage({ authKey, identityKey, registrationId });
  const proof = xeddsaSign({ privateKey: identityKeyPair.privateKey, message, random });
  return {
    identityKey: toBase64Url(identityKey),
    registrationId,
    authKey: toBase64Url(authKey),
    signedPreKey: signedJson(longTerm.signed),
    lastResortKemPreKey: signedJson(longTerm.lastResort),
    ...oneTimeJson(once),
    proof: toBase64Url(proof),
  };
}

/** Uploads one-time keys until the relay has enough. Private halves are stored before public ones leave. */
export async function replenish(core: Core): Promise<void> {
  const { identityKeyPair } = keysOf(core);
  await uploadMade(core);
  // Bounded, because the counts are the relay's word.
  for (let batch = 0; batch < wantedCount / batchCount; batch += 1) {
    const counts = await core.relay.countPreKeys();
    const missing = (count: number) => Math.max(0, Math.min(batchCount, wantedCount - count));
    const wanted = { oneTimeCount: missing(counts.oneTimeCount), kemCount: missing(counts.kemCount) };
    if (wanted.oneTimeCount + wanted.kemCount === 0) return;
    await core.database.change(async (transaction) => {
      const { oneTime, kem } = await makeOneTime(core.random, transaction, { identityKeyPair, ...wanted });
      const waiting = (await transaction.get(uploadsTable, only)) ?? { oneTime: [], kem: [] };
      transaction.put(uploadsTable, only, {
        oneTime: [...waiting.oneTime, ...oneTime.map(({ id }) => id)],
        kem: [...waiting.kem, ...kem.map(({ id }) => id)],
      });
    });
    await uploadMade(core);
  }
}

/** Brings keys that were made to the relay; also those of an attempt that was cut short. Again changes nothing. */
async function uploadMade(core: Core): Promise<void> {
  const { database } = core;
  const made = database.find(uploadsTable, only);
  if (!made) return;
  const oneTime = await Promise.all(
    made.oneTime.map((id) => database.get(oneTimePreKeysTable, orderKey(id))),
  );
  const kem = await Promise.all(made.kem.map((id) => database.get(kemPreKeysTable, orderKey(id))));
  // Those that are not here were used since, so the relay has them.
  const isHere = <T>(key: T | undefined): key is T => key !== undefined;
  await core.relay.uploadPreKeys(oneTimeJson({ oneTime: oneTime.filter(isHere), kem: kem.filter(isHere) }));
  await database.change(async (transaction) => {
    const waiting = (await transaction.get(uploadsTable, only)) ?? { oneTime: [], kem: [] };
    const left = {
      oneTime: waiting.oneTime.filter((id) => !made.oneTime.includes(id)),
      kem: waiting.kem.filter((id) => !made.kem.includes(id)),
    };
    if (left.oneTime.length + left.kem.length > 0) transaction.put(uploadsTable, only, left);
    else transaction.delete(uploadsTable, only);
  });
}

/**
 * Once a week: new long-term prekeys. They are noted before the relay gets them, so that an attempt that was cut
 * short goes on with the same ones. The old ones still open what was on its way.
 */
export async function rotate(core: Core): Promise<void> {
  const nowMs = core.clock.nowMs();
  const published = core.database.find(publishedTable, only);
  if (!published || nowMs - published.sinceMs < publishedMs) return;
  const { signed, lastResort } = await core.database.change((transaction) => nextLongTerm(core, transaction));
  await core.relay.uploadPreKeys({
    signedPreKey: signedJson(signed),
    lastResortKemPreKey: signedJson(lastResort),
    oneTimePreKeys: [],
    kemPreKeys: [],
  });
  await core.database.change(async (transaction) => {
    const before = await transaction.get(publishedTable, only);
    if (before?.next?.signedId !== signed.id) return;
    publish(transaction, { signed, lastResort }, nowMs);
    const { signed: oldSigned, lastResort: oldKem } = await findLongTerm(transaction, before);
    const retiredAtMs = nowMs;
    if (oldSigned) transaction.put(signedPreKeysTable, orderKey(oldSigned.id), { ...oldSigned, retiredAtMs });
    if (oldKem) transaction.put(kemPreKeysTable, orderKey(oldKem.id), { ...oldKem, retiredAtMs });
  });
}

/**
 * A first message was made with prekeys that are not here: perhaps this store is an older copy of itself, and
 * others are given keys that it lost. They get new ones; at most once a day, because anybody can name keys.
 */
export async function distrustPreKeys(core: Core, transaction: Transaction): Promise<void> {
  const published = await transaction.get(publishedTable, only);
  if (!published || core.clock.nowMs() - published.sinceMs < dayMs) return;
  transaction.put(publishedTable, only, { ...published, sinceMs: 0 });
  transaction.afterwards(() => core.inBackground(() => rotate(core)));
}

/** Destroys long-term prekeys that no message on its way can need, and the base keys that go with them. */
export async function dropRetired(transaction: Transaction, nowMs: number): Promise<void> {
  const isOver = ({ retiredAtMs = nowMs }) => retiredAtMs < nowMs - keptMs;
  const signed = (await transaction.list(signedPreKeysTable)).filter(isOver);
  for (const { id } of signed) transaction.delete(signedPreKeysTable, orderKey(id));
  for (const key of (await transaction.list(kemPreKeysTable)).filter(isOver)) {
    transaction.delete(kemPreKeysTable, orderKey(key.id));
  }
  if (signed.length === 0) return;
  const gone = new Set(signed.map(({ id }) => id));
  for (const base of await transaction.list(baseKeysTable)) {
    if (gone.has(base.signedId)) transaction.delete(baseKeysTable, base.key);
  }
}

/** The keys to publish next: those that were noted, or new ones. */
async function nextLongTerm(core: Core, transaction: Transaction): Promise<LongTermKeys> {
  const published = await transaction.get(publishedTable, only);
  const { signed, lastResort } = published?.next ? await findLongTerm(transaction, published.next) : {};
  if (signed && lastResort) return { signed, lastResort };
  const made = await makeLongTerm(core.random, transaction, keysOf(core).identityKeyPair);
  const next = { signedId: made.signed.id, lastResortId: made.lastResort.id };
  if (published) transaction.put(publishedTable, only, { ...published, next });
  return made;
}

async function findLongTerm(
  transaction: Transaction,
  { signedId, lastResortId }: LongTermIds,
): Promise<{ readonly signed?: StoredSignedPreKey; readonly lastResort?: StoredKemPreKey }> {
  const signed = await transaction.get(signedPreKeysTable, orderKey(signedId));
  const lastResort = await transaction.get(kemPreKeysTable, orderKey(lastResortId));
  return { ...(signed && { signed }), ...(lastResort && { lastResort }) };
}

async function makeLongTerm(
  random: Random,
  transaction: Transaction,
  identityKeyPair: IdentityKeyPair,
): Promise<LongTermKeys> {
  const id = await takeNumbers(transaction, "preKey", 2);
  const signed = createSignedPreKey({ identityKeyPair, id, random });
  const lastResort = createKemPreKey({ identityKeyPair, id: id + 1, lastResort: true, random });
  transaction.put(signedPreKeysTable, orderKey(id), signed);
  transaction.put(kemPreKeysTable, orderKey(id + 1), lastResort);
  return { signed, lastResort };
}

async function makeOneTime(
  random: Random,
  transaction: Transaction,
  input: {
    readonly identityKeyPair: IdentityKeyPair;
    readonly oneTimeCount: number;
    readonly kemCount: number;
  },
): Promise<OneTimeKeys> {
  const { identityKeyPair, oneTimeCount, kemCount } = input;
  const firstId = await takeNumbers(transaction, "preKey", oneTimeCount + kemCount);
  const oneTime = oneTimeCount === 0 ? [] : createOneTimePreKeys({ firstId, count: oneTimeCount, random });
  const kem = Array.from({ length: kemCount }, (_, at) =>
    createKemPreKey({ identityKeyPair, id: firstId + oneTimeCount + at, lastResort: false, random }),
  );
  for (const key of oneTime) transaction.put(oneTimePreKeysTable, orderKey(key.id), key);
  for (const key of kem) transaction.put(kemPreKeysTable, orderKey(key.id), key);
  return { oneTime, kem };
}

function publish(transaction: Transaction, { signed, lastResort }: LongTermKeys, sinceMs: number): void {
  transaction.put(publishedTable, only, { signedId: signed.id, lastResortId: lastResort.id, sinceMs });
}

function oneTimeJson({
  oneTime,
  kem,
}: OneTimeKeys): Pick<UploadPreKeysRequest, "oneTimePreKeys" | "kemPreKeys"> {
  return {
    oneTimePreKeys: oneTime.map(({ id, publicKey }) => ({ id, publicKey: toBase64Url(publicKey) })),
    kemPreKeys: kem.map(signedJson),
  };
}

function signedJson({ id, publicKey, signature }: SignedPreKey | KemPreKey) {
  return { id, publicKey: toBase64Url(publicKey), signature: toBase64Url(signature) };
}
