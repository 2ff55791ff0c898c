import type { Conversation, Self } from "@cloister/client";
import { type FindContact, useModel } from "./client-model.ts";
import { useObservable } from "./observable.ts";
import { lastActivityMs, orderConversations, waitsForMe } from "./ordering.ts";
import { type Route, useRoute } from "./route.ts";
import { contactName, previewOf } from "./words.ts";

/** A row of the list. */
export interface ConversationRow {
  readonly id: string;
  readonly title: string;
  /** Who else is in it, people before agents. */
  readonly names: string;
  readonly onlyAgent: boolean;
  readonly preview: string;
  readonly atMs: number;
  readonly unreadCount: number;
  /** A clinician is waited for. */
  readonly waiting: boolean;
  readonly identityChanged: boolean;
  readonly isOpen: boolean;
}

export function useConversationList(self: Self): readonly ConversationRow[] {
  const model = useModel();
  const conversations = useObservable(model.conversations);
  const findContact = useObservable(model.findContact);
  const route = useRoute();
  return orderConversations(conversations, self.role).map((conversation) =>
    rowOf(conversation, { self, findContact, route }),
  );
}

function rowOf(
  conversation: Conversation,
  { self, findContact, route }: { self: Self; findContact: FindContact; route: Route },
): ConversationRow {
  const others = conversation.members.filter((member) => member.account !== self.account);
  const people = others.filter((member) => member.role !== "agent");
  const shown = people.length > 0 ? people : others;
  const last = conversation.lastMessage;
  return {
    id: conversation.id,
    title: conversation.title,
    names: shown.map((member) => contactName(findContact(member.account))).join(", "),
    onlyAgent: people.length === 0,
    preview: last === undefined ? "No messages yet" : previewOf(last, self, findContact),
    atMs: lastActivityMs(conversation),
    unreadCount: conversation.unreadCount,
    waiting: self.role !== "patient" && waitsForMe(conversation),
    identityChanged: others.some((member) => findContact(member.account)?.verification === "changed"),
    isOpen: route.view === "conversation" && route.conversation === conversation.id,
  };
}
