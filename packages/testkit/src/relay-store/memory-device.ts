import { toHex } from "@cloister/bytes";
import type { EnvelopeOrigin, OutgoingEnvelope } from "@cloister/contracts/frames";
import type { AccountId, DeviceAddress } from "@cloister/contracts/ids";
import type {
  BlobId,
  DeviceOutcome,
  NewAccount,
  NewDevice,
  PreKeyCountsRecord,
  PreKeyUpload,
  PublicPreKey,
  SendRequest,
  SignedPreKey,
  StoredEnvelope,
} from "@cloister/relay-core";

type Row = StoredEnvelope & { readonly ageMs: number };

export interface MemoryDevice {
  readonly address: DeviceAddress;
  /** Ascends with each device of the account. */
  readonly since: number;
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

export interface MemoryAccount extends Omit<NewAccount, "device"> {
  readonly devices: MemoryDevice[];
  accessKeyHash?: Uint8Array;
}

export interface MemoryBlob {
  readonly account: AccountId;
  readonly pieces: Map<number, Uint8Array>;
  ageMs: number;
}

export interface MemoryRecovery {
  device: number;
  readonly keys: readonly Uint8Array[];
  readonly backup?: BlobId;
}
export function current(account: MemoryAccount): readonly MemoryDevice[] {
  return account.devices.filter(({ revoked }) => !revoked);
}

export function addDevice(account: MemoryAccount, input: NewDevice): DeviceOutcome {
  return putDevice(account, input, account.devices.length + 1);
}

/** The id may be that of a device that is gone; nothing of it is left then. */
export function putDevice(account: MemoryAccount, input: NewDevice, id: number): DeviceOutcome {
  const device: MemoryDevice = {
    address: { account: account.account, device: id },
    since: Math.max(0, ...account.devices.map(({ since }) => since)) + 1,
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
  account.devices[id - 1] = device;
  return { outcome: "created", address: device.address };
}

export function addPreKeys(device: MemoryDevice, keys: PreKeyUpload): void {
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

export function counts(device: MemoryDevice): PreKeyCountsRecord {
  return { oneTimeCount: device.oneTime.length, kemCount: device.kem.length };
}

export function isFull(device: MemoryDevice, envelope: OutgoingEnvelope, send: SendRequest): boolean {
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

export function keep(device: MemoryDevice, envelope: OutgoingEnvelope, send: SendRequest): number {
  device.lastSeq += 1;
  const { id, payload } = envelope;
  const origin = "from" in send ? { from: send.from } : { sealedAtMs: send.sealedAtMs };
  device.queue.push({ ...origin, seq: device.lastSeq, id, payload, ageMs: send.ageMs });
  device.ids.set(toHex(id), send.ageMs);
  return device.lastSeq;
}
