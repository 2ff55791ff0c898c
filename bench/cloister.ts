import { zeroise } from "@cloister/bytes";
import { systemRandom as random } from "@cloister/crypto/random";
import {
  createKemPreKey,
  createOneTimePreKeys,
  createPreKeyBundle,
  createSignedPreKey,
  decryptMessage,
  decryptPreKeyMessage,
  emptyRecord,
  encrypt,
  generateIdentityKeyPair,
  inspectPreKeyMessage,
  type KemPreKey,
  type LocalIdentity,
  type LocalPreKeys,
  type OneTimePreKey,
  type PreKeyBundle,
  parseSessionRecord,
  type RecordStep,
  type SessionRecord,
  type SignedPreKey,
  serializeSessionRecord,
  startSession,
} from "@cloister/protocol";
import type { Library } from "./scenarios.ts";

interface Device {
  readonly local: LocalIdentity;
  readonly name: string;
  /** Session records by peer, in bytes. */
  readonly stored: Map<string, Uint8Array>;
  /** The same records, if this device keeps in memory what it stored. */
  readonly recent: Map<string, SessionRecord> | undefined;
  readonly oneTime: Map<number, OneTimePreKey>;
  signed?: SignedPreKey;
  kem?: KemPreKey;
}

const load = (at: Device, peer: Device) => {
  const bytes = at.stored.get(peer.name);
  return at.recent?.get(peer.name) ?? (bytes ? parseSessionRecord(bytes) : emptyRecord);
};

const store = (at: Device, peer: Device, { record, erase }: RecordStep) => {
  at.stored.set(peer.name, serializeSessionRecord(record));
  at.recent?.set(peer.name, record);
  zeroise(...erase);
};

/**
 * Cloister's own protocol, in Node and in Chromium. With `keepsRecent` it stores as always but does not parse
 * what it has just stored, as the client does (`Table.recentCount` in packages/client).
 */
export const cloister = (keepsRecent: boolean): Library<Device, PreKeyBundle> => ({
  device: (name) => ({
    local: { identityKeyPair: generateIdentityKeyPair(random), registrationId: 1 },
    name,
    stored: new Map(),
    recent: keepsRecent ? new Map<string, SessionRecord>() : undefined,
    oneTime: new Map(),
  }),

  publish(device, count) {
    const { local } = device;
    const { identityKeyPair } = local;
    const signedPreKey = createSignedPreKey({ identityKeyPair, id: 1, random });
    const kemPreKey = createKemPreKey({ identityKeyPair, id: 1, lastResort: true, random });
    device.signed = signedPreKey;
    device.kem = kemPreKey;
    return createOneTimePreKeys({ firstId: 1, count, random }).map((oneTimePreKey) => {
      device.oneTime.set(oneTimePreKey.id, oneTimePreKey);
      return createPreKeyBundle({ local, deviceId: 1, signedPreKey, kemPreKey, oneTimePreKey });
    });
  },

  start(from, to, remote) {
    const { local } = from;
    const step = startSession({ local, remote, random, nowMs: 0, record: load(from, to) });
    store(from, to, step);
  },

  seal(from, to, plaintext) {
    const step = encrypt(load(from, to), plaintext, random);
    store(from, to, step);
    return step.message;
  },

  open(to, from, { type, bytes }) {
    const record = load(to, from);
    const opened =
      type === 2
        ? decryptMessage(record, bytes)
        : decryptPreKeyMessage({
            record,
            local: to.local,
            preKeys: preKeysOf(to, bytes),
            seenBaseKeys: [],
            bytes,
          });
    store(to, from, opened);
    return opened.plaintext;
  },
});

/** Copies, because a store returns new memory each time. */
function preKeysOf({ signed, kem, oneTime }: Device, bytes: Uint8Array): LocalPreKeys {
  const { preKeyId } = inspectPreKeyMessage(bytes);
  const oneTimePreKey = preKeyId === undefined ? undefined : oneTime.get(preKeyId);
  const fresh = <Key extends { readonly privateKey: Uint8Array<ArrayBuffer> }>(key: Key | undefined) =>
    key && { ...key, privateKey: key.privateKey.slice() };
  return { signedPreKey: fresh(signed), kemPreKey: fresh(kem), oneTimePreKey: fresh(oneTimePreKey) };
}
