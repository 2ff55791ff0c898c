import { BaseError, concatBytes, equalBytes, isBaseError } from "@cloister/bytes";
import {
  type CborMap,
  type CborValue,
  decodeCbor,
  encodeCbor,
  type FieldReader,
  readMap,
} from "@cloister/codec";
import { sha256 } from "@cloister/crypto";
import {
  type Grade,
  grades,
  type IdentityKeyPair,
  type KemPreKey,
  type LocalIdentity,
  type OneTimePreKey,
  parseSessionRecord,
  type SessionRecord,
  type SignedPreKey,
  serializeSessionRecord,
} from "@cloister/protocol";

/** Everything one account of the suite `protocol` keeps; replaced as a whole, so a failed step changes nothing. */
export interface SuiteAccount {
  readonly local: LocalIdentity;
  /** What it accepts at least. */
  readonly minimum: Grade;
  readonly oneTime: ReadonlyMap<number, OneTimePreKey>;
  readonly signed: ReadonlyMap<number, SignedPreKey>;
  readonly kem: ReadonlyMap<number, KemPreKey>;
  /** By peer and device. */
  readonly records: ReadonlyMap<string, SessionRecord>;
  readonly seenBaseKeys: readonly Uint8Array[];
  /** For the next prekeys, of each kind. */
  readonly nextId: number;
}

const version = 2;
const digestBytes = 32;
const maxIdentityId = 0xff_ffff;
const anyLength = { maxBytes: 32 * 1024 * 1024 };
const stateLimits = { maxItems: 4_000_000 };
const curveKey = { publicKey: { length: 33 }, privateKey: { length: 32 } };
const kemKey = { publicKey: { length: 1569 }, privateKey: { length: 3168 } };

/** An account as bytes: a SHA-256, then deterministic CBOR, version 2. They hold its secrets. */
export function saveAccount(account: SuiteAccount): Uint8Array<ArrayBuffer> {
  const body = encodeAccount(account);
  return concatBytes(sha256(body), body);
}

function encodeAccount(account: SuiteAccount): Uint8Array<ArrayBuffer> {
  const { identityKeyPair, registrationId } = account.local;
  return encodeCbor({
    v: version,
    identity: { ...identityKeyPair },
    registrationId,
    minimum: account.minimum,
    oneTime: toCbor(account.oneTime),
    signed: toCbor(account.signed),
    kem: toCbor(account.kem),
    records: [...account.records].map(([peer, record]) => ({ peer, record: serializeSessionRecord(record) })),
    seenBaseKeys: account.seenBaseKeys,
    nextId: account.nextId,
  });
}

/** Prekeys hold numbers, booleans and bytes: each is a CBOR map as it is. */
function toCbor(keys: ReadonlyMap<number, OneTimePreKey | KemPreKey>): CborMap[] {
  return [...keys.values()] as unknown as CborMap[];
}

/** @throws BaseError `STATE_INVALID`, or `SESSION-002`, `SESSION-003` for a session in it */
export function loadAccount(state: Uint8Array): SuiteAccount {
  try {
    const body = state.subarray(digestBytes);
    if (!equalBytes(sha256(body), state.subarray(0, digestBytes))) throw damaged();
    return readAccount(body);
  } catch (cause) {
    if (isBaseError(cause) && cause.code.startsWith("SESSION-")) throw cause;
    throw new BaseError("Decode", "STATE_INVALID", "this is no saved account of this version", { cause });
  }
}

/** Most damage would pass for other keys, and show much later as messages that do not open. */
function damaged(): BaseError {
  return new BaseError("Decode", "STATE_INVALID", "the saved account was changed");
}

function readAccount(state: Uint8Array): SuiteAccount {
  const fields = readMap(decodeCbor(state, stateLimits));
  if (fields.uint("v") !== version) throw new BaseError("Decode", "STATE_INVALID", "another version");
  const account: SuiteAccount = {
    local: {
      identityKeyPair: fields.map("identity", readPair),
      registrationId: fields.uint("registrationId"),
    },
    minimum: fields.oneOf("minimum", grades),
    oneTime: readKeys(fields, "oneTime", (key) => ({ id: key.uint("id"), ...readPair(key) })),
    signed: readKeys(fields, "signed", (key) => ({
      id: key.uint("id"),
      ...readPair(key),
      ...readSignature(key),
    })),
    kem: readKeys(fields, "kem", readKemPreKey),
    records: new Map(fields.list("records", readRecord)),
    seenBaseKeys: fields.list("seenBaseKeys", (key) => readMap({ key }).bytes("key", curveKey.publicKey)),
    nextId: fields.uint("nextId", { max: maxIdentityId }),
  };
  fields.end();
  return account;
}

function readKeys<T extends { readonly id: number }>(
  fields: FieldReader,
  name: string,
  read: (key: FieldReader) => T,
): ReadonlyMap<number, T> {
  const keys = fields.list(name, (item) => {
    const key = readMap(item);
    const value = read(key);
    key.end();
    return value;
  });
  return new Map(keys.map((key) => [key.id, key]));
}

function readPair(key: FieldReader): IdentityKeyPair {
  return {
    publicKey: key.bytes("publicKey", curveKey.publicKey),
    privateKey: key.bytes("privateKey", curveKey.privateKey),
  };
}

function readKemPreKey(key: FieldReader): KemPreKey {
  return {
    id: key.uint("id"),
    publicKey: key.bytes("publicKey", kemKey.publicKey),
    privateKey: key.bytes("privateKey", kemKey.privateKey),
    ...readSignature(key),
    lastResort: key.bool("lastResort"),
  };
}

function readSignature(key: FieldReader): { signature: Uint8Array<ArrayBuffer> } {
  return { signature: key.bytes("signature", { length: 64 }) };
}

function readRecord(item: CborValue): [peer: string, record: SessionRecord] {
  const fields = readMap(item);
  const entry: [string, SessionRecord] = [
    fields.text("peer", anyLength),
    parseSessionRecord(fields.bytes("record", anyLength)),
  ];
  fields.end();
  return entry;
}
