import { BaseError, toBase64, zeroise } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import {
  archiveSession,
  createKemPreKey,
  createOneTimePreKeys,
  createPreKeyBundle,
  createSignedPreKey,
  decryptionErrorFor,
  decryptMessage,
  decryptPreKeyMessage,
  emptyRecord,
  encrypt,
  generateIdentityKeyPair,
  generateRegistrationId,
  inspectPreKeyMessage,
  isActiveSessionBroken,
  type PreKeyBundle,
  type RecordStep,
  readDecryptionError,
  type SessionRecord,
  safetyNumber,
  startSession,
  writeDecryptionError,
} from "@cloister/protocol";
import { loadAccount, type SuiteAccount, saveAccount } from "./accounts.ts";
import {
  booleanField,
  bytesField,
  type Fields,
  hasField,
  integerField,
  objectField,
  textField,
} from "./fields.ts";

const deviceId = 1;
/** What an account may accept at least. Version 4 with its post-quantum ratchet is all there is, so both hold. */
const minimums: ReadonlySet<unknown> = new Set(["spqr", "pqxdh", undefined, null]);

/** The suite `protocol`: accounts in memory over the product's protocol package. */
export class ProtocolSuite {
  readonly #accounts = new Map<string, SuiteAccount>();
  readonly #random: Random;
  readonly #nowMs: () => number;

  constructor(random: Random, nowMs: () => number) {
    this.#random = random;
    this.#nowMs = nowMs;
  }

  /** @throws BaseError with the id of the broken rule */
  answer(request: Fields): object {
    switch (textField(request, "op")) {
      case "new":
        return this.#new(request);
      case "bundle":
        return this.#bundle(request);
      case "session":
        return this.#session(request);
      case "encrypt":
        return this.#encrypt(request);
      case "decrypt":
        return this.#decrypt(request);
      case "save":
        return { state: toBase64(saveAccount(this.#account(textField(request, "at")))) };
      case "load":
        this.#accounts.set(textField(request, "as"), loadAccount(bytesField(request, "state")));
        return { ok: true };
      case "reset":
        this.#commit(this.#peer(request, "with"), archiveSession(this.#record(this.#peer(request, "with"))));
        return { ok: true };
      case "forget":
        this.#commit(this.#peer(request, "with"), { record: emptyRecord, erase: [] });
        return { ok: true };
      case "decryptionError":
        return decryptionError(request);
      case "readDecryptionError":
        return this.#readDecryptionError(request);
      case "safetyNumber":
        return this.#safetyNumber(request);
      default:
        throw new BaseError(
          "Usage",
          "OPERATION_UNKNOWN",
          "op is new, bundle, session, encrypt, decrypt, save, load, reset, forget, decryptionError, readDecryptionError or safetyNumber",
        );
    }
  }

  #new(request: Fields): object {
    const name = textField(request, "as");
    if (!minimums.has(request["minimum"])) {
      throw new BaseError(
        "Policy",
        "MINIMUM_UNSUPPORTED",
        'minimum is "spqr" (the default) or "pqxdh"; version 3 is not offered here',
      );
    }
    const identityKeyPair = generateIdentityKeyPair(this.#random);
    const registrationId = generateRegistrationId(this.#random);
    this.#accounts.set(name, {
      local: { identityKeyPair, registrationId },
      oneTime: new Map(),
      signed: new Map(),
      kem: new Map(),
      records: new Map(),
      seenBaseKeys: [],
      nextId: 1,
    });
    return { identityKey: toBase64(identityKeyPair.publicKey), registrationId };
  }

  #bundle(request: Fields): object {
    const name = textField(request, "of");
    const withOneTime = hasField(request, "oneTime") && booleanField(request, "oneTime");
    const random = this.#random;
    const account = this.#account(name);
    const { local, nextId: id } = account;
    const { identityKeyPair } = local;
    const signedPreKey = createSignedPreKey({ identityKeyPair, id, random });
    const kemPreKey = createKemPreKey({ identityKeyPair, id, lastResort: !withOneTime, random });
    const [oneTimePreKey] = withOneTime ? createOneTimePreKeys({ firstId: id, count: 1, random }) : [];
    this.#accounts.set(name, {
      ...account,
      nextId: id + 1,
      signed: new Map(account.signed).set(id, signedPreKey),
      kem: new Map(account.kem).set(id, kemPreKey),
      oneTime: oneTimePreKey ? new Map(account.oneTime).set(id, oneTimePreKey) : account.oneTime,
    });
    return bundleToJson(
      createPreKeyBundle({
        local,
        deviceId,
        signedPreKey,
        kemPreKey,
        ...(oneTimePreKey && { oneTimePreKey }),
      }),
    );
  }

  #session(request: Fields): object {
    const peer = this.#peer(request, "with");
    const step = startSession({
      local: this.#account(peer.at).local,
      remote: bundleFromJson(objectField(request, "bundle")),
      random: this.#random,
      nowMs: this.#nowMs(),
      record: this.#record(peer),
    });
    this.#commit(peer, step);
    return { ok: true };
  }

  #encrypt(request: Fields): object {
    const peer = this.#peer(request, "to");
    const step = encrypt(this.#record(peer), bytesField(request, "plaintext"), this.#random);
    this.#commit(peer, step);
    return { type: step.message.type, message: toBase64(step.message.bytes) };
  }

  #decrypt(request: Fields): object {
    const peer = this.#peer(request, "from");
    const message = bytesField(request, "message");
    switch (integerField(request, "type")) {
      case 2: {
        const step = decryptMessage(this.#record(peer), message);
        this.#commit(peer, step);
        return { plaintext: toBase64(step.plaintext) };
      }
      case 3:
        return { plaintext: toBase64(this.#decryptFirst(peer, message)) };
      default:
        throw messageType();
    }
  }

  #decryptFirst(peer: Peer, bytes: Uint8Array): Uint8Array {
    const account = this.#account(peer.at);
    const named = inspectPreKeyMessage(bytes);
    const step = decryptPreKeyMessage({
      record: this.#record(peer),
      local: account.local,
      preKeys: {
        signedPreKey: account.signed.get(named.signedPreKeyId),
        kemPreKey: account.kem.get(named.kyberPreKeyId),
        oneTimePreKey: named.preKeyId === undefined ? undefined : account.oneTime.get(named.preKeyId),
      },
      seenBaseKeys: account.seenBaseKeys,
      bytes,
    });
    const used = step.usedPreKeys;
    if (used) {
      this.#accounts.set(peer.at, {
        ...account,
        oneTime: without(account.oneTime, used.oneTimeId),
        kem: without(account.kem, used.kemId),
        seenBaseKeys: [...account.seenBaseKeys, used.baseKey],
      });
    }
    this.#commit(peer, step);
    return step.plaintext;
  }

  #readDecryptionError(request: Fields): object {
    const { ratchetKey, ...error } = readDecryptionError(bytesField(request, "message"));
    const record = this.#record(this.#peer(request, "with"));
    return { ...error, isActiveSessionBroken: isActiveSessionBroken(record, { ratchetKey, ...error }) };
  }

  #safetyNumber(request: Fields): object {
    const { digits } = safetyNumber({
      localId: bytesField(request, "localId"),
      localIdentityKey: this.#account(textField(request, "at")).local.identityKeyPair.publicKey,
      remoteId: bytesField(request, "remoteId"),
      remoteIdentityKey: bytesField(request, "remoteIdentityKey"),
    });
    return { digits };
  }

  #account(name: string): SuiteAccount {
    const account = this.#accounts.get(name);
    if (!account) throw new BaseError("Usage", "ACCOUNT_UNKNOWN", "make the account first, with op new");
    return account;
  }

  #peer(request: Fields, key: "with" | "to" | "from"): Peer {
    const [at, name, device] = [
      textField(request, "at"),
      textField(request, key),
      integerField(request, "device"),
    ];
    return { at, address: JSON.stringify([name, device]) };
  }

  #record({ at, address }: Peer): SessionRecord {
    return this.#account(at).records.get(address) ?? emptyRecord;
  }

  /** Stores a step's outcome, then overwrites the secrets that it used up, as every store must. */
  #commit({ at, address }: Peer, { record, erase }: RecordStep): void {
    const account = this.#account(at);
    this.#accounts.set(at, { ...account, records: new Map(account.records).set(address, record) });
    zeroise(...erase);
  }
}

