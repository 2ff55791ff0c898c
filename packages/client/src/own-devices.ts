import type { DeviceId } from "@cloister/contracts/ids";
import { refreshContact } from "./contacts.ts";
import { contentOf } from "./conversations.ts";
import { type Core, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import { enqueue } from "./outbox.ts";
import { contactsTable, conversationsTable } from "./records.ts";

/** Asks the relay which devices this account has, and tells those that are new what goes on. */
export async function refreshOwnDevices(core: Core): Promise<void> {
  const self = selfOf(core);
  await refreshContact(core, self.account, async (transaction, before) => {
    const { devices = [] } = (await transaction.get(contactsTable, self.account)) ?? {};
    const known: readonly DeviceId[] = before?.devices ?? [];
    const isNew = devices.some((device) => device !== self.device && !known.includes(device));
    if (isNew) await tellOwnDevices(core, transaction);
  });
}

/** The conversations there are and what this person decided when, as ordinary content between devices of one account. */
async function tellOwnDevices(core: Core, transaction: Transaction): Promise<void> {
  const { account } = selfOf(core);
  for (const conversation of transaction.all(conversationsTable)) {
    await enqueue(core, transaction, { content: contentOf(conversation), to: [account] });
    for (const { agent, by, granted, atMs } of conversation.consents) {
      if (by !== account) continue;
      await enqueue(core, transaction, {
        content: { kind: "consent", conversation: conversation.id, agent, granted, atMs },
        to: [account],
      });
    }
  }
}
