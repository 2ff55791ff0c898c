import { equalBytes, toHex } from "@cloister/bytes";
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
  StoredEnvelope,
  TakenBundle,
} from "@cloister/relay-core";
import {
  addDevice,
  addPreKeys,
  counts,
  current,
  isFull,
  keep,
  type MemoryAccount,
  type MemoryBlob,
  type MemoryDevice,
  type MemoryRecovery,
  putDevice,
} from "./memory-device.ts";

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
    const invited = [...this.#accounts.values()].find(
      ({ invitationId }) =>
        input.invitationId && invitationId && equalBytes(invitationId, input.invitationId),
    );
    if (invited) return this.#comeBack(invited, input);
    const { device, ...fields } = input;
    const account: MemoryAccount = { ...fields, devices: [] };
    this.#accounts.set(input.account, account);
    return addDevice(account, device);
  }

  async #comeBack(account: MemoryAccount, input: NewAccount): Promise<DeviceOutcome> {
    if (account.role !== "agent" || input.role !== "agent") return { outcome: "invitationUsed" };
    for (const { address } of current(account)) await this.revokeDevice(address);
    const { identityKey, credential } = input;
    Object.assign(account, { identityKey, credential });
    if (account.devices.length < maxDeviceId) return addDevice(account, input.device);
    const [oldest] = account.devices.toSorted((a, b) => a.since - b.since);
    return oldest ? putDevice(account, input.device, oldest.address.device) : { outcome: "deviceLimit" };
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
