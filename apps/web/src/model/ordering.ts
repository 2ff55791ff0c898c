import type { Conversation, Self } from "@cloister/client";

/** The last word is another person's: somebody waits for an answer. */
export function waitsForMe(conversation: Conversation): boolean {
  const last = conversation.lastMessage;
  return last?.kind === "text" && !last.mine;
}

/** When something last happened. */
export function lastActivityMs(conversation: Conversation): number {
  return conversation.lastMessage?.sentAtMs ?? conversation.createdAtMs;
}

/**
 * Newest first. A clinician's list is a queue instead: unread first, then who waits, and among those the
 * one who waits longest.
 */
export function orderConversations(
  conversations: readonly Conversation[],
  role: Self["role"],
): readonly Conversation[] {
  const newestFirst = (a: Conversation, b: Conversation) => lastActivityMs(b) - lastActivityMs(a);
  if (role === "patient") return conversations.toSorted(newestFirst);
  return conversations.toSorted((a, b) => {
    const difference = urgency(b) - urgency(a);
    if (difference !== 0) return difference;
    return urgency(a) > 0 ? lastActivityMs(a) - lastActivityMs(b) : newestFirst(a, b);
  });
}

function urgency(conversation: Conversation): 0 | 1 | 2 {
  if (conversation.unreadCount > 0) return 2;
  return waitsForMe(conversation) ? 1 : 0;
}
