/**
 * The operations of suite `protocol` (conformance.md) over accounts in memory, for tests and the
 * interop check. Every operation commits by replacing values, so a thrown error changes nothing.
 */
import { BaseError, fromBase64, toBase64 } from "@cloister/bytes";
import { type CborMap, decodeCbor, encodeCbor, type FieldReader, readMap } from "@cloister/codec";
import type { Random } from "@cloister/crypto";
import {
  archiveSession,
  createKemPreKey,
  createOneTimePreKeys,
  createPreKeyBundle,
  createSignedPreKey,
  decryptMessage,
  decryptPreKeyMessage,
  emptyRecord,
  encrypt,
  generateIdentityKeyPair,
  generateRegistrationId,
  inspectPreKeyMessage,
  type KemPreKey,
  type LocalIdentity,
  type OneTimePreKey,
  type PreKeyBundle,
  parseSessionRecord,
  type SessionRecord,
  type SignedPreKey,
  safetyNumber,
  serializeSessionRecord,
  startSession,
} from "../index.ts";

/** One line of the suite; bytes are base64. */
export type Line = Readonly<Record<string, unknown>>;

/** What one account keeps. */
export interface Account {
  readonly local: LocalIdentity;
  readonly oneTime: ReadonlyMap<number, OneTimePreKey>;
  readonly signed: ReadonlyMap<number, SignedPreKey>;
  readonly kem: ReadonlyMap<number, KemPreKey>;
  readonly records: ReadonlyMap<string, SessionRecord>;
  readonly seenBaseKeys: readonly Uint8Array[];
  readonly nextId: number;
}

/** Answers lines one after the other, `{ error, message }` for a failed one. */
export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The current state of an account. */
  account(name: string): Account {
    const account = this.#accounts.get(name);
    if (!account) throw new BaseError("Usage", "ACCOUNT_UNKNOWN", "make the account first");
    return account;
  }

  answer(line: Line): Line {
    try {
      return this.#operation(line);
    } catch (error) {
      if (error instanceof BaseError) return { error: error.code, message: error.message };
      throw error;
    }
  }

  #operation(line: Line): Line {
    switch (text(line, "op")) {
      case "new":
        return this.#new(text(line, "as"));
      case "bundle":
        return this.#bundle(text(line, "of"), line["oneTime"] === true);
      case "session":
        return this.#session(line);
      case "encrypt":
        return this.#encrypt(line);
      case "decrypt":
        return line["type"] === 3 ? this.#decryptFirst(line) : this.#decrypt(line);
      case "save":
        return { state: toBase64(save(this.account(text(line, "at")))) };
      case "load":
        this.#accounts.set(text(line, "as"), load(bytes(line, "state")));
        return { ok: true };
      case "reset":
        this.#commit(line, "with", archiveSession(this.#record(line, "with")).record);
        return { ok: true };
      case "safetyNumber":
        return this.#safetyNumber(line);
      default:
        throw new BaseError("Usage", "OPERATION_UNKNOWN", "no such operation");
    }
  }

  #new(name: string): Line {
    const random = this.#random;
    const local = {
      identityKeyPair: generateIdentityKeyPair(random),
      registrationId: generateRegistrationId(random),
    };
    this.#accounts.set(name, {
      local,
      oneTime: new Map(),
      signed: new Map(),
      kem: new Map(),
      records: new Map(),
      seenBaseKeys: [],
      nextId: 1,
    });
    return {
      identityKey: toBase64(local.identityKeyPair.publicKey),
      registrationId: local.registrationId,
    };
  }

  #bundle(name: string, withOneTime: boolean): Line {
    const random = this.#random;
    const account = this.account(name);
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
    const one = oneTimePreKey && { oneTimePreKey };
    const bundle = createPreKeyBundle({ local, deviceId: 1, signedPreKey, kemPreKey, ...one });
    return bundleToLine(bundle);
  }

  #session(line: Line): Line {
    const { local } = this.account(text(line, "at"));
    const remote = bundleFromLine(line["bundle"] as Line);
    const record = this.#record(line, "with");
    const step = startSession({ local, remote, random: this.#random, nowMs: 0, record });
    this.#commit(line, "with", step.record);
    return { ok: true };
  }

  #encrypt(line: Line): Line {
    const { record, message } = encrypt(this.#record(line, "to"), bytes(line, "plaintext"), this.#random);
    this.#commit(line, "to", record);
    return { type: message.type, message: toBase64(message.bytes) };
  }

  #decrypt(line: Line): Line {
    const { record, plaintext } = decryptMessage(this.#record(line, "from"), bytes(line, "message"));
    this.#commit(line, "from", record);
    return { plaintext: toBase64(plaintext) };
  }

  #decryptFirst(line: Line): Line {
    const message = bytes(line, "message");
    const account = this.account(text(line, "at"));
    const named = inspectPreKeyMessage(message);
    const { plaintext, record, usedPreKeys } = decryptPreKeyMessage({
      record: this.#record(line, "from"),
      local: account.local,
      preKeys: {
        signedPreKey: account.signed.get(named.signedPreKeyId),
        kemPreKey: account.kem.get(named.kyberPreKeyId),
        oneTimePreKey: account.oneTime.get(named.preKeyId ?? 0),
      },
      seenBaseKeys: account.seenBaseKeys,
      bytes: message,
    });
    this.#commit(line, "from", record);
    if (usedPreKeys) this.#useUp(text(line, "at"), usedPreKeys);
    return { plaintext: toBase64(plaintext) };
  }

  #useUp(
    name: string,
    used: { oneTimeId: number | undefined; kemId: number | undefined; baseKey: Uint8Array },
  ): void {
    const account = this.account(name);
    const oneTime = new Map(account.oneTime);
    const kem = new Map(account.kem);
    if (used.oneTimeId !== undefined) oneTime.delete(used.oneTimeId);
    if (used.kemId !== undefined) kem.delete(used.kemId);
    const seenBaseKeys = [...account.seenBaseKeys, used.baseKey];
    this.#accounts.set(name, { ...account, oneTime, kem, seenBaseKeys });
  }

  #safetyNumber(line: Line): Line {
    const { digits } = safetyNumber({
      localId: bytes(line, "localId"),
      localIdentityKey: this.account(text(line, "at")).local.identityKeyPair.publicKey,
      remoteId: bytes(line, "remoteId"),
      remoteIdentityKey: bytes(line, "remoteIdentityKey"),
    });
    return { digits };
  }

  #record(line: Line, peer: string): SessionRecord {
    return this.account(text(line, "at")).records.get(recordKey(line, peer)) ?? emptyRecord;
  }

  #commit(line: Line, peer: string, record: SessionRecord): void {
    const name = text(line, "at");
    const account = this.account(name);
    const records = new Map(account.records).set(recordKey(line, peer), record);
    this.#accounts.set(name, { ...account, records });
  }
}

