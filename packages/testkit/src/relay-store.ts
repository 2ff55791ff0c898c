import { equalBytes, toHex } from "@cloister/bytes";
import type { EnvelopeOrigin, OutgoingEnvelope } from "@cloister/contracts/frames";
import {
  type AccountId,
  addressKey,
  type DeviceAddress,
  type DeviceId,
  maxDeviceId,
} from "@cloister/contracts/ids";
import type {
  AccountRecord,
  BlobId,
  DeviceOutcome,
  DeviceRecord,
  NewAccount,
  NewDevice,
  PreKeyCountsRecord,
  PreKeyUpload,
  PublicPreKey,
  RecoveryRecord,
  RelayStore,
  SendRequest,
  SendResult,
  SessionRecord,
  SignedPreKey,
  StoredEnvelope,
  TakenBundle,
} from "@cloister/relay-core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

type Row = StoredEnvelope & { readonly ageMs: number };

interface MemoryDevice {
  readonly address: DeviceAddress;
  readonly registrationId: number;
  readonly authKey: Uint8Array;
  revoked: boolean;
  signed: SignedPreKey;
  lastResort: SignedPreKey;
  oneTime: PublicPreKey[];
  kem: SignedPreKey[];
  readonly knownPreKeys: Set<string>;
  /** What waits, in order. */
  queue: Row[];
  /** Ids of envelopes that are or were here, with their age. */
  readonly ids: Map<string, number>;
  lastSeq: number;
}

interface MemoryAccount extends Omit<NewAccount, "device"> {
  readonly devices: MemoryDevice[];
  accessKeyHash?: Uint8Array;
}

interface MemoryBlob {
  readonly account: AccountId;
  readonly pieces: Map<number, Uint8Array>;
  ageMs: number;
}

interface MemoryRecovery {
  device: number;
  readonly keys: readonly Uint8Array[];
  readonly backup?: BlobId;
}

/** A RelayStore in memory: the reference for what a store does, and a fast one for tests of what is above it. */
export class MemoryRelayStore implements RelayStore {
  readonly #accounts = new Map<AccountId, MemoryAccount>();
  readonly #sessions = new Map<string, { readonly address: DeviceAddress; readonly expiresAtMs: number }>();
  readonly #boxes = new Map<string, { account: AccountId; box: Uint8Array; expiresAtMs: number }>();
  readonly #blobs = new Map<BlobId, MemoryBlob>();
  readonly #recoveries = new Map<AccountId, MemoryRecovery>();
  #epoch = 1;
  #ageMs = 0;

  async createAccount(input: NewAccount): Promise<DeviceOutcome> {
    const existing = this.#registered(input.identityKey, input.device.authKey, [...this.#accounts.values()]);
    if (existing) return existing;
    const used = [...this.#accounts.values()].some(
      ({ invitationId }) =>
        input.invitationId && invitationId && equalBytes(invitationId, input.invitationId),
    );
    if (used) return { outcome: "invitationUsed" };
    const { device, ...fields } = input;
    const account: MemoryAccount = { ...fields, devices: [] };
    this.#accounts.set(input.account, account);
    return addDevice(account, device);
  }

  async addDevice(input: {
    readonly account: AccountId;
    readonly device: NewDevice;
    readonly maxDevicesCount: number;
  }): Promise<DeviceOutcome> {
    const account = this.#accounts.get(input.account);
    if (!account) return { outcome: "accountUnknown" };
    const existing = this.#registered(account.identityKey, input.device.authKey, [account]);
    if (existing) return existing;
    if (current(account).length >= input.maxDevicesCount || account.devices.length >= maxDeviceId) {
      return { outcome: "deviceLimit" };
    }
    return addDevice(account, input.device);
  }

  async revokeDevice(address: DeviceAddress): Promise<boolean> {
    const device = this.#current(address);
    if (!device) return false;
    Object.assign(device, { revoked: true, oneTime: [], kem: [], queue: [] });
    device.ids.clear();
    if (this.#recoveries.get(address.account)?.device === address.device)
      this.#forgetRecovery(address.account);
    return true;
  }

  async account(id: AccountId): Promise<AccountRecord | undefined> {
    const account = this.#accounts.get(id);
    if (!account) return undefined;
    const { role, identityKey, credential } = account;
    const devices = current(account).map(({ address, registrationId }) => ({
      device: address.device,
      registrationId,
    }));
    return { account: id, role, identityKey, ...(credential && { credential }), devices };
  }

  async device(address: DeviceAddress): Promise<DeviceRecord | undefined> {
    const account = this.#accounts.get(address.account);
    const device = account?.devices[address.device - 1];
    if (!account || !device) return undefined;
    return { authKey: device.authKey, identityKey: account.identityKey, revoked: device.revoked };
  }

  async directory(): Promise<readonly { readonly account: AccountId; readonly credential: Uint8Array }[]> {
    return [...this.#accounts.values()].flatMap((account) => {
      const { credential, role } = account;
      const listed = credential && role !== "patient" && current(account).length > 0;
      return listed ? [{ account: account.account, credential }] : [];
    });
  }

  async setAccessKeyHash(id: AccountId, hash: Uint8Array): Promise<void> {
    const account = this.#accounts.get(id);
    if (account) account.accessKeyHash = hash;
  }

  async accessKeyHash(account: AccountId): Promise<Uint8Array | undefined> {
    return this.#accounts.get(account)?.accessKeyHash;
  }

