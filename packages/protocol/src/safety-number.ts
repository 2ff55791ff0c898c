import { concatBytes, equalBytes, uint16 } from "@cloister/bytes";
import { ProtoWriter, readProto } from "@cloister/codec";
import { sha512 } from "@cloister/crypto";
import { rawPublicKey } from "./keys.ts";
import { broken, demand } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const FINGERPRINT_VERSION = 0;
const SCANNABLE_VERSION = 2;
const ITERATIONS = 5200;
const FINGERPRINT_BYTES = 32;
const GROUP_COUNT = 6;
const GROUP_BYTES = 5;
const GROUP_DIGITS = 5;
const MAX_ID_BYTES = 1024;

/** What two people compare. Both see the same digits; the codes mirror each other. */
export interface SafetyNumber {
  /** 60 decimal digits. */
  readonly digits: string;
  /** The content of a QR code for the other person to scan. */
  readonly qr: Bytes;
}

/**
 * Signal's numeric fingerprint of a pair of identities. Ids are stable names as bytes (1 to 1024), keys
 * are encoded (33 bytes). It takes 10,400 hashes: some milliseconds.
 * @throws BaseError `SAFETY-001` for an id, `WIRE-005` for a key
 */
export function safetyNumber(input: {
  readonly localId: Uint8Array;
  readonly localIdentityKey: Uint8Array;
  readonly remoteId: Uint8Array;
  readonly remoteIdentityKey: Uint8Array;
}): SafetyNumber {
  const local = fingerprint(input.localId, input.localIdentityKey);
  const remote = fingerprint(input.remoteId, input.remoteIdentityKey);
  const digits = [displayed(local), displayed(remote)].sort().join("");
  const qr = new ProtoWriter()
    .uint32(1, SCANNABLE_VERSION)
    .bytes(2, new ProtoWriter().bytes(1, local).finish())
    .bytes(3, new ProtoWriter().bytes(1, remote).finish())
    .finish();
  return { digits, qr };
}

/**
 * Whether a scanned code shows the same two identities from the other side. `scanned` is attacker-controlled.
 * @throws BaseError `SAFETY-002` when it is no such code
 */
export function matchesScannedSafetyNumber(own: SafetyNumber, scanned: Uint8Array): boolean {
  const mine = readQr(own.qr);
  const theirs = readQr(scanned);
  return equalBytes(mine.local, theirs.remote) && equalBytes(mine.remote, theirs.local);
}

/** The first 32 bytes of 5200 rounds of SHA-512 over version, key and id, the key mixed in each time. */
function fingerprint(id: Uint8Array, identityKey: Uint8Array): Bytes {
  demand(id.length > 0 && id.length <= MAX_ID_BYTES, "SAFETY-001");
  rawPublicKey(identityKey);
  let hash = concatBytes(uint16(FINGERPRINT_VERSION), identityKey, id);
  for (let round = 0; round < ITERATIONS; round += 1) hash = sha512(concatBytes(hash, identityKey));
  return hash.slice(0, FINGERPRINT_BYTES);
}

/** Six groups of five digits, each 5 bytes modulo 100,000. */
function displayed(hash: Uint8Array): string {
  return Array.from({ length: GROUP_COUNT }, (_, group) => {
    const chunk = hash.subarray(group * GROUP_BYTES, (group + 1) * GROUP_BYTES);
    const value = chunk.reduce((sum, byte) => sum * 256 + byte, 0);
    return String(value % 100_000).padStart(GROUP_DIGITS, "0");
  }).join("");
}

function readQr(bytes: Uint8Array): { local: Bytes; remote: Bytes } {
  try {
    const { version, local, remote } = readProto(bytes, {
      version: [1, "uint32"],
      local: [2, "bytes"],
      remote: [3, "bytes"],
    });
    demand(version === SCANNABLE_VERSION && local !== undefined && remote !== undefined, "SAFETY-002");
    return { local: readHalf(local), remote: readHalf(remote) };
  } catch (cause) {
    throw broken("SAFETY-002", cause);
  }
}

function readHalf(bytes: Uint8Array): Bytes {
  const { hash } = readProto(bytes, { hash: [1, "bytes"] });
  demand(hash?.length === FINGERPRINT_BYTES, "SAFETY-002");
  return hash;
}
