import { isBaseError } from "@cloister/bytes";
import type { AccountId } from "@cloister/contracts/ids";
import { requireContact } from "./contacts.ts";
import type { Core } from "./core.ts";
import { refreshOwnDevices } from "./own-devices.ts";
import { dropRetired, rotate } from "./prekeys.ts";
import { contactsTable, conversationsTable, seenTable } from "./records.ts";

/** The relay drops envelopes after 30 days; what it could bring again is remembered for longer. */
const seenMs = 45 * 86_400_000;

/** What has to be looked after now and then: done after each connection, none of it urgent. */
export async function maintain(core: Core): Promise<void> {
  await refreshOwnDevices(core);
  await learnStrangers(core);
  await rotate(core);
  await dropRetired(core);
  await forgetSeen(core);
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

async function forgetSeen(core: Core): Promise<void> {
  const beforeMs = core.clock.nowMs() - seenMs;
  await core.database.change(async (transaction) => {
    for (const { key, atMs } of await transaction.list(seenTable)) {
      if (atMs < beforeMs) transaction.delete(seenTable, key);
    }
  });
}