  async putSession(session: {
    readonly tokenHash: Uint8Array;
    readonly address: DeviceAddress;
    readonly expiresAtMs: number;
  }): Promise<void> {
    const { tokenHash, address, expiresAtMs } = session;
    if (this.#current(address)) this.#sessions.set(toHex(tokenHash), { address, expiresAtMs });
  }

  async session(tokenHash: Uint8Array): Promise<SessionRecord | undefined> {
    const session = this.#sessions.get(toHex(tokenHash));
    return session && { ...session, revoked: this.#current(session.address) === undefined };
  }

  async deleteSession(tokenHash: Uint8Array): Promise<void> {
    this.#sessions.delete(toHex(tokenHash));
  }

  async addPreKeys(input: {
    readonly address: DeviceAddress;
    readonly keys: PreKeyUpload;
    readonly maxEachCount: number;
  }): Promise<PreKeyCountsRecord | undefined> {
    const device = this.#current(input.address);
    if (!device) return undefined;
    const { oneTimePreKeys, kemPreKeys } = input.keys;
    const fresh = (kind: string, keys: readonly PublicPreKey[]) =>
      keys.filter(({ id }) => !device.knownPreKeys.has(`${kind}${id}`)).length;
    if (
      device.oneTime.length + fresh("ec", oneTimePreKeys) > input.maxEachCount ||
      device.kem.length + fresh("kem", kemPreKeys) > input.maxEachCount
    ) {
      return undefined;
    }
    addPreKeys(device, input.keys);
    return counts(device);
  }

  async takePreKeys(input: {
    readonly account: AccountId;
    readonly devices: readonly { readonly device: number; readonly oneTime: boolean }[];
  }): Promise<readonly TakenBundle[]> {
    return input.devices.flatMap(({ device: id, oneTime }) => {
      const device = this.#current({ account: input.account, device: id });
      if (!device) return [];
      const oneTimePreKey = oneTime ? device.oneTime.shift() : undefined;
      const kemPreKey = oneTime ? device.kem.shift() : undefined;
      return [
        {
          device: id,
          registrationId: device.registrationId,
          signedPreKey: device.signed,
          kemPreKey: kemPreKey ?? device.lastResort,
          ...(oneTimePreKey && { oneTimePreKey }),
          left: counts(device),
        },
      ];
    });
  }

  async countPreKeys(address: DeviceAddress): Promise<PreKeyCountsRecord> {
    const device = this.#current(address);
    return device ? counts(device) : { oneTimeCount: 0, kemCount: 0 };
  }

  async append(send: SendRequest): Promise<SendResult> {
    if ("from" in send && !this.#current(send.from)) return { outcome: "senderRevoked" };
    const accounts = [...new Set(send.envelopes.map(({ account }) => account))];
    const unknown = accounts.find((account) => !this.#accounts.has(account));
    if (unknown !== undefined) return { outcome: "accountUnknown", account: unknown };
    const targets = send.envelopes.map((envelope) => this.#current(envelope));
    const isKnown = send.envelopes.map(({ id }, index) => targets[index]?.ids.has(toHex(id)) ?? false);
    if (isKnown.every(Boolean)) return { outcome: "stored", seqs: send.envelopes.map(() => 0) };
    const changed = accounts.find((account) => this.#devicesChanged(send, account));
    if (changed !== undefined) return { outcome: "devicesChanged", account: changed };
    const full = targets.find((target, index) => {
      const envelope = send.envelopes[index];
      return target && envelope && !isKnown[index] && isFull(target, envelope, send);
    });
    if (full) return { outcome: "mailboxFull", account: full.address.account };
    const seqs = send.envelopes.map((envelope, index) => {
      const target = targets[index];
      return target && !isKnown[index] ? keep(target, envelope, send) : 0;
    });
    return { outcome: "stored", seqs };
  }

  async read(input: {
    readonly address: DeviceAddress;
    readonly afterSeq: number;
    readonly maxCount: number;
    readonly maxBytes: number;
  }): Promise<readonly StoredEnvelope[]> {
    const rows = this.#current(input.address)?.queue.filter(({ seq }) => seq > input.afterSeq) ?? [];
    let bytesCount = 0;
    return rows.slice(0, input.maxCount).filter((row, index) => {
      bytesCount += row.payload.length;
      return index === 0 || bytesCount <= input.maxBytes;
    });
  }

  async acknowledge(address: DeviceAddress, seq: number): Promise<void> {
    const device = this.#current(address);
    if (device) device.queue = device.queue.filter((row) => row.seq > seq);
  }

  async putBox(input: {
    readonly slot: string;
    readonly account: AccountId;
    readonly device?: DeviceId;
    readonly box: Uint8Array;
    readonly nowMs: number;
    readonly expiresAtMs: number;
    readonly maxPerAccountCount: number;
  }): Promise<"stored" | "taken" | "full" | "revoked"> {
    this.#forgetBoxes(input.nowMs);
    const { slot, account, device, box, expiresAtMs } = input;
    if (device !== undefined && !this.#current({ account, device })) return "revoked";
    const there = this.#boxes.get(slot);
    if (there) return there.account === account && equalBytes(there.box, box) ? "stored" : "taken";
    const count = [...this.#boxes.values()].filter((other) => other.account === account).length;
    if (count >= input.maxPerAccountCount) return "full";
    this.#boxes.set(slot, { account, box, expiresAtMs });
    return "stored";
  }

  async takeBox(slot: string, nowMs: number): Promise<Uint8Array | undefined> {
    this.#forgetBoxes(nowMs);
    const there = this.#boxes.get(slot);
    this.#boxes.delete(slot);
    return there?.box;
  }

  async putPiece(input: Parameters<RelayStore["putPiece"]>[0]): Promise<"stored" | "taken" | "full"> {
    const { blob: id, number, account, piece, ageMs, maxPiecesCount } = input;
    const blob = this.#blobs.get(id) ?? { account, pieces: new Map<number, Uint8Array>(), ageMs };
    if (blob.account !== account) return "taken";
    const own = [...this.#blobs.values()].filter((other) => other.account === account);
    const count = own.reduce((sum, { pieces }) => sum + pieces.size, 0);
    if (!blob.pieces.has(number) && count >= maxPiecesCount) return "full";
    blob.pieces.set(number, piece);
    this.#blobs.set(id, blob);
    return "stored";
  }

  async piece(blob: BlobId, number: number): Promise<Uint8Array | undefined> {
    return this.#blobs.get(blob)?.pieces.get(number);
  }

  async deleteBlob(account: AccountId, blob: BlobId): Promise<void> {
    if (this.#blobs.get(blob)?.account === account) this.#blobs.delete(blob);
  }

  async setRecovery(
    input: Parameters<RelayStore["setRecovery"]>[0],
  ): Promise<"set" | "taken" | "blobUnknown" | "revoked"> {
    const { address, keys, backup } = input;
    const { account, device } = address;
    if (!this.#current(address)) return "revoked";
    for (const key of keys) if (((await this.recovery(key))?.account ?? account) !== account) return "taken";
    if (backup !== undefined && this.#blobs.get(backup)?.account !== account) return "blobUnknown";
    const before = this.#recoveries.get(account)?.backup;
    if (before !== undefined && before !== backup) this.#blobs.delete(before);
    this.#recoveries.set(account, { device, keys, ...(backup !== undefined && { backup }) });
    return "set";
  }

  async recovery(key: Uint8Array): Promise<RecoveryRecord | undefined> {
    for (const [account, { keys, backup }] of this.#recoveries) {
      if (keys.some((known) => equalBytes(known, key))) {
        return { account, ...(backup !== undefined && { backup }) };
      }
    }
    return undefined;
  }

  async replaceDevices(input: {
    readonly account: AccountId;
    readonly device: NewDevice;
    readonly recoveryKey: Uint8Array;
  }): Promise<DeviceOutcome> {
    const account = this.#accounts.get(input.account);
    const recovery = this.#recoveries.get(input.account);
    const opens = recovery?.keys.some((key) => equalBytes(key, input.recoveryKey)) ?? false;
    if (!account || !recovery || !opens) return { outcome: "recoveryUnknown" };
    const existing = this.#registered(account.identityKey, input.device.authKey, [account]);
    if (existing) return existing;
    if (account.devices.length >= maxDeviceId) return { outcome: "deviceLimit" };
    Object.assign(recovery, { device: account.devices.length + 1, keys: [input.recoveryKey] });
    for (const { address } of current(account)) await this.revokeDevice(address);
    return addDevice(account, input.device);
  }

  async sweep(input: Parameters<RelayStore["sweep"]>[0]): Promise<boolean> {
    this.#ageMs = Math.max(this.#ageMs, input.ageMs);
    const kept = new Set([...this.#recoveries.values()].map(({ backup }) => backup));
    for (const [id, { ageMs }] of this.#blobs) {
      if (!kept.has(id) && ageMs < input.ageMs - input.blobMaxAgeMs) this.#blobs.delete(id);
    }
    this.#forgetBoxes(input.nowMs);
    for (const [key, { expiresAtMs }] of this.#sessions) {
      if (expiresAtMs <= input.nowMs) this.#sessions.delete(key);
    }
    for (const device of [...this.#accounts.values()].flatMap(({ devices }) => devices)) {
      device.queue = device.queue.filter(({ ageMs }) => ageMs >= input.ageMs - input.envelopeMaxAgeMs);
      const waiting = new Set(device.queue.map(({ id }) => toHex(id)));
      for (const [id, ageMs] of device.ids) {
        if (!waiting.has(id) && ageMs < input.ageMs - input.tombstoneMaxAgeMs) device.ids.delete(id);
      }
    }
    return false;
  }

  async state(): Promise<{ readonly epoch: number; readonly ageMs: number }> {
    return { epoch: this.#epoch, ageMs: this.#ageMs };
  }

  async markRestored(epoch: number): Promise<void> {
    this.#epoch = epoch;
    this.#sessions.clear();
    for (const device of [...this.#accounts.values()].flatMap(({ devices }) => devices)) {
      Object.assign(device, { oneTime: [], kem: [] });
    }
  }

  async close(): Promise<void> {}

  #current(address: DeviceAddress): MemoryDevice | undefined {
    const device = this.#accounts.get(address.account)?.devices[address.device - 1];
    return device?.revoked === false ? device : undefined;
  }

  #registered(
    identityKey: Uint8Array,
    authKey: Uint8Array,
    among: readonly MemoryAccount[],
  ): DeviceOutcome | undefined {
    const device = among
      .filter((account) => equalBytes(account.identityKey, identityKey))
      .flatMap(({ devices }) => devices)
      .find((candidate) => equalBytes(candidate.authKey, authKey));
    if (!device) return undefined;
    return device.revoked ? { outcome: "revoked" } : { outcome: "existed", address: device.address };
  }

  #devicesChanged(send: SendRequest, account: AccountId): boolean {
    const addressed = send.envelopes.filter((envelope) => envelope.account === account).map(addressKey);
    const record = this.#accounts.get(account);
    const expected = record ? current(record).map(({ address }) => addressKey(address)) : [];
    const own = "from" in send ? addressKey(send.from) : undefined;
    const others = expected.filter((key) => key !== own);
    return addressed.toSorted().join() !== others.toSorted().join();
  }

  #forgetRecovery(account: AccountId): void {
    const backup = this.#recoveries.get(account)?.backup;
    if (backup !== undefined) this.#blobs.delete(backup);
    this.#recoveries.delete(account);
  }

  #forgetBoxes(nowMs: number): void {
    for (const [slot, { expiresAtMs }] of this.#boxes) if (expiresAtMs <= nowMs) this.#boxes.delete(slot);
  }
}

function current(account: MemoryAccount): readonly MemoryDevice[] {
  return account.devices.filter(({ revoked }) => !revoked);
}

function addDevice(account: MemoryAccount, input: NewDevice): DeviceOutcome {
  const device: MemoryDevice = {
    address: { account: account.account, device: account.devices.length + 1 },
    registrationId: input.registrationId,
    authKey: input.authKey,
    revoked: false,
    signed: input.signedPreKey,
    lastResort: input.lastResortKemPreKey,
    oneTime: [],
    kem: [],
    knownPreKeys: new Set(),
    queue: [],
    ids: new Map(),
    lastSeq: 0,
  };
  addPreKeys(device, input);
  account.devices.push(device);
  return { outcome: "created", address: device.address };
}

function addPreKeys(device: MemoryDevice, keys: PreKeyUpload): void {
  device.signed = keys.signedPreKey ?? device.signed;
  device.lastResort = keys.lastResortKemPreKey ?? device.lastResort;
  const fresh = <Key extends PublicPreKey>(kind: string, added: readonly Key[]) =>
    added.filter(({ id }) => {
      const isNew = !device.knownPreKeys.has(`${kind}${id}`);
      device.knownPreKeys.add(`${kind}${id}`);
      return isNew;
    });
  device.oneTime.push(...fresh("ec", keys.oneTimePreKeys));
  device.kem.push(...fresh("kem", keys.kemPreKeys));
}

function counts(device: MemoryDevice): PreKeyCountsRecord {
  return { oneTimeCount: device.oneTime.length, kemCount: device.kem.length };
}

function isFull(device: MemoryDevice, envelope: OutgoingEnvelope, send: SendRequest): boolean {
  const exceeds = (rows: readonly Row[], maxCount: number, maxBytes: number) =>
    rows.length + 1 > maxCount ||
    rows.reduce((sum, { payload }) => sum + payload.length, envelope.payload.length) > maxBytes;
  const account = senderOf(send);
  const ofSender = device.queue.filter((row) => senderOf(row) === account);
  return (
    exceeds(device.queue, send.maxQueuedCount, send.maxQueuedBytes) ||
    (envelope.account !== account && exceeds(ofSender, send.maxPerSenderCount, send.maxPerSenderBytes))
  );
}

/** Whose share an envelope takes; undefined for sealed mail. */
function senderOf(origin: EnvelopeOrigin): AccountId | undefined {
  return "from" in origin ? origin.from.account : undefined;
}

function keep(device: MemoryDevice, envelope: OutgoingEnvelope, send: SendRequest): number {
  device.lastSeq += 1;
  const { id, payload } = envelope;
  const origin = "from" in send ? { from: send.from } : { sealedAtMs: send.sealedAtMs };
  device.queue.push({ ...origin, seq: device.lastSeq, id, payload, ageMs: send.ageMs });
  device.ids.set(toHex(id), send.ageMs);
  return device.lastSeq;
}

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
const dayMs = 86_400_000;

type Sent = Extract<SendRequest, { readonly from: DeviceAddress }>;

function bytes(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (seed * 31 + at * 7) & 255);
}

function preKey(id: number): SignedPreKey {
  return { id, publicKey: bytes(33, id), signature: bytes(64, id) };
}

function plainPreKey(id: number): PublicPreKey {
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

function sealed(to: DeviceAddress, seed: number, size = 256): OutgoingEnvelope {
  return { ...to, id: bytes(16, seed), payload: bytes(size, seed) };
}

const alice: DeviceAddress = { account: "A".repeat(22), device: 1 };
const bob: DeviceAddress = { account: "B".repeat(22), device: 1 };
const bob2: DeviceAddress = { account: "B".repeat(22), device: 2 };
const page = { maxCount: 100, maxBytes: 1_000_000 };

/** What every {@link RelayStore} must do. Call it in a test file of the adapter. */
export function relayStoreConformance(name: string, makeSite: () => Promise<RelayStoreSite>): void {
  describe(`RelayStore: ${name}`, () => {
    let site: RelayStoreSite;
    let store: RelayStore;

    const send = (envelopes: readonly OutgoingEnvelope[], more: Partial<Sent> = {}) =>
      store.append({ from: alice, envelopes, ageMs: 0, ...roomy, ...more });
    const sendSealed = (envelopes: readonly OutgoingEnvelope[], more: Partial<typeof roomy> = {}) =>
      store.append({ sealedAtMs: 1234, envelopes, ageMs: 0, ...roomy, ...more });
    const read = (address: DeviceAddress, afterSeq = 0) => store.read({ address, afterSeq, ...page });
    const seqs = async (address: DeviceAddress, afterSeq = 0) =>
      (await read(address, afterSeq)).map(({ seq }) => seq);
    const sweep = async (ageMs: number, nowMs = 0) => {
      const ages = { envelopeMaxAgeMs: 30 * dayMs, tombstoneMaxAgeMs: 3 * dayMs, blobMaxAgeMs: 7 * dayMs };
      while (await store.sweep({ nowMs, ageMs, ...ages }));
    };
    const addBob2 = () =>
      store.addDevice({ account: bob.account, device: storeTestDevice(12, 2), maxDevicesCount: 10 });

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

    describe("accounts and devices", () => {
      it("gives back what an account was made with", async () => {
        expect(await store.account(bob.account)).toEqual({
          account: bob.account,
          role: "patient",
          identityKey: bytes(33, 2),
          devices: [{ device: 1, registrationId: 2 }],
        });
        expect(await store.device(bob)).toEqual({
          authKey: bytes(32, 2),
          identityKey: bytes(33, 2),
          revoked: false,
        });
        expect(await store.account("Z".repeat(22))).toBeUndefined();
        expect(await store.device({ ...bob, device: 2 })).toBeUndefined();
      });

      it("answers a repeated registration with the same device", async () => {
        const again = { ...storeTestAccount("C", 2), account: "C".repeat(22) };
        expect(await store.createAccount(again)).toEqual({ outcome: "existed", address: bob });
        expect(await store.account("C".repeat(22))).toBeUndefined();
        expect(await addBob2()).toEqual({ outcome: "created", address: bob2 });
        expect(await addBob2()).toEqual({ outcome: "existed", address: bob2 });
      });

      it("admits once per invitation", async () => {
        const invited = (account: NewAccount) => ({ ...account, invitationId: bytes(16, 7) });
        const first = await store.createAccount(invited(storeTestAccount("C", 3)));
        expect(first.outcome).toBe("created");
        const second = await store.createAccount(invited(storeTestAccount("D", 4)));
        expect(second).toEqual({ outcome: "invitationUsed" });
        expect(await store.account("D".repeat(22))).toBeUndefined();
        const repeated = await store.createAccount(invited(storeTestAccount("E", 3)));
        expect(repeated.outcome).toBe("existed");
      });

      it("never gives a device id twice", async () => {
        await addBob2();
        expect(await store.revokeDevice(bob2)).toBe(true);
        expect(await store.revokeDevice(bob2)).toBe(false);
        expect(await addBob2()).toEqual({ outcome: "revoked" });
        const third = { account: bob.account, device: storeTestDevice(13), maxDevicesCount: 10 };
        expect(await store.addDevice(third)).toMatchObject({ address: { device: 3 } });
        expect((await store.account(bob.account))?.devices.map(({ device }) => device)).toEqual([1, 3]);
        expect((await store.device(bob2))?.revoked).toBe(true);
      });

      it("keeps to the number of devices, and knows no strangers", async () => {
        const device = storeTestDevice(12);
        const full = await store.addDevice({ account: bob.account, device, maxDevicesCount: 1 });
        expect(full).toEqual({ outcome: "deviceLimit" });
        const nobody = await store.addDevice({ account: "Z".repeat(22), device, maxDevicesCount: 9 });
        expect(nobody).toEqual({ outcome: "accountUnknown" });
      });

      it("lists staff and agents with a device, never patients", async () => {
        const credential = bytes(100, 5);
        const clinician = { ...storeTestAccount("C", 3), role: "clinician" as const, credential };
        await store.createAccount(clinician);
        await store.createAccount({ ...storeTestAccount("D", 4), credential });
        expect(await store.directory()).toEqual([{ account: clinician.account, credential }]);
        await store.revokeDevice({ account: clinician.account, device: 1 });
        expect(await store.directory()).toEqual([]);
      });
    });

    it("keeps one hash of an access key for each account, for good", async () => {
      expect(await store.accessKeyHash(bob.account)).toBeUndefined();
      expect(await store.accessKeyHash("Z".repeat(22))).toBeUndefined();
      await store.setAccessKeyHash(bob.account, bytes(32, 70));
      await store.setAccessKeyHash(bob.account, bytes(32, 71));
      await store.setAccessKeyHash("Z".repeat(22), bytes(32, 72));
      await store.close();
      store = await site.open();
      expect(await store.accessKeyHash(bob.account)).toEqual(bytes(32, 71));
      expect(await store.accessKeyHash(alice.account)).toBeUndefined();
      expect(await store.accessKeyHash("Z".repeat(22))).toBeUndefined();
    });

    describe("sessions", () => {
      const tokenHash = bytes(32, 50);

      it("are found by their token's hash until they are deleted or over", async () => {
        await store.putSession({ tokenHash, address: bob, expiresAtMs: 1000 });
        await store.putSession({ tokenHash: bytes(32, 51), address: bob, expiresAtMs: 2000 });
        const expected = { address: bob, expiresAtMs: 1000, revoked: false };
        expect(await store.session(tokenHash)).toEqual(expected);
        await sweep(0, 1000);
        expect(await store.session(tokenHash)).toBeUndefined();
        await store.deleteSession(bytes(32, 51));
        expect(await store.session(bytes(32, 51))).toBeUndefined();
      });

      it("say when their device was revoked", async () => {
        await store.putSession({ tokenHash, address: bob, expiresAtMs: 1000 });
        await store.revokeDevice(bob);
        expect(await store.session(tokenHash)).toMatchObject({ revoked: true });
      });
    });

    describe("prekeys", () => {
      const take = async (oneTime = true) => {
        const [bundle] = await store.takePreKeys({ account: bob.account, devices: [{ device: 1, oneTime }] });
        return bundle;
      };
      const add = (keys: PreKeyUpload, maxEachCount = 100) =>
        store.addPreKeys({ address: bob, keys, maxEachCount });

      it("go oldest first, each once, then the last resort", async () => {
        expect(await take()).toEqual({
          device: 1,
          registrationId: 2,
          signedPreKey: preKey(1),
          oneTimePreKey: plainPreKey(1),
          kemPreKey: preKey(1),
          left: { oneTimeCount: 2, kemCount: 2 },
        });
        expect(await take()).toMatchObject({ oneTimePreKey: { id: 2 }, kemPreKey: { id: 2 } });
        expect(await take()).toMatchObject({ oneTimePreKey: { id: 3 }, kemPreKey: { id: 3 } });
        const last = await take();
        expect(last?.kemPreKey).toEqual(preKey(99));
        expect(last && "oneTimePreKey" in last).toBe(false);
      });

      it("stay when only the last resort is asked for", async () => {
        expect(await take(false)).toMatchObject({ kemPreKey: { id: 99 }, left: { oneTimeCount: 3 } });
      });

      it("do not come back when an upload is repeated", async () => {
        await take();
        const keys = { oneTimePreKeys: [1, 2, 3, 4].map(plainPreKey), kemPreKeys: [1, 4].map(preKey) };
        expect(await add(keys)).toEqual({ oneTimeCount: 3, kemCount: 3 });
        expect((await take())?.oneTimePreKey?.id).toBe(2);
      });

      it("are replaced where there is one of a kind", async () => {
        const none = { oneTimePreKeys: [], kemPreKeys: [] };
        await add({ ...none, signedPreKey: preKey(7), lastResortKemPreKey: preKey(8) });
        expect(await take(false)).toMatchObject({ signedPreKey: { id: 7 }, kemPreKey: { id: 8 } });
      });

      it("are refused as a whole beyond the bound", async () => {
        const keys = { oneTimePreKeys: [4, 5].map(plainPreKey), kemPreKeys: [], signedPreKey: preKey(7) };
        expect(await add(keys, 4)).toBeUndefined();
        expect(await store.countPreKeys(bob)).toEqual({ oneTimeCount: 3, kemCount: 3 });
        expect(await take(false)).toMatchObject({ signedPreKey: { id: 1 } });
      });

      it("come for the current devices that are named", async () => {
        await addBob2();
        const devices = [1, 2, 3].map((device) => ({ device, oneTime: true }));
        const bundles = await store.takePreKeys({ account: bob.account, devices });
        expect(bundles.map(({ device }) => device)).toEqual([1, 2]);
        await store.revokeDevice(bob2);
        expect(await store.countPreKeys(bob2)).toEqual({ oneTimeCount: 0, kemCount: 0 });
      });
    });

    describe("mailboxes", () => {
      it("keep envelopes in order, numbered without gaps per device", async () => {
        await addBob2();
        expect(await send([sealed(bob, 1), sealed(bob2, 2)])).toEqual({
          outcome: "stored",
          seqs: [1, 1],
        });
        expect(await send([sealed(bob2, 3), sealed(bob, 4)])).toEqual({
          outcome: "stored",
          seqs: [2, 2],
        });
        const [first, second] = await read(bob);
        const { id, payload } = sealed(bob, 1);
        expect(first).toMatchObject({ seq: 1, id, payload, from: alice });
        expect(second?.id).toEqual(sealed(bob, 4).id);
        expect(await seqs(bob, 1)).toEqual([2]);
      });

      it("take a repeated SEND without a second row, acknowledged or not", async () => {
        const envelopes = [sealed(bob, 1)];
        await send(envelopes);
        expect(await send(envelopes)).toEqual({ outcome: "stored", seqs: [0] });
        await store.acknowledge(bob, 1);
        expect(await send(envelopes)).toEqual({ outcome: "stored", seqs: [0] });
        expect(await read(bob)).toEqual([]);
        await addBob2();
        expect(await send(envelopes)).toEqual({ outcome: "stored", seqs: [0] });
      });

      it("refuse a SEND to other devices than the account has", async () => {
        await addBob2();
        const changed = { outcome: "devicesChanged", account: bob.account };
        expect(await send([sealed(bob, 1)])).toEqual(changed);
        expect(await send([sealed(bob, 1), sealed({ ...bob, device: 3 }, 2)])).toEqual(changed);
        await store.revokeDevice(bob2);
        expect(await send([sealed(bob, 1), sealed(bob2, 2)])).toEqual(changed);
        expect(await read(bob)).toEqual([]);
        const unknown = "Z".repeat(22);
        const stray = sealed({ account: unknown, device: 1 }, 3);
        expect(await send([sealed(bob, 1), stray])).toEqual({
          outcome: "accountUnknown",
          account: unknown,
        });
      });

      it("count the sender's own device out", async () => {
        await addBob2();
        const result = await send([sealed(alice, 1), sealed(bob2, 2)], { from: bob });
        expect(result).toEqual({ outcome: "stored", seqs: [1, 1] });
      });

      it("refuse whom a revoked device writes, and store nothing for one", async () => {
        await send([sealed(bob, 1)]);
        await store.revokeDevice(bob);
        expect(await read(bob)).toEqual([]);
        expect(await send([sealed(alice, 2)], { from: bob })).toEqual({ outcome: "senderRevoked" });
      });

      it("keep sealed mail without a sender, once, for exactly the account's devices", async () => {
        await addBob2();
        const changed = { outcome: "devicesChanged", account: bob.account };
        expect(await sendSealed([sealed(bob, 1)])).toEqual(changed);
        const both = [sealed(bob, 1), sealed(bob2, 2)];
        expect(await sendSealed(both)).toEqual({ outcome: "stored", seqs: [1, 1] });
        expect(await sendSealed(both)).toEqual({ outcome: "stored", seqs: [0, 0] });
        await send([sealed(bob, 3), sealed(bob2, 4)]);
        const [first, second] = await read(bob);
        const { id, payload } = sealed(bob, 1);
        expect(first).toMatchObject({ seq: 1, id, payload, sealedAtMs: 1234 });
        expect(first).not.toHaveProperty("from");
        expect(second).toMatchObject({ seq: 2, from: alice });
        await store.acknowledge(bob, 1);
        expect(await sendSealed(both)).toEqual({ outcome: "stored", seqs: [0, 0] });
        expect(await seqs(bob)).toEqual([2]);
      });

      it("give sealed mail one sender's share, and get it back", async () => {
        const one = { maxPerSenderCount: 1 };
        expect(await sendSealed([sealed(bob, 1)], one)).toMatchObject({ outcome: "stored" });
        expect(await sendSealed([sealed(bob, 2)], one)).toMatchObject({ outcome: "mailboxFull" });
        expect(await send([sealed(bob, 3)], one)).toMatchObject({ outcome: "stored" });
        await store.acknowledge(bob, 2);
        expect(await sendSealed([sealed(bob, 2)], one)).toMatchObject({ outcome: "stored" });
        expect(await sendSealed([sealed(bob, 4)], one)).toMatchObject({ outcome: "mailboxFull" });
      });

      it("keep to their bounds, all or nothing", async () => {
        await addBob2();
        const both = (seed: number) => [sealed(bob, seed), sealed(bob2, seed + 100)];
        const full = { outcome: "mailboxFull", account: bob.account };
        await send(both(1), { maxQueuedCount: 1 });
        expect(await send(both(2), { maxQueuedCount: 1 })).toEqual(full);
        expect(await send(both(2), { maxQueuedBytes: 511 })).toEqual(full);
        await store.acknowledge(bob, 1);
        expect(await send(both(2), { maxQueuedCount: 1 })).toEqual(full);
        expect(await read(bob)).toEqual([]);
        await store.acknowledge(bob2, 1);
        expect(await send(both(2), { maxQueuedCount: 1 })).toMatchObject({ outcome: "stored" });
      });

      it("hold a bounded share of each sender's account; others, and own devices, still get in", async () => {
        await store.createAccount(storeTestAccount("C", 3));
        const alice2 = { ...alice, device: 2 };
        await store.addDevice({ account: alice.account, device: storeTestDevice(11), maxDevicesCount: 9 });
        const few = { maxPerSenderCount: 2 };
        const full = { outcome: "mailboxFull", account: bob.account };
        await send([sealed(bob, 1)], few);
        expect(await send([sealed(bob, 2)], { ...few, from: alice2 })).toMatchObject({ outcome: "stored" });
        expect(await send([sealed(bob, 3)], few)).toEqual(full);
        expect(await send([sealed(bob, 3)], { ...few, from: alice2 })).toEqual(full);
        expect(await send([sealed(bob, 3)], { maxPerSenderBytes: 767 })).toEqual(full);
        expect(await send([sealed(bob, 2)], few)).toEqual({ outcome: "stored", seqs: [0] });
        const carol = { account: "C".repeat(22), device: 1 };
        expect(await send([sealed(bob, 4)], { ...few, from: carol })).toEqual({
          outcome: "stored",
          seqs: [3],
        });
        for (const seed of [5, 6, 7]) {
          expect(await send([sealed(alice2, seed)], few)).toMatchObject({ outcome: "stored" });
        }
        await store.acknowledge(bob, 1);
        expect(await send([sealed(bob, 8)], few)).toEqual({ outcome: "stored", seqs: [4] });
        expect(await send([sealed(bob, 9)], few)).toEqual(full);
        await sweep(31 * dayMs);
        expect(await send([sealed(bob, 10)], few)).toEqual({ outcome: "stored", seqs: [5] });
      });

      it("read pages bounded by count and bytes, but at least one", async () => {
        for (let seed = 1; seed <= 5; seed += 1) await send([sealed(bob, seed, 1024)]);
        const counted = await store.read({ address: bob, afterSeq: 1, maxCount: 2, maxBytes: 1_000_000 });
        expect(counted.map(({ seq }) => seq)).toEqual([2, 3]);
        const weighed = await store.read({ address: bob, afterSeq: 0, maxCount: 9, maxBytes: 2500 });
        expect(weighed).toHaveLength(2);
        const tiny = await store.read({ address: bob, afterSeq: 0, maxCount: 9, maxBytes: 1 });
        expect(tiny).toHaveLength(1);
      });

      it("acknowledge cumulatively; stale and future ones harm nothing", async () => {
        for (let seed = 1; seed <= 4; seed += 1) await send([sealed(bob, seed)]);
        await store.acknowledge(bob, 2);
        await store.acknowledge(bob, 1);
        expect(await seqs(bob)).toEqual([3, 4]);
        await store.acknowledge(bob, 1_000_000);
        await send([sealed(bob, 5)]);
        expect(await seqs(bob)).toEqual([5]);
      });

      it("forget by age, and ids only after theirs", async () => {
        await send([sealed(bob, 1)], { ageMs: 0 });
        await send([sealed(bob, 2)], { ageMs: dayMs });
        await store.acknowledge(bob, 1);
        await sweep(3 * dayMs);
        expect(await send([sealed(bob, 1)])).toEqual({ outcome: "stored", seqs: [0] });
        await sweep(3 * dayMs + 1);
        expect(await send([sealed(bob, 1)], { ageMs: 3 * dayMs })).toEqual({
          outcome: "stored",
          seqs: [3],
        });
        await sweep(31 * dayMs);
        expect(await seqs(bob)).toEqual([2, 3]);
        await sweep(31 * dayMs + 1);
        expect(await seqs(bob)).toEqual([3]);
      });

      it("free what they forget", async () => {
        await send([sealed(bob, 1)], { maxQueuedCount: 1 });
        await sweep(31 * dayMs);
        const again = await send([sealed(bob, 2)], { ageMs: 31 * dayMs, maxQueuedCount: 1 });
        expect(again).toEqual({ outcome: "stored", seqs: [2] });
      });
    });

    describe("blobs", () => {
      const blob = "b".repeat(43);
      const put = (number: number, more: Partial<Parameters<RelayStore["putPiece"]>[0]> = {}) => {
        const input = { blob, number, account: alice.account, piece: bytes(65_552, number), ageMs: 0 };
        return store.putPiece({ ...input, maxPiecesCount: 4, ...more });
      };
      const has = async (number = 0, id = blob) => (await store.piece(id, number)) !== undefined;

      it("give back their pieces, each as it was written last", async () => {
        expect(await put(0)).toBe("stored");
        expect(await put(1)).toBe("stored");
        expect(await put(1, { piece: bytes(3, 9) })).toBe("stored");
        expect(await store.piece(blob, 0)).toEqual(bytes(65_552, 0));
        expect(await store.piece(blob, 1)).toEqual(bytes(3, 9));
        expect(await has(2)).toBe(false);
        expect(await has(0, "c".repeat(43))).toBe(false);
      });

      it("belong to one account, which may have a bounded number of pieces", async () => {
        for (const number of [0, 1, 2, 3]) await put(number);
        expect(await put(4)).toBe("full");
        expect(await put(3)).toBe("stored");
        expect(await put(0, { blob: "c".repeat(43) })).toBe("full");
        expect(await put(4, { account: bob.account })).toBe("taken");
        expect(await put(0, { account: bob.account, blob: "d".repeat(43) })).toBe("stored");
        await store.deleteBlob(bob.account, blob);
        expect(await has()).toBe(true);
        await store.deleteBlob(alice.account, blob);
        expect(await has()).toBe(false);
        expect(await put(4)).toBe("stored");
        expect(await has(0)).toBe(false);
      });

      it("age, and are freed however large", async () => {
        for (let number = 0; number < 150; number += 1) {
          await put(number, { piece: bytes(9, 1), ageMs: dayMs, maxPiecesCount: 1000 });
        }
        await sweep(8 * dayMs);
        expect(await has(149)).toBe(true);
        await sweep(8 * dayMs + 1);
        expect(await has(149)).toBe(false);
        expect(await put(0, { maxPiecesCount: 1 })).toBe("stored");
      });

      describe("as a backup", () => {
        const key = bytes(32, 60);
        const set = (more: Partial<Parameters<RelayStore["setRecovery"]>[0]> = {}) =>
          store.setRecovery({ address: alice, keys: [key], backup: blob, ...more });

        it("are found by each recovery key and do not age", async () => {
          await put(0);
          expect(await set({ keys: [key, bytes(32, 61)] })).toBe("set");
          for (const known of [key, bytes(32, 61)]) {
            expect(await store.recovery(known)).toEqual({ account: alice.account, backup: blob });
          }
          expect(await store.recovery(bytes(32, 62))).toBeUndefined();
          await sweep(1000 * dayMs);
          expect(await has()).toBe(true);
        });

        it("give way to the next one, keys too", async () => {
          const next = "c".repeat(43);
          await put(0);
          await set();
          await put(0, { blob: next });
          expect(await set({ keys: [bytes(32, 61)], backup: next })).toBe("set");
          expect([await has(), await has(0, next)]).toEqual([false, true]);
          expect(await store.recovery(key)).toBeUndefined();
          expect(await store.setRecovery({ address: alice, keys: [key] })).toBe("set");
          expect(await store.recovery(key)).toEqual({ account: alice.account });
          expect(await has(0, next)).toBe(false);
        });

        it("have to be the account's own, and so do keys", async () => {
          await put(0);
          expect(await set({ address: bob })).toBe("blobUnknown");
          expect(await set({ backup: "c".repeat(43) })).toBe("blobUnknown");
          expect(await store.recovery(key)).toBeUndefined();
          await set();
          expect(await store.setRecovery({ address: bob, keys: [bytes(32, 61), key] })).toBe("taken");
          expect(await store.recovery(bytes(32, 61))).toBeUndefined();
          expect(await store.recovery(key)).toEqual({ account: alice.account, backup: blob });
        });

        it("are void with the device that set them, and no other", async () => {
          await addBob2();
          await put(0, { account: bob.account });
          await set({ address: bob2 });
          await store.revokeDevice(bob);
          expect(await store.recovery(key)).toMatchObject({ backup: blob });
          await store.revokeDevice(bob2);
          expect(await store.recovery(key)).toBeUndefined();
          expect(await has()).toBe(false);
        });

        it("are not set by a device that is not there any more", async () => {
          await addBob2();
          await put(0, { account: bob.account });
          await set({ address: bob });
          await store.revokeDevice(bob2);
          expect(await store.setRecovery({ address: bob2, keys: [bytes(32, 61)] })).toBe("revoked");
          expect(await store.recovery(bytes(32, 61))).toBeUndefined();
          expect(await store.recovery(key)).toEqual({ account: bob.account, backup: blob });
        });

        it("outlive the devices that one device replaces, with no key but the one it used", async () => {
          const another = bytes(32, 61);
          await addBob2();
          await put(0, { account: bob.account });
          await set({ address: bob, keys: [key, another] });
          await send([sealed(bob, 1), sealed(bob2, 2)]);
          const input = { account: bob.account, device: storeTestDevice(20, 1), recoveryKey: key };
          const wrong = { ...input, recoveryKey: bytes(32, 62) };
          expect(await store.replaceDevices(wrong)).toEqual({ outcome: "recoveryUnknown" });
          const bob3 = { account: bob.account, device: 3 };
          expect(await store.replaceDevices(input)).toEqual({ outcome: "created", address: bob3 });
          expect((await store.account(bob.account))?.devices).toEqual([{ device: 3, registrationId: 20 }]);
          expect([await read(bob), await read(bob2), await read(bob3)]).toEqual([[], [], []]);
          expect(await store.recovery(key)).toEqual({ account: bob.account, backup: blob });
          expect(await store.recovery(another)).toBeUndefined();
          const late = { ...input, device: storeTestDevice(22), recoveryKey: another };
          expect(await store.replaceDevices(late)).toEqual({ outcome: "recoveryUnknown" });
          await store.addDevice({ account: bob.account, device: storeTestDevice(21), maxDevicesCount: 9 });
          expect(await store.replaceDevices(input)).toEqual({ outcome: "existed", address: bob3 });
          expect((await store.account(bob.account))?.devices).toHaveLength(2);
          await store.revokeDevice(bob3);
          expect(await store.recovery(key)).toBeUndefined();
          expect(await store.replaceDevices(input)).toEqual({ outcome: "recoveryUnknown" });
          const nobody = { ...input, account: "Z".repeat(22) };
          expect(await store.replaceDevices(nobody)).toEqual({ outcome: "recoveryUnknown" });
        });
      });
    });

    describe("provisioning boxes", () => {
      const box = { slot: "s".repeat(22), account: alice.account, box: bytes(9, 9) };
      const times = { nowMs: 0, expiresAtMs: 1000, maxPerAccountCount: 2 };

      it("are read once", async () => {
        expect(await store.putBox({ ...box, ...times })).toBe("stored");
        expect(await store.putBox({ ...box, ...times })).toBe("stored");
        expect(await store.takeBox(box.slot, 999)).toEqual(box.box);
        expect(await store.takeBox(box.slot, 999)).toBeUndefined();
      });

      it("are not taken from a device that is not there any more", async () => {
        await addBob2();
        await store.revokeDevice(bob);
        expect(await store.putBox({ ...box, ...times, ...bob })).toBe("revoked");
        expect(await store.takeBox(box.slot, 0)).toBeUndefined();
        expect(await store.putBox({ ...box, ...times, ...bob2 })).toBe("stored");
      });

      it("expire, belong to one account, and are few", async () => {
        await store.putBox({ ...box, ...times });
        expect(await store.putBox({ ...box, ...times, account: bob.account })).toBe("taken");
        expect(await store.putBox({ ...box, ...times, box: bytes(9, 8) })).toBe("taken");
        expect(await store.putBox({ ...box, ...times, slot: "t".repeat(22) })).toBe("stored");
        expect(await store.putBox({ ...box, ...times, slot: "u".repeat(22) })).toBe("full");
        expect(await store.takeBox(box.slot, 1000)).toBeUndefined();
        expect(await store.putBox({ ...box, ...times, nowMs: 1000, expiresAtMs: 2000 })).toBe("stored");
      });
    });

    it("keeps everything when it is opened again", async () => {
      await send([sealed(bob, 1), sealed(alice, 2)].slice(0, 1));
      await store.putSession({ tokenHash: bytes(32, 50), address: bob, expiresAtMs: 1000 });
      await sweep(5000);
      const before = await store.state();
      expect(before.ageMs).toBe(5000);
      await store.close();
      store = await site.open();
      expect(await store.state()).toEqual(before);
      expect(await seqs(bob)).toEqual([1]);
      expect(await store.session(bytes(32, 50))).toMatchObject({ address: bob });
      expect(await store.countPreKeys(bob)).toEqual({ oneTimeCount: 3, kemCount: 3 });
    });

    it("never lets its retention clock run back", async () => {
      await sweep(5000);
      await sweep(4000);
      expect((await store.state()).ageMs).toBe(5000);
    });

    it("begins a new epoch after a restoration: one-time keys void, sessions over, mail kept", async () => {
      await send([sealed(bob, 1)]);
      await store.putSession({ tokenHash: bytes(32, 50), address: bob, expiresAtMs: 1000 });
      await store.markRestored(77);
      expect((await store.state()).epoch).toBe(77);
      expect(await store.countPreKeys(bob)).toEqual({ oneTimeCount: 0, kemCount: 0 });
      expect(await store.session(bytes(32, 50))).toBeUndefined();
      expect(await seqs(bob)).toEqual([1]);
      const repeated = { oneTimePreKeys: [plainPreKey(1)], kemPreKeys: [] };
      await store.addPreKeys({ address: bob, keys: repeated, maxEachCount: 9 });
      expect(await store.countPreKeys(bob)).toEqual({ oneTimeCount: 0, kemCount: 0 });
    });

    it("lets calls made together take effect in their order", async () => {
      const results = await Promise.all([
        send([sealed(bob, 1)]),
        read(bob),
        store.acknowledge(bob, 1),
        read(bob),
        send([sealed(bob, 2)]),
        send([sealed({ ...bob, device: 9 }, 3)]),
      ]);
      expect(results[1]).toHaveLength(1);
      expect(results[3]).toEqual([]);
      expect(results[4]).toEqual({ outcome: "stored", seqs: [2] });
      expect(results[5]).toMatchObject({ outcome: "devicesChanged" });
    });
  });
}
