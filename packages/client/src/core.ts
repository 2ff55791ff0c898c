import { BaseError } from "@cloister/bytes";
import { idBytesCount, idFromBytes } from "@cloister/contracts/ids";
import type { Random } from "@cloister/crypto";
import type { LocalIdentity } from "@cloister/protocol";
import type { Database, Transaction } from "./database.ts";
import type { EvidenceGate } from "./evidence/gate.ts";
import type { Clock } from "./ports.ts";
import { countersTable, type KeysRecord, keysTable, only, type SelfRecord, selfTable } from "./records.ts";
import type { RelayApi } from "./relay-api.ts";

/** What every part of the client stands on. */
export interface Core {
  readonly database: Database;
  readonly clock: Clock;
  readonly random: Random;
  readonly relay: RelayApi;
  /** There is something to send. */
  readonly wakeSender: () => void;
  /** There is something that could not be opened. */
  readonly wakeMender: () => void;
  /** What is known about agents' evidence. */
  readonly evidence: EvidenceGate;
  /** There is something for the log. */
  readonly wakeRecorder: () => void;
  /** Follows up on what may wait: the caller does not, and failures are tried again at the next connection. */
  readonly inBackground: (job: () => Promise<void>) => void;
}

/** @throws BaseError `NO_ACCOUNT` */
export function selfOf({ database }: Pick<Core, "database">): SelfRecord {
  return database.find(selfTable, only) ?? noAccount();
}

/** @throws BaseError `NO_ACCOUNT` */
export function keysOf({ database }: Pick<Core, "database">): KeysRecord {
  return database.find(keysTable, only) ?? noAccount();
}

/** Who this device is to the session protocol. */
export function localIdentity(core: Pick<Core, "database">): LocalIdentity {
  const { identityKeyPair, registrationId } = keysOf(core);
  return { identityKeyPair, registrationId };
}

function noAccount(): never {
  throw new BaseError("Usage", "NO_ACCOUNT", "sign up or link this device first");
}

/** A fresh random id, in text form. */
export function freshId(random: Random): string {
  return idFromBytes(random(idBytesCount));
}

/** The first of `count` numbers that ascend and never come again. */
export async function takeNumbers(
  transaction: Transaction,
  counter: "order" | "preKey",
  count = 1,
): Promise<number> {
  const { next } = (await transaction.get(countersTable, counter)) ?? { next: 1 };
  transaction.put(countersTable, counter, { next: next + count });
  return next;
}
