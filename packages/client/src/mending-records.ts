import { type AccountId, addressKey, type DeviceAddress, type EnvelopeId } from "@cloister/contracts/ids";
import type { Table } from "./database.ts";
import { cached, table } from "./tables.ts";

/** Something that was said, kept so that it can be said again to a device that could not open it. */
export interface SentRecord {
  readonly order: number;
  readonly lane: string;
  readonly content: Uint8Array;
  readonly forAgents: boolean;
  readonly atMs: number;
  readonly resentCount: number;
  readonly resentTo?: ResentTo;
}

/** How often it was said again to each account, counted on from what it is a copy of. */
export type ResentTo = Readonly<Record<AccountId, number>>;

/** How often a device asked to hear things again, since a day began. */
export interface RequestsRecord extends DeviceAddress {
  readonly sinceMs: number;
  readonly count: number;
}

/** An envelope that could not be opened here; its sender is asked to say again what was in it. */
export interface BrokenRecord {
  readonly id: EnvelopeId;
  readonly atMs: number;
  readonly askedCount: number;
  readonly askedAtMs?: number;
}

/** The mending of what goes on with one device. */
export interface RepairRecord extends DeviceAddress {
  /** How many envelopes of this device are broken. */
  readonly brokenCount: number;
  /** When to ask; absent while there is nothing to ask for. */
  readonly dueAtMs?: number;
  /** A new session costs both sides something: none before this. */
  readonly notBeforeMs: number;
  /** New sessions of late; the more, the longer until the next. */
  readonly triesCount: number;
  /** Signal's word for the first that did not open. */
  readonly error?: Uint8Array;
}

/** By {@link orderKey} of the outbox row that it was. */
export const sentTable = table<SentRecord>("sent");
/** Which row an envelope was made of, by envelope id. */
export const sentEnvelopesTable = table<
  DeviceAddress & { readonly id: EnvelopeId; readonly order: number; readonly atMs: number }
>("sent-envelopes");
/** By {@link addressKey}. */
export const requestsTable = table<RequestsRecord>("requests");
/** By {@link addressKey}. */
export const repairsTable = cached<RepairRecord>("repairs");
/** Accounts whose changed identity was accepted, until what was set aside meanwhile was tried again. */
export const acceptedTable = cached<{ readonly account: AccountId }>("accepted");

export const mendingTables = [repairsTable, acceptedTable];

/** By envelope id. */
export function brokenTable(from: DeviceAddress): Table<BrokenRecord> {
  return table<BrokenRecord>(`broken/${addressKey(from)}`);
}
