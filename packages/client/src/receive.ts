import { BaseError, isBaseError } from "@cloister/bytes";
import { type Content, decodeContent } from "@cloister/contracts/content";
import { openEnvelope } from "@cloister/contracts/envelope";
import { type AccountId, addressKey, type DeviceAddress, idFromBytes } from "@cloister/contracts/ids";
import { DUPLICATE_MESSAGE, inspectPreKeyMessage } from "@cloister/protocol";
import { noteIdentityChange } from "./contacts.ts";
import type { Core } from "./core.ts";
import type { Transaction } from "./database.ts";
import { addNotice } from "./messages.ts";
import {
  type ContactRecord,
  contactsTable,
  conversationsTable,
  seenTable,
  unopenedTable,
} from "./records.ts";
import { isIdentityMismatch, openFrom } from "./sessions.ts";

/** Envelopes of one sender that are kept though they could not be opened: 64 KiB each, of anybody. */
const maxUnopenedCount = 50;

/** Who says something: proven by the session that opened it. */
export interface Sender {
  readonly address: DeviceAddress;
  readonly contact: ContactRecord;
}

/** An envelope as it came; every byte is attacker-controlled, and `from` is the relay's word. */
export interface Arrival {
  readonly from: DeviceAddress;
  readonly id: Uint8Array;
  readonly payload: Uint8Array;
}

/** What is done with content; may name a question that has to be answered before the envelope is acknowledged. */
export type Reducer = (
  transaction: Transaction,
  sender: Sender,
  content: Content,
) => Promise<string | undefined>;

/**
 * Opens an envelope and does what it says, once: all of it in this transaction. Names the question in it, also
 * when it comes again.
 * @throws BaseError when it cannot be opened or read; then see {@link setAside}
 */
export async function receive(
  core: Core,
  transaction: Transaction,
  arrival: Arrival,
  reduce: Reducer,
): Promise<string | undefined> {
  const { from } = arrival;
  const key = seenKey(arrival);
  const seen = await transaction.get(seenTable, key);
  if (seen) return seen.question;
  const contact = await transaction.get(contactsTable, from.account);
  if (!contact) throw new BaseError("Verification", "SENDER_UNKNOWN", "the relay does not know the sender");
  const sender = { address: from, contact };
  const plaintext = await openFrom(core, transaction, sender, arrival.payload);
  const question = await reduce(transaction, sender, decodeContent(plaintext));
  const atMs = core.clock.nowMs();
  transaction.put(seenTable, key, { key, atMs, ...(question !== undefined && { question }) });
  return question;
}

/**
 * Keeps what could not be opened, so that it holds up nobody. A duplicate is dropped; another identity key
 * stops sending until a person decides; anything else leaves one line where the sender last spoke.
 */
export async function setAside(
  core: Core,
  transaction: Transaction,
  arrival: Arrival,
  error: unknown,
): Promise<void> {
  const { from, id, payload } = arrival;
  const key = seenKey(arrival);
  transaction.put(seenTable, key, { key, atMs: core.clock.nowMs() });
  const code = isBaseError(error) ? error.code : "INTERNAL";
  if (code === DUPLICATE_MESSAGE) return;
  const contact = await transaction.get(contactsTable, from.account);
  if (!contact) return;
  const unopened = unopenedTable(from.account);
  if ((await transaction.list(unopened)).length < maxUnopenedCount) {
    transaction.put(unopened, idFromBytes(id), { from, id, payload, code });
  }
  if (isIdentityMismatch(error)) {
    const { identityKey } = inspectPreKeyMessage(openEnvelope(payload).bytes);
    await noteIdentityChange(core, transaction, contact, identityKey);
  } else await noteUnreadable(core, transaction, from.account);
}

/** Tries again what was set aside, such as after a changed identity was accepted. */
export async function openSetAside(core: Core, account: AccountId, reduce: Reducer): Promise<void> {
  for (const arrival of await core.database.list(unopenedTable(account))) {
    try {
      await core.database.change(async (transaction) => {
        transaction.delete(seenTable, seenKey(arrival));
        await receive(core, transaction, arrival, reduce);
        transaction.delete(unopenedTable(account), idFromBytes(arrival.id));
      });
    } catch (error) {
      if (!isBaseError(error) || error.family === "Unavailable") throw error;
    }
  }
}

/** One line is enough: more of the same say nothing new, and whoever sends rubbish shall not fill the screen. */
async function noteUnreadable(core: Core, transaction: Transaction, account: AccountId): Promise<void> {
  const shared = transaction
    .all(conversationsTable)
    .filter(({ members }) => members.some((member) => member.account === account));
  const latest = shared.sort((a, b) => lastPosition(b) - lastPosition(a))[0];
  if (!latest) return;
  const { lastMessage } = latest;
  if (lastMessage?.kind === "notice" && lastMessage.notice.type === "unreadable") return;
  await addNotice(core, transaction, {
    conversation: latest.id,
    from: account,
    notice: { type: "unreadable", account },
  });
}

function lastPosition(conversation: { readonly lastMessage?: { readonly position: number } }): number {
  return conversation.lastMessage?.position ?? 0;
}

function seenKey({ from, id }: Arrival): string {
  return `${addressKey(from)}.${idFromBytes(id)}`;
}
