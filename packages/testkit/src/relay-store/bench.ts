import type { OutgoingEnvelope } from "@cloister/contracts/frames";
import type { DeviceAddress } from "@cloister/contracts/ids";
import type {
  DeviceOutcome,
  NewAccount,
  NewDevice,
  PublicPreKey,
  RelayStore,
  SendRequest,
  SendResult,
  SignedPreKey,
  StoredEnvelope,
} from "@cloister/relay-core";
import { afterEach, beforeEach } from "vitest";

/** A store under test, on something that outlives it. */
export interface RelayStoreSite {
  /** Opens a store on what was kept so far. */
  open(): Promise<RelayStore>;
  /** Removes what was kept. */
  clean(): Promise<void>;
}

const roomy = {
  maxQueuedCount: 1000,
  maxQueuedBytes: 10_000_000,
  maxPerSenderCount: 1000,
  maxPerSenderBytes: 10_000_000,
};
export const dayMs = 86_400_000;

type Sent = Extract<SendRequest, { readonly from: DeviceAddress }>;

export function bytes(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (seed * 31 + at * 7) & 255);
}

export function preKey(id: number): SignedPreKey {
  return { id, publicKey: bytes(33, id), signature: bytes(64, id) };
}

export function plainPreKey(id: number): PublicPreKey {
  return { id, publicKey: bytes(33, id) };
}

/** A device for a store test; stores do not look inside keys. */
export function storeTestDevice(seed: number, oneTimeCount = 0): NewDevice {
  const ids = Array.from({ length: oneTimeCount }, (_, at) => at + 1);
  return {
    registrationId: seed,
    authKey: bytes(32, seed),
    signedPreKey: preKey(1),
    lastResortKemPreKey: preKey(99),
    oneTimePreKeys: ids.map(plainPreKey),
    kemPreKeys: ids.map(preKey),
  };
}

/** An account for a store test, named by one character. */
export function storeTestAccount(name: string, seed: number, oneTimeCount = 0): NewAccount {
  return {
    account: name.repeat(22),
    role: "patient",
    identityKey: bytes(33, seed),
    device: storeTestDevice(seed, oneTimeCount),
  };
}

export function sealed(to: DeviceAddress, seed: number, size = 256): OutgoingEnvelope {
  return { ...to, id: bytes(16, seed), payload: bytes(size, seed) };
}

export const alice: DeviceAddress = { account: "A".repeat(22), device: 1 };
export const bob: DeviceAddress = { account: "B".repeat(22), device: 1 };
export const bob2: DeviceAddress = { account: "B".repeat(22), device: 2 };
const page = { maxCount: 100, maxBytes: 1_000_000 };
/** What the tests of a store share: the store as it is open now, and short ways to use it. */
export interface StoreBench {
  readonly store: RelayStore;
  /** Closes the store and opens it on what it kept. */
  readonly reopen: () => Promise<void>;
  readonly send: (envelopes: readonly OutgoingEnvelope[], more?: Partial<Sent>) => Promise<SendResult>;
  readonly sendSealed: (
    envelopes: readonly OutgoingEnvelope[],
    more?: Partial<typeof roomy>,
  ) => Promise<SendResult>;
  readonly read: (address: DeviceAddress, afterSeq?: number) => Promise<readonly StoredEnvelope[]>;
  readonly seqs: (address: DeviceAddress, afterSeq?: number) => Promise<number[]>;
  readonly sweep: (ageMs: number, nowMs?: number) => Promise<void>;
  readonly addBob2: () => Promise<DeviceOutcome>;
}

/** Before each test of the calling suite: a new store that knows Alice and Bob. */
export function storeBench(makeSite: () => Promise<RelayStoreSite>): StoreBench {
  let site: RelayStoreSite;
  let store: RelayStore;
  beforeEach(async () => {
    site = await makeSite();
    store = await site.open();
    await store.createAccount(storeTestAccount("A", 1));
    await store.createAccount(storeTestAccount("B", 2, 3));
  });
  afterEach(async () => {
    await store.close();
    await site.clean();
  });
  const read: StoreBench["read"] = (address, afterSeq = 0) => store.read({ address, afterSeq, ...page });
  return {
    get store() {
      return store;
    },
    reopen: async () => {
      await store.close();
      store = await site.open();
    },
    send: (envelopes, more = {}) => store.append({ from: alice, envelopes, ageMs: 0, ...roomy, ...more }),
    sendSealed: (envelopes, more = {}) =>
      store.append({ sealedAtMs: 1234, envelopes, ageMs: 0, ...roomy, ...more }),
    read,
    seqs: async (address, afterSeq) => (await read(address, afterSeq)).map(({ seq }) => seq),
    sweep: async (ageMs, nowMs = 0) => {
      const ages = { envelopeMaxAgeMs: 30 * dayMs, tombstoneMaxAgeMs: 3 * dayMs, blobMaxAgeMs: 7 * dayMs };
      while (await store.sweep({ nowMs, ageMs, ...ages }));
    },
    addBob2: () =>
      store.addDevice({ account: bob.account, device: storeTestDevice(12, 2), maxDevicesCount: 10 }),
  };
}
