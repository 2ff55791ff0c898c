import type { ConversationId } from "@cloister/contracts/ids";
import { requireConversation } from "../conversations.ts";
import type { Core } from "../core.ts";
import { type IntakeDraft, intakeDraftsTable } from "./tables.ts";

/** What an interface does with symptom checks besides sending them as texts. */
export interface IntakeCalls {
  /** The check that was begun in this conversation. */
  intakeDraft(conversation: ConversationId): IntakeDraft | undefined;
  /** Keeps it under the store's seal, or without one forgets it. @throws BaseError `CONVERSATION_UNKNOWN` */
  saveIntakeDraft(conversation: ConversationId, draft: IntakeDraft | undefined): Promise<void>;
}

/** See {@link IntakeCalls}. */
export function intakeDraft({ database }: Core, conversation: ConversationId): IntakeDraft | undefined {
  return database.find(intakeDraftsTable, conversation);
}

/** See {@link IntakeCalls}. */
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
