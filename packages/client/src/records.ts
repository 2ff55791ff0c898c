import type { Member } from "@cloister/contracts/content";
import type { RoutedDecision } from "@cloister/contracts/decision";
import type { DeviceRegistration, OrganisationInfo } from "@cloister/contracts/http";
import type {
  AccountId,
  ConversationId,
  DeviceAddress,
  DeviceId,
  MessageId,
  Role,
} from "@cloister/contracts/ids";
import {
  type IdentityKeyPair,
  type KemPreKey,
  type OneTimePreKey,
  parseSessionRecord,
  type SessionRecord,
  type SignedPreKey,
  serializeSessionRecord,
} from "@cloister/protocol";
import type { SignedReceipt } from "@cloister/transparency";
import type { AnswerProgress, Message, Verification } from "./api.ts";
import type { Table } from "./database.ts";
import { evidenceTables } from "./evidence/records.ts";
import { historyTables } from "./history-tables.ts";
import { intakeDraftsTable } from "./intake/tables.ts";
import { mendingTables, type ResentTo } from "./mending-records.ts";
import type { RoutingStanding } from "./routing/standing.ts";
import { sealingTables } from "./sealing-records.ts";
import { cached, table } from "./tables.ts";

export { only, orderKey } from "./tables.ts";

/*
 * What a device remembers. Rows are this program's own words under the store's seal, so reading checks
 * their version and nothing else.
 */

/** This device's secrets; made before the account is asked for, so that a lost reply can be asked for again. */
export interface KeysRecord {
  readonly identityKeyPair: IdentityKeyPair;
  readonly registrationId: number;
  /** Ed25519 seed: answers the relay's challenges. */
  readonly authSeed: Uint8Array;
}

/** What a linked device was told by the old one, or what sign-up asked for. */
export interface ProfileRecord {
  readonly role: Role;
  readonly displayName: string;
  readonly organisation: OrganisationInfo;
}

/** The account, once the relay has it. */
export interface SelfRecord extends ProfileRecord, DeviceAddress {
  /** This account in the log: random, told to nobody. */
  readonly pseudonym: Uint8Array;
}

/** An account besides this device's own; also the own account, for its other devices. */
export interface ContactRecord {
  readonly account: AccountId;
  readonly role: Role;
  readonly name: string;
  readonly vouched: boolean;
  readonly verification: Verification;
  /** The key that sessions are pinned to. */
  readonly identityKey: Uint8Array;
  /** The key shown instead, until a person accepts it. */
  readonly newIdentityKey?: Uint8Array;
  /** An agent's: the organisation vouches for that key. */
  readonly newVouched?: boolean;
  /** As the relay last said; unknown before it was asked. */
  readonly devices?: readonly DeviceId[];
  /** They were told what this person is called. */
  readonly knowsMyName: boolean;
}

/** A message of somebody else that this person has not read. */
interface UnreadRecord {
  readonly position: number;
  readonly id: MessageId;
  readonly from: AccountId;
}

/** What somebody last decided about an agent. Taken back is kept too, so that an older consent cannot return. */
interface ConsentRecord {
  readonly agent: AccountId;
  readonly by: AccountId;
  readonly granted: boolean;
  /** Their device's clock when they decided. */
  readonly atMs: number;
}

export interface ConversationRecord {
  readonly id: ConversationId;
  readonly title: string;
  readonly members: readonly Member[];
  /** Who told this device of it. */
  readonly openedBy: AccountId;
  readonly createdAtMs: number;
  readonly consents: readonly ConsentRecord[];
  readonly unread: readonly UnreadRecord[];
  /** This conversation in this device's leaves: random, told to nobody. */
  readonly pseudonym: Uint8Array;
  /** Since something was asked here, or limited. */
  readonly routing?: RoutingStanding;
  readonly lastMessage?: Message;
}

export interface MessageRecord {
  readonly message: Message;
  /** What others reported of an own text. */
  readonly reports: { readonly [account: AccountId]: "delivered" | "read" };
}