/** One peer's device, as an account at this end knows it. */
interface Peer {
  readonly at: string;
  readonly address: string;
}

function decryptionError(request: Fields): object {
  const type = integerField(request, "type");
  if (type !== 2 && type !== 3) throw messageType();
  const error = decryptionErrorFor(
    { type, bytes: bytesField(request, "message") },
    { timestampMs: integerField(request, "timestampMs"), deviceId: integerField(request, "deviceId") },
  );
  return { message: toBase64(writeDecryptionError(error)) };
}

function messageType(): BaseError {
  return new BaseError("Decode", "MESSAGE_TYPE", "type is 2 for a message, 3 for a first message");
}

function without<T>(keys: ReadonlyMap<number, T>, id: number | undefined): ReadonlyMap<number, T> {
  if (id === undefined) return keys;
  const left = new Map(keys);
  left.delete(id);
  return left;
}

const bundleBytes = [
  "identityKey",
  "preKey",
  "signedPreKey",
  "signedPreKeySignature",
  "kyberPreKey",
  "kyberPreKeySignature",
] as const;
const bundleIntegers = ["registrationId", "deviceId", "preKeyId", "signedPreKeyId", "kyberPreKeyId"] as const;

function bundleToJson(bundle: PreKeyBundle): object {
  const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array;
  return Object.fromEntries(
    Object.entries(bundle).map(([key, value]: [string, unknown]) => [
      key,
      isBytes(value) ? toBase64(value) : value,
    ]),
  );
}

/** What is absent stays absent: which fields a bundle needs is the protocol's to say. */
function bundleFromJson(fields: Fields): PreKeyBundle {
  const present = <K extends string>(keys: readonly K[]) => keys.filter((key) => hasField(fields, key));
  return Object.fromEntries<unknown>([
    ...present(bundleBytes).map((key) => [key, bytesField(fields, key)] as const),
    ...present(bundleIntegers).map((key) => [key, integerField(fields, key)] as const),
  ]) as unknown as PreKeyBundle;
}
