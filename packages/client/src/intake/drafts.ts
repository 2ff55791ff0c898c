import type { ConversationId } from "@cloister/contracts/ids";
import { requireConversation } from "../conversations.ts";
import type { Core } from "../core.ts";
import type { IntakeDraft } from "./api.ts";
import { intakeDraftsTable } from "./tables.ts";

/** The check that was begun in this conversation. */
export function intakeDraft({ database }: Core, conversation: ConversationId): IntakeDraft | undefined {
  return database.find(intakeDraftsTable, conversation);
}

/** Keeps a check, or without one forgets it. @throws BaseError `CONVERSATION_UNKNOWN` */
export async function saveIntakeDraft(
  { database }: Core,
  conversation: ConversationId,
  draft: IntakeDraft | undefined,
): Promise<void> {
  await database.change(async (transaction) => {
    await requireConversation(transaction, conversation);
    if (draft === undefined) transaction.delete(intakeDraftsTable, conversation);
    else transaction.put(intakeDraftsTable, conversation, draft);
  });
}