/** An envelope that is sealed and may be sent any number of times. */
export interface SealedEnvelope extends DeviceAddress {
  readonly id: Uint8Array;
  readonly payload: Uint8Array;
}

/** Something to say. Rows of one lane go out in order, lanes beside each other. */
export interface OutboxRow {
  readonly order: number;
  readonly lane: string;
  /** Encoded content, to encrypt again when devices change. */
  readonly content: Uint8Array;
  readonly to: readonly AccountId[];
  /** Only questions and consent go to agents. */
  readonly forAgents: boolean;
  /** Absent until there is a session with every device. */
  readonly envelopes?: readonly SealedEnvelope[];
  /** The own message that this carries. */
  readonly message?: { readonly conversation: ConversationId; readonly id: MessageId };
  /** Status reports wait a little and gather. */
  readonly notBeforeMs?: number;
  /** How often this was said again because it could not be opened. */
  readonly resentCount?: number;
  readonly resentTo?: ResentTo;
}

/** A recorded act on its way to the log. */
export interface LeafRow {
  readonly order: number;
  readonly leaf: Uint8Array;
}

/** A question that was put to an agent; only these may be answered. */
export interface AskRecord {
  readonly conversation: ConversationId;
  readonly answer?: MessageId;
}

/** An own question without an answer yet. */
export interface OpenAskRecord {
  readonly id: MessageId;
  readonly conversation: ConversationId;
  readonly agent: AccountId;
  readonly triesCount: number;
  readonly triedAtMs: number;
  /** The agent asked to be asked again at this time. */
  readonly againAtMs?: number;
}

/** An envelope that a person or a newer version has to look at first; kept so that it can be tried again. */
export interface UnopenedRecord {
  readonly from: DeviceAddress;
  readonly id: Uint8Array;
  readonly payload: Uint8Array;
  readonly code: string;
}

/** Content of a conversation that nobody has opened here yet. */
export interface EarlyRecord {
  readonly from: DeviceAddress;
  readonly content: Uint8Array;
}

/** A question to this agent. */
export interface QuestionRecord {
  readonly from: AccountId;
  /** The conversation in this agent's leaves: random, told to nobody. */
  readonly pseudonym: Uint8Array;
  readonly conversation: ConversationId;
  readonly id: MessageId;
  /** Erased when the answer is there. */
  readonly body: string;
  readonly replyTo: readonly AccountId[];
  readonly decision?: RoutedDecision;
  readonly askedAtMs: number;
  /** The asker wants no more of the answer than there is. */
  readonly stopped?: boolean;
  /** What will be answered, before the log has its leaf; from here on there is no other answer. */
  readonly prepared?: PreparedRecord;
  /** Encoded content, once it is there; kept a while for the case that it is asked again. */
  readonly answer?: Uint8Array;
}

/** An answer whose receipt lacks the log's proof. The same leaf again is the same entry of the log. */
export interface PreparedRecord {
  readonly content: Uint8Array;
  readonly receipt: SignedReceipt;
  readonly leaf: Uint8Array;
}

/** Long-term prekeys by their ids. */
export interface LongTermIds {
  readonly signedId: number;
  readonly lastResortId: number;
}

export type StoredSignedPreKey = SignedPreKey & { readonly retiredAtMs?: number };
export type StoredKemPreKey = KemPreKey & { readonly retiredAtMs?: number };

/** Rows that are in memory. */
export const keysTable = cached<KeysRecord>("keys");
export const selfTable = cached<SelfRecord>("self");
/** What this device registers with, until the relay has answered. */
export const registrationTable = cached<DeviceRegistration>("registration");
/** What a device that is being linked was told. */
export const linkedTable = cached<
  ProfileRecord & { readonly account: AccountId; readonly token: Uint8Array }
