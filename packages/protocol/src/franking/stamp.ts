/**
 * The relay's stamp: a MAC that says which commitment passed, to whom, in which hour and, unless the
 * sender was sealed, from whom. Only holders of the key can check one, or make one up.
 */
import { concatBytes, equalBytes, toUtf8, uint32 } from "@cloister/bytes";
import { hmacSha256 } from "@cloister/crypto";
import { MAX_UINT32 } from "../limits.ts";
import { demand } from "../rules.ts";
import { ACCOUNT_BYTES } from "../sealed-sender/certificates.ts";
import { COMMITMENT_BYTES } from "./commitment.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const LABEL = toUtf8("Cloister franking stamp v1\0");
const HOUR_MS = 3_600_000;
const KEY_BYTES = 32;

/** A key of the relay, and of the desk that checks reports. `id` has 32 bits, `secret` 32 bytes. */
export interface StampKey {
  readonly id: number;
  readonly secret: Uint8Array;
}

/** A stamp, which the relay delivers with the message. */
export interface Stamp {
  readonly keyId: number;
  /** Hours since 1970. */
  readonly hour: number;
  /** 32 bytes. */
  readonly mac: Bytes;
}

/** What a stamp is about. Accounts have 16 bytes; the sender is known unless it was sealed. */
export interface StampedDelivery {
  readonly commitment: Uint8Array;
  readonly recipient: Uint8Array;
  readonly sender?: Uint8Array;
}

/** Stamps a commitment as it passes. @throws BaseError `FRANK-007` */
export function stampCommitment(
  delivery: StampedDelivery,
  { key, nowMs }: { readonly key: StampKey; readonly nowMs: number },
): Stamp {
  const hour = Math.floor(nowMs / HOUR_MS);
  return { keyId: key.id, hour, mac: macOf(delivery, key, hour) };
}

/** @throws BaseError `FRANK-003` unless this key stamped this delivery in the stamp's hour */
export function checkStamp(delivery: StampedDelivery, stamp: Stamp, key: StampKey): void {
  demand(equalBytes(macOf(delivery, key, stamp.hour), stamp.mac), "FRANK-003");
}

/** The first millisecond of a stamp's hour. */
export function hourStartMs(stamp: Pick<Stamp, "hour">): number {
  return stamp.hour * HOUR_MS;
}

/** Every part has a fixed length, or says first which of two it has. */
function macOf({ commitment, recipient, sender }: StampedDelivery, key: StampKey, hour: number): Bytes {
  const accounts = sender ? [recipient, sender] : [recipient];
  demand(
    commitment.length === COMMITMENT_BYTES &&
      accounts.every((account) => account.length === ACCOUNT_BYTES) &&
      key.secret.length === KEY_BYTES &&
      Number.isInteger(hour) &&
      hour >= 0 &&
      hour <= MAX_UINT32,
    "FRANK-007",
  );
  const known = Uint8Array.of(accounts.length);
  return hmacSha256(key.secret, concatBytes(LABEL, uint32(hour), commitment, known, ...accounts));
}
