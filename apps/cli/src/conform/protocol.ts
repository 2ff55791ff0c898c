import { BaseError, toBase64, zeroise } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import {
  type AddressPair,
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
  expireRecord,
  generateIdentityKeyPair,
  generateRegistrationId,
  inspectPreKeyMessage,
  isActiveSessionBroken,
  type RecordStep,
  readDecryptionError,
  type SessionRecord,
  safetyNumber,
  startSession,
  type UsedPreKeys,
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
import { bundleFromJson, bundleToJson, minimumField, serviceId } from "./protocol-fields.ts";

const deviceId = 1;

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
        this.#change(this.#peer(request, "with"), archiveSession);
        return { ok: true };
      case "forget":
        this.#change(this.#peer(request, "with"), () => ({ record: emptyRecord, erase: [] }));
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
    const minimum = minimumField(request);
    const identityKeyPair = generateIdentityKeyPair(this.#random);
    const registrationId = generateRegistrationId(this.#random);
    this.#accounts.set(name, {
      local: { identityKeyPair, registrationId },
      minimum,
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
    const { local, minimum } = this.#account(peer.at);
    const remote = bundleFromJson(objectField(request, "bundle"));
    const [random, nowMs] = [this.#random, this.#nowMs()];
    this.#change(peer, (record) => startSession({ local, minimum, remote, random, nowMs, record }));
    return { ok: true };
  }

  #encrypt(request: Fields): object {
    const peer = this.#peer(request, "to");
    const plaintext = bytesField(request, "plaintext");
    const { message } = this.#change(peer, (record) => encrypt(record, plaintext, this.#random));
    return { type: message.type, message: toBase64(message.bytes) };
  }

  #decrypt(request: Fields): object {
    const peer = this.#peer(request, "from");
    const message = bytesField(request, "message");
    switch (integerField(request, "type")) {
      case 2: {
        const addresses = addressesOf(peer);
        const step = this.#change(peer, (record) => decryptMessage(record, message, addresses));
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
    const { local, minimum, seenBaseKeys } = account;
    const named = inspectPreKeyMessage(bytes);
    const preKeys = {
      signedPreKey: account.signed.get(named.signedPreKeyId),
      kemPreKey: find(account.kem, named.kyberPreKeyId),
      oneTimePreKey: find(account.oneTime, named.preKeyId),
    };
    const addresses = addressesOf(peer);
    const input = { local, minimum, preKeys, seenBaseKeys, bytes, ...(addresses && { addresses }) };
    const { plaintext, usedPreKeys } = this.#change(peer, (record) =>
      decryptPreKeyMessage({ ...input, record }),
    );
    if (usedPreKeys) this.#spend(peer.at, usedPreKeys);
    return plaintext;
  }

  #spend(name: string, { oneTimeId, kemId, baseKey }: UsedPreKeys): void {
    const account = this.#account(name);
    this.#accounts.set(name, {
      ...account,
      oneTime: without(account.oneTime, oneTimeId),
      kem: without(account.kem, kemId),
      seenBaseKeys: [...account.seenBaseKeys, baseKey],
    });
  }

  #readDecryptionError(request: Fields): object {
    const { ratchetKey, ...error } = readDecryptionError(bytesField(request, "message"));
    const { at, address } = this.#peer(request, "with");
    const record = this.#account(at).records.get(address) ?? emptyRecord;
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
    const at = textField(request, "at");
    const [name, device] = [textField(request, key), integerField(request, "device")];
    return { at, name, device, address: JSON.stringify([name, device]) };
  }

  /**
   * Takes a step with what is held about a peer, without what has waited too long; stores the outcome, then
   * overwrites the secrets that it used up, as every store must. A step that fails changes nothing.
   */
  #change<Step extends RecordStep>({ at, address }: Peer, take: (record: SessionRecord) => Step): Step {
    const expired = expireRecord(this.#account(at).records.get(address) ?? emptyRecord, this.#nowMs());
    const step = take(expired.record);
    const account = this.#account(at);
    this.#accounts.set(at, { ...account, records: new Map(account.records).set(address, step.record) });
    zeroise(...expired.erase, ...step.erase);
    return step;
  }
}

/** One peer's device, as an account at this end knows it. */
interface Peer {
  readonly at: string;
  readonly name: string;
  readonly device: number;
  /** Name and device as one key. */
  readonly address: string;
}

/** Both ends as Signal's messages name them, if both names are UUIDs; with other names there is no such form. */
function addressesOf({ at, name, device }: Peer): AddressPair | undefined {
  const [local, remote] = [serviceId(at), serviceId(name)];
  if (!local || !remote) return undefined;
  return { local: { serviceId: local, deviceId }, remote: { serviceId: remote, deviceId: device } };
}

function find<T>(keys: ReadonlyMap<number, T>, id: number | undefined): T | undefined {
  return id === undefined ? undefined : keys.get(id);
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
