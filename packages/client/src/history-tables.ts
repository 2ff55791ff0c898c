import type { TransferId } from "@cloister/contracts/history";
import type { ConversationId, DeviceId } from "@cloister/contracts/ids";
import type { Recipient } from "./backup-keys.ts";
import { cached } from "./tables.ts";

/** History that this device waits for, under {@link only}. */
export interface IncomingRecord {
  readonly transfer: TransferId;
  readonly key: Uint8Array;
  /** Messages of this device's own time have positions from here on; earlier ones have theirs below. */
  readonly firstOrder: number;
  readonly doneCount: number;
  /** Unknown until the first part is announced. */
  readonly totalCount?: number;
  /** Parts that could not be fetched or opened. */
  readonly missingCount: number;
  /** A person has to see that some of it is missing; nothing more comes. */
  readonly isOver: boolean;
}

/** An announced part that was not taken in yet, by `orderKey`. */
export interface IncomingPartRecord {
  readonly order: number;
  readonly blob: string;
  readonly doneCount: number;
  readonly totalCount: number;
}

/** History that this device gives to a new one, by transfer. */
export interface OutgoingRecord {
  readonly transfer: TransferId;
  readonly key: Uint8Array;
  readonly sinceMs: number;
  /** Who was there before: any other device is the new one. */
  readonly devicesBefore: readonly DeviceId[];
  /** What was not given yet, once contacts were. */
  readonly todo?: readonly ConversationId[];
  readonly totalCount: number;
}

export const incomingTable = cached<IncomingRecord>("history-incoming");
export const incomingPartsTable = cached<IncomingPartRecord>("history-incoming-parts");
export const outgoingTable = cached<OutgoingRecord>("history-outgoing");

/** How this person's backup is set up; public keys only. */
export interface BackupRecord {
  /** Whom backups are made for; never empty. */
  readonly recipients: readonly Recipient[];
  readonly isKeptAtRelay: boolean;
  readonly lastAtMs?: number;
  /** The next message's number when the copy at the relay was made: as long as it holds, nothing is new. */
  readonly lastOrder?: number;
  /** When to look after it next. */
  readonly dueAtMs: number;
  /** The relay knows the keys no more. */
  readonly isVoid: boolean;
  /** Just restored: the relay knows only the key that was used, and is told of the others. */
  readonly isRestored?: boolean;
}

export const backupTable = cached<BackupRecord>("backup");
/** A restore is under way: if it is still here when the program starts, what there is is worth nothing. */
export const restoringTable = cached<{ readonly sinceMs: number }>("restoring");

export const historyTables = [incomingTable, incomingPartsTable, outgoingTable, backupTable, restoringTable];
