import { BaseError, equalBytes } from "@cloister/bytes";
import { type AccountId, idBytesCount } from "@cloister/contracts/ids";
import { noteIdentityChange } from "./contacts.ts";
import { changeConversation } from "./conversations.ts";
import type { Core } from "./core.ts";
import type { Transaction } from "./database.ts";
import { type ArchivedContact, type ArchivedConversation, decodeRecord } from "./history-records.ts";
import {
  type AskRecord,
  askKey,
  asksTable,
  type ContactRecord,
  type ConversationRecord,
  contactsTable,
  conversationsTable,
  type MessageRecord,
  messageIndexTable,
  messageKey,
  messagesTable,
  orderKey,
} from "./records.ts";
import { joinStandings } from "./routing/standing.ts";

/** Contacts that are stored together. */
const contactsBatchCount = 500;

/** Whose history is taken in, and what of this device's memory is new. */
export interface ImportContext {
  readonly core: Core;
  readonly own: AccountId;
  /** Every message of the history has a position below this, every other one from here on. */
  readonly firstOrder: number;
  /** Happens in the transaction that takes a conversation in. */
  readonly onConversation?: (transaction: Transaction) => void;
}

interface Taken {
  readonly conversation: ArchivedConversation;
  readonly messages: MessageRecord[];
}

/**
 * Takes in the records of an archive. A conversation is stored as a whole, in one transaction, or not at all;
 * one conversation at a time is in memory. Taken in again, nothing changes.
 * @throws BaseError family `Decode`, `HISTORY_RECORD` when records contradict each other, and whatever
 * `records` throws
 */
export async function takeIn(context: ImportContext, records: AsyncIterable<Uint8Array>): Promise<void> {
  let contacts: ArchivedContact[] = [];
  let taken: Taken | undefined;
  const store = async () => {
    if (contacts.length > 0) await storeContacts(context, contacts);
    if (taken) await storeConversation(context, taken);
    contacts = [];
    taken = undefined;
  };
  for await (const bytes of records) {
    const record = decodeRecord(bytes, context.own);
    if (record.kind === "message") {
      checkMessage(context, taken?.conversation, record.message);
      taken?.messages.push(record.message);
      continue;
    }
    if (record.kind === "conversation" || contacts.length >= contactsBatchCount) await store();
    if (record.kind === "conversation") taken = { conversation: record.conversation, messages: [] };
    else contacts.push(record.contact);
  }
  await store();
}

function checkMessage(
  { firstOrder }: ImportContext,
  conversation: ArchivedConversation | undefined,
  { message }: MessageRecord,
): void {
  if (message.conversation === conversation?.id && message.position < firstOrder) return;
  throw new BaseError("Decode", "HISTORY_RECORD", "a message in the history is out of its place");
}

async function storeContacts(
  { core, own }: ImportContext,
  contacts: readonly ArchivedContact[],
): Promise<void> {
  await core.database.change(async (transaction) => {
    for (const archived of contacts) {
      // Nobody can tell this device who it is itself.
      if (archived.account !== own) await storeContact(core, transaction, archived);
    }
  });
}

/**
 * What a person found out holds for the key they saw. When the relay shows this device another key than it
 * showed the older one, that is a changed identity, and a person decides.
 */
async function storeContact(core: Core, transaction: Transaction, archived: ArchivedContact): Promise<void> {
  const known = await transaction.get(contactsTable, archived.account);
  const contact = known ? mergeContact(known, archived) : archived;
  transaction.put(contactsTable, contact.account, contact);
  transaction.emit({ type: "contact", account: contact.account });
  if (known && !equalBytes(known.identityKey, archived.identityKey)) {
    await noteIdentityChange(core, transaction, contact, known.identityKey);
  }
}

function mergeContact(known: ContactRecord, archived: ArchivedContact): ContactRecord {
  const name = known.name === "" ? archived.name : known.name;
  const knowsMyName = known.knowsMyName || archived.knowsMyName;
  // What this device has seen for itself, or its person has decided on it, is newer.
  const isSame = equalBytes(known.identityKey, archived.identityKey);
  if (isSame && known.verification !== "unverified") return { ...known, name, knowsMyName };
  return { ...archived, name, knowsMyName, ...(known.devices && { devices: known.devices }) };
}