function recordKey(line: Line, peer: string): string {
  return JSON.stringify([line[peer], line["device"]]);
}

function text(line: Line, key: string): string {
  const value = line[key];
  if (typeof value !== "string") throw new BaseError("Usage", "FIELD_MISSING", `${key} must be text`);
  return value;
}

function bytes(line: Line, key: string): Uint8Array<ArrayBuffer> {
  return fromBase64(text(line, key));
}

const BYTE_FIELDS: ReadonlySet<string> = new Set([
  "identityKey",
  "preKey",
  "signedPreKey",
  "signedPreKeySignature",
  "kyberPreKey",
  "kyberPreKeySignature",
]);

function bundleToLine(bundle: PreKeyBundle): Line {
  const entries = Object.entries(bundle).map(([key, value]) => [
    key,
    BYTE_FIELDS.has(key) ? toBase64(value as Uint8Array) : (value as number),
  ]);
  return Object.fromEntries(entries) as Line;
}

function bundleFromLine(line: Line): PreKeyBundle {
  const entries = Object.entries(line).map(([key, value]) => [
    key,
    BYTE_FIELDS.has(key) ? fromBase64(value as string) : value,
  ]);
  return Object.fromEntries(entries) as PreKeyBundle;
}

function save(account: Account): Uint8Array {
  return encodeCbor({
    identity: { ...account.local.identityKeyPair },
    registrationId: account.local.registrationId,
    oneTime: [...account.oneTime.values()] as unknown as CborMap[],
    signed: [...account.signed.values()] as unknown as CborMap[],
    kem: [...account.kem.values()] as unknown as CborMap[],
    records: [...account.records].map(([key, record]) => ({ key, record: serializeSessionRecord(record) })),
    seenBaseKeys: account.seenBaseKeys,
    nextId: account.nextId,
  });
}

const ANY = { maxBytes: 32_000_000 };

function load(state: Uint8Array): Account {
  const fields = readMap(decodeCbor(state));
  const pair = (it: FieldReader) => ({
    publicKey: it.bytes("publicKey", ANY),
    privateKey: it.bytes("privateKey", ANY),
  });
  const keys = <T extends { id: number }>(name: string, read: (it: FieldReader) => T) =>
    new Map(fields.list(name, (value) => read(readMap(value))).map((key) => [key.id, key]));
  const oneTime = (it: FieldReader) => ({ id: it.uint("id"), ...pair(it) });
  const signed = (it: FieldReader) => ({ ...oneTime(it), signature: it.bytes("signature", ANY) });
  return {
    local: { identityKeyPair: fields.map("identity", pair), registrationId: fields.uint("registrationId") },
    oneTime: keys("oneTime", oneTime),
    signed: keys("signed", signed),
    kem: keys("kem", (it) => ({ ...signed(it), lastResort: it.bool("lastResort") })),
    records: new Map(
      fields.list("records", (value) => {
        const it = readMap(value);
        return [it.text("key", ANY), parseSessionRecord(it.bytes("record", ANY))];
      }),
    ),
    seenBaseKeys: fields.list("seenBaseKeys", (value) => value as Uint8Array),
    nextId: fields.uint("nextId"),
  };
}
