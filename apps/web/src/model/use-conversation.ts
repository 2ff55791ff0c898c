import type { AnswerProgress, Contact, Conversation, Message, Self } from "@cloister/client";
import type { AccountId, ConversationId, MessageId, Role } from "@cloister/contracts/ids";
import { useEffect, useMemo } from "react";
import { useModel } from "./client-model.ts";
import { useNowMs } from "./now.ts";
import { useObservable } from "./observable.ts";
import { buildTimeline, type TimelineItem, unansweredQuestions } from "./timeline.ts";
import { contactName } from "./words.ts";

/** Somebody else in the conversation. */
export interface Person {
  readonly account: AccountId;
  readonly role: Role;
  readonly name: string;
  readonly vouched: boolean;
  readonly verification: Contact["verification"];
}

export interface ConversationView {
  readonly conversation: Conversation;
  readonly people: readonly Person[];
  readonly agent: Person | undefined;
  /** This person lets the agent read what they address to it. */
  readonly consented: boolean;
  /** Their identity changed: nothing is sent until a person decides. */
  readonly changed: readonly Person[];
  readonly history:
    | { readonly status: "loading" }
    | { readonly status: "failed"; readonly error: unknown }
    | {
        readonly status: "ready";
        readonly items: readonly TimelineItem[];
        readonly messages: ReadonlyMap<MessageId, Message>;
        readonly unanswered: ReadonlySet<MessageId>;
        /** Answers that are being written. */
        readonly writing: readonly AnswerProgress[];
      };
}

/** One conversation as its view shows it; undefined when this device has no such conversation. */
export function useConversation(id: ConversationId, self: Self): ConversationView | undefined {
  const model = useModel();
  const conversation = useObservable(model.conversations).find((known) => known.id === id);
  const findContact = useObservable(model.findContact);
  const loaded = useObservable(model.messages(id));
  const progress = useObservable(model.progress(id));
  const nowMs = useNowMs();
  const history = useMemo((): ConversationView["history"] => {
    if (loaded.status !== "ready") return loaded;
    const unanswered = unansweredQuestions(loaded.value);
    return {
      status: "ready",
      items: buildTimeline(loaded.value, nowMs),
      messages: new Map(loaded.value.map((message) => [message.id, message])),
      unanswered,
      writing: progress.filter(({ inReplyTo }) => unanswered.has(inReplyTo)),
    };
  }, [loaded, nowMs, progress]);
  if (conversation === undefined) return undefined;

  const others = conversation.members
    .filter((member) => member.account !== self.account)
    .map((member): Person => {
      const contact = findContact(member.account);
      return {
        account: member.account,
        role: contact?.role ?? member.role,
        name: contactName(contact),
        vouched: contact?.vouched ?? false,
        verification: contact?.verification ?? "unverified",
      };
    });
  const agent = others.find((person) => person.role === "agent");
  return {
    conversation,
    people: others.filter((person) => person.role !== "agent"),
    agent,
    consented: conversation.consents.some(
      (consent) => consent.agent === agent?.account && consent.by === self.account,
    ),
    changed: others.filter((person) => person.verification === "changed"),
    history,
  };
}

/** What is on the screen of somebody who looks at it counts as read. */
export function useMarkRead(conversation: Conversation): void {
  const { client } = useModel();
  const { id, unreadCount } = conversation;
  useEffect(() => {
    if (unreadCount === 0) return;
    const mark = () => {
      // A failure leaves the messages unread; the next look tries again.
      if (document.visibilityState === "visible") client.markRead(id).catch(() => undefined);
    };
    mark();
    document.addEventListener("visibilitychange", mark);
    return () => document.removeEventListener("visibilitychange", mark);
  }, [client, id, unreadCount]);
}