>("linked");
export const countersTable = cached<{ readonly next: number }>("counters");
/** The long-term prekeys that others are given, and those made to follow until the relay has them. */
export const publishedTable = cached<LongTermIds & { readonly sinceMs: number; readonly next?: LongTermIds }>(
  "published",
);
/** One-time prekeys that were made, until the relay has them. */
export const uploadsTable = cached<{
  readonly oneTime: readonly number[];
  readonly kem: readonly number[];
}>("uploads");
export const contactsTable = cached<ContactRecord>("contacts");
export const conversationsTable = cached<ConversationRecord>("conversations");
export const outboxTable = cached<OutboxRow>("outbox");
export const leavesTable = cached<LeafRow>("leaves");
export const openAsksTable = cached<OpenAskRecord>("open-asks");
/** What agents said about answers that are not there yet, by {@link askKey}. */
export const progressTable = cached<AnswerProgress>("progress");
/** When this device last tidied up. */
export const tidiedTable = cached<{ readonly atMs: number }>("tidied");
/** The newest checkpoint that was verified here. */
export const checkpointTable = cached<{ readonly note: string }>("checkpoint");

/** All of them, to open a database with. */
export const cachedTables = [
  keysTable,
  selfTable,
  registrationTable,
  linkedTable,
  countersTable,
  publishedTable,
  uploadsTable,
  contactsTable,
  conversationsTable,
  outboxTable,
  leavesTable,
  openAsksTable,
  progressTable,
  checkpointTable,
  tidiedTable,
  ...evidenceTables,
  ...mendingTables,
  ...historyTables,
  ...sealingTables,
  intakeDraftsTable,
];

/** Rows that stay in the store. */
export const sessionsTable: Table<SessionRecord> = {
  name: "sessions",
  recentCount: 64,
  encode: serializeSessionRecord,
  decode: parseSessionRecord,
};
export const signedPreKeysTable = table<StoredSignedPreKey>("prekeys-signed");
export const kemPreKeysTable = table<StoredKemPreKey>("prekeys-kem");
export const oneTimePreKeysTable = table<OneTimePreKey>("prekeys-one-time");
export const baseKeysTable = table<{
  readonly key: string;
  readonly baseKey: Uint8Array;
  readonly signedId: number;
}>("base-keys");
/** Envelopes that were dealt with, by sender and digest; `question` is the key of the question to this agent that was in it. */
export const seenTable = table<{
  readonly key: string;
  readonly atMs: number;
  readonly question?: string;
}>("seen");
/** By {@link askKey}. */
export const asksTable = table<AskRecord>("asks");
/** Where a message is, by {@link messageKey}. */
export const messageIndexTable = table<{
  readonly conversation: ConversationId;
  readonly position: number;
}>("message-index");
/** An agent's: who consented, by {@link consentKey}. */
export const agentConsentsTable = table<Pick<QuestionRecord, "pseudonym">>("agent-consents");
/** An agent's, by {@link messageKey}. */
export const questionsTable = table<QuestionRecord>("questions");

/** One conversation's messages, by {@link orderKey} of their position. */
export function messagesTable(conversation: ConversationId): Table<MessageRecord> {
  return table<MessageRecord>(`messages/${conversation}`);
}

/** How much of an account's waits in early tables. */
export const earlyCountsTable = table<{ readonly count: number }>("early-counts");

/** By {@link orderKey}. */
export function earlyTable(conversation: ConversationId): Table<EarlyRecord & { readonly order: number }> {
  return table(`early/${conversation}`);
}

/** By envelope id. */
export function unopenedTable(account: AccountId): Table<UnopenedRecord> {
  return table<UnopenedRecord>(`unopened/${account}`);
}

/** A message id is unique among its sender's. */
export function messageKey(from: AccountId, id: MessageId): string {
  return `${from}.${id}`;
}

/** Somebody else's question under the same id is another question. */
export function askKey(agent: AccountId, asker: AccountId, id: MessageId): string {
  return `${agent}.${asker}.${id}`;
}

export function consentKey(conversation: ConversationId, account: AccountId): string {
  return `${conversation}.${account}`;
}
