import type { ConversationId } from "@cloister/contracts/ids";
import { type Core, selfOf } from "./core.ts";
import { encodeRecord } from "./history-records.ts";
import {
  type ConversationRecord,
  contactsTable,
  conversationsTable,
  countersTable,
  type MessageRecord,
  messagesTable,
} from "./records.ts";

type Context = Pick<Core, "database">;

/** Whom history is for: another device beside this one, or one that takes its place some day. */
export type Purpose = "link" | "backup";

/** Room for what comes in until the last record was read. */
const orderRoomCount = 1_000_000;

/** Everybody this device knows, with what its person found out about them. */
export async function* contactRecords({ database }: Context): AsyncGenerator<Uint8Array, void> {
  for (const contact of database.all(contactsTable)) yield encodeRecord({ kind: "contact", contact });
}

/** Conversations, each with the messages it has when its turn comes. */
export async function* conversationRecords(
  core: Context,
  ids: readonly ConversationId[],
  purpose: Purpose,
): AsyncGenerator<Uint8Array, void> {
  for (const id of ids) {
    const known = core.database.find(conversationsTable, id);
    if (!known) continue;
    const conversation = purpose === "backup" ? withoutConsent(core, known) : known;
    yield encodeRecord({ kind: "conversation", conversation });
    for (const record of await core.database.list(messagesTable(id))) {
      const message = settled(record, purpose);
      if (message) yield encodeRecord({ kind: "message", message });
    }
  }
}

/** A backup may be older than a consent that was taken back: who restores it is asked anew. */
function withoutConsent(core: Context, conversation: ConversationRecord): ConversationRecord {
  const { account } = selfOf(core);
  const consents = conversation.consents.filter(({ by, granted }) => by !== account || !granted);
  return { ...conversation, consents };
}

/**
 * Nothing is on its way: a linked device hears of a message when it is sent, and on a restored one a person
 * sends it again.
 */
function settled(record: MessageRecord, purpose: Purpose): MessageRecord | undefined {
  const { message } = record;
  if (message.kind !== "text" || message.state !== "queued") return record;
  return purpose === "backup" ? { ...record, message: { ...message, state: "failed" } } : undefined;
}

/** Conversations, the one that was used last first. */
export function latestFirst({ database }: Context): readonly ConversationId[] {
  const placeOf = ({ lastMessage }: ConversationRecord) => lastMessage?.position ?? 0;
  return database
    .all(conversationsTable)
    .toSorted((a, b) => placeOf(b) - placeOf(a))
    .map(({ id }) => id);
}

/** A number above every position that messages have until their history is sealed. */
export function orderAbove({ database }: Context): number {
  return (database.find(countersTable, "order")?.next ?? 1) + orderRoomCount;
}