async function storeConversation(context: ImportContext, { conversation, messages }: Taken): Promise<void> {
  const { core, onConversation } = context;
  await core.database.change(async (transaction) => {
    const known = await transaction.get(conversationsTable, conversation.id);
    const since = await transaction.list(messagesTable(conversation.id));
    const kept = messages.some(isBeginning) ? dropBeginning(context, transaction, since) : since;
    const added = await storeMessages(transaction, messages);
    await storeAsks(transaction, added);
    const lastMessage = inOrder([...kept, ...added]).at(-1)?.message;
    changeConversation(transaction, {
      ...mergeConversation({ archived: conversation, known, added }),
      pseudonym: known?.pseudonym ?? core.random(idBytesCount),
      ...(lastMessage && { lastMessage }),
    });
    transaction.emit({ type: "history", conversation: conversation.id });
    onConversation?.(transaction);
  });
}

/** What is here already stays as it is: it came since, and what became of it is known better here. */
async function storeMessages(
  transaction: Transaction,
  records: readonly MessageRecord[],
): Promise<readonly MessageRecord[]> {
  const added: MessageRecord[] = [];
  for (const record of records) {
    const { conversation, from, id, position } = record.message;
    const key = messageKey(from, id);
    if (await transaction.get(messageIndexTable, key)) continue;
    transaction.put(messageIndexTable, key, { conversation, position });
    transaction.put(messagesTable(conversation), orderKey(position), record);
    added.push(record);
  }
  return added;
}

/** Which questions were put to whom: only these may be answered, each once. */
async function storeAsks(transaction: Transaction, records: readonly MessageRecord[]): Promise<void> {
  const asks = new Map<string, AskRecord>();
  for (const { message } of records) {
    const { conversation, from, id } = message;
    if (message.kind === "text" && message.asked !== undefined) {
      asks.set(askKey(message.asked, from, id), { conversation });
    }
    if (message.kind !== "answer") continue;
    asks.set(askKey(from, message.asker, message.inReplyTo), { conversation, answer: id });
  }
  for (const [key, ask] of asks) {
    if (!(await transaction.get(asksTable, key))?.answer) transaction.put(asksTable, key, ask);
  }
}

function isBeginning({ message }: MessageRecord): boolean {
  return message.kind === "notice" && message.notice.type === "created";
}

/** The history has the beginning of the conversation; the line that stood for it is not needed any more. */
function dropBeginning(
  { firstOrder }: ImportContext,
  transaction: Transaction,
  records: readonly MessageRecord[],
): readonly MessageRecord[] {
  const isStandIn = (record: MessageRecord) => isBeginning(record) && record.message.position >= firstOrder;
  for (const { message } of records.filter(isStandIn)) {
    transaction.delete(messagesTable(message.conversation), orderKey(message.position));
    transaction.delete(messageIndexTable, messageKey(message.from, message.id));
  }
  return records.filter((record) => !isStandIn(record));
}

function inOrder(records: readonly MessageRecord[]): readonly MessageRecord[] {
  return records.toSorted((a, b) => a.message.position - b.message.position);
}

function mergeConversation(input: {
  readonly archived: ArchivedConversation;
  readonly known: ConversationRecord | undefined;
  readonly added: readonly MessageRecord[];
}): ArchivedConversation {
  const { archived, known, added } = input;
  // Taken in again, what was read meanwhile stays read.
  const positions = new Set(added.map(({ message }) => message.position));
  const unread = archived.unread.filter(({ position }) => positions.has(position));
  if (!known) return { ...archived, unread };
  const routings = [archived.routing, known.routing].filter((routing) => routing !== undefined);
  const isIn = (account: AccountId) => archived.members.some((member) => member.account === account);
  return {
    ...archived,
    members: [...archived.members, ...known.members.filter(({ account }) => !isIn(account))],
    consents: mergeConsents(archived.consents, known.consents),
    unread: [...unread, ...known.unread].toSorted((a, b) => a.position - b.position),
    ...(routings.length > 0 && { routing: routings.reduce(joinStandings) }),
  };
}

type Consents = ConversationRecord["consents"];

/** The newest decision holds, and of two at once the one that takes consent back. */
function mergeConsents(archived: Consents, known: Consents): Consents {
  const newest = new Map<string, Consents[number]>();
  for (const consent of [...archived, ...known]) {
    const key = `${consent.agent} ${consent.by}`;
    const before = newest.get(key);
    const isNewer = !before || consent.atMs > before.atMs;
    if (isNewer || (consent.atMs === before.atMs && !consent.granted)) newest.set(key, consent);
  }
  return [...newest.values()];
}
