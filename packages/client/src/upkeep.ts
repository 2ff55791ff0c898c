import { isBaseError } from "@cloister/bytes";
import type { AccountId } from "@cloister/contracts/ids";
import { requireContact } from "./contacts.ts";
import type { Core } from "./core.ts";
import type { Transaction } from "./database.ts";
import { refreshOwnDevices } from "./own-devices.ts";
import { dropRetired, rotate } from "./prekeys.ts";
import {
  contactsTable,
  conversationsTable,
  messageKey,
  only,
  questionsTable,
  seenTable,
  tidiedTable,
} from "./records.ts";
import { forgetSent } from "./resend.ts";

const dayMs = 86_400_000;
/** The relay drops envelopes after 30 days; what it could bring again is remembered for longer. */
const seenMs = 45 * dayMs;
/** Askers give up after a day; until then an agent may have to give its answer again. */
const answeredMs = 2 * dayMs;

/** What has to be looked after now and then: begun with each connection, none of it urgent. */
export async function maintain(core: Core): Promise<void> {
  await refreshOwnDevices(core);
  await learnStrangers(core);
  await rotate(core);
  await tidy(core);
}

/** Members that the relay could not be asked about when their conversation came. */
async function learnStrangers(core: Core): Promise<void> {
  const members = core.database.all(conversationsTable).flatMap((conversation) => conversation.members);
  const strangers = new Set<AccountId>(members.map(({ account }) => account));
  for (const account of strangers) {
    if (core.database.find(contactsTable, account)) continue;
    try {
      await requireContact(core, account);
    } catch (error) {
      if (!isBaseError(error, "ACCOUNT_UNKNOWN")) throw error;
    }
  }
}

/** Once a day: what nobody can need any more is erased. */
async function tidy(core: Core): Promise<void> {
  const nowMs = core.clock.nowMs();
  const { atMs = 0 } = core.database.find(tidiedTable, only) ?? {};
  if (nowMs - atMs < dayMs) return;
  await core.database.change(async (transaction) => {
    await dropRetired(transaction, nowMs);
    await forgetSent(core, transaction);
    await forgetSeen(transaction, nowMs - seenMs);
    await forgetAnswered(transaction, nowMs - answeredMs);
    transaction.put(tidiedTable, only, { atMs: nowMs });
  });
}

async function forgetSeen(transaction: Transaction, beforeMs: number): Promise<void> {
  for (const { key, atMs } of await transaction.list(seenTable)) {
    if (atMs < beforeMs) transaction.delete(seenTable, key);
  }
}

async function forgetAnswered(transaction: Transaction, beforeMs: number): Promise<void> {
  for (const { from, id, askedAtMs } of await transaction.list(questionsTable)) {
    if (askedAtMs < beforeMs) transaction.delete(questionsTable, messageKey(from, id));
  }
}
