import type { Conversation } from "@cloister/client";
import type { AccountId } from "@cloister/contracts/ids";
import { useRef, useState } from "react";
import { useModel } from "./client-model.ts";
import { mentionsAssistant, messageBody, withoutMentions } from "./mention.ts";
import { agentIn, assessmentOf, type RoutePreview, useRoute } from "./use-route.ts";
import { explain } from "./words.ts";

/** What the composer shows and does. */
export interface Composer {
  readonly text: string;
  /** The assistant would receive this message. */
  readonly addressesAgent: boolean;
  readonly canAsk: boolean;
  /** The assistant was asked for, and this person has not consented here yet. */
  readonly consentNeeded: boolean;
  readonly error: string | undefined;
  /** What the assistant would learn, and where; undefined while the message is for people. */
  readonly route: RoutePreview | undefined;
  readonly setText: (text: string) => void;
  readonly toggleAsk: () => void;
  readonly writeToPeople: () => void;
  readonly submit: () => Promise<void>;
  /** Consents, and sends what waited for it. @throws when the log cannot be reached: the dialog says so */
  readonly consent: () => Promise<void>;
  readonly declineConsent: () => void;
}

/** The message being written in one conversation. */
export function useComposer(conversation: Conversation, self: AccountId): Composer {
  const model = useModel();
  const { client, drafts } = model;
  const [text, setTextState] = useState(drafts.get(conversation.id) ?? "");
  // With nobody but the assistant here, whoever writes addresses it; the chip says so before sending.
  const aloneWithAgent = conversation.members.every(
    ({ account, role }) => account === self || role === "agent",
  );
  const [asking, setAsking] = useState(aloneWithAgent);
  const [pending, setPending] = useState<"ask" | "send">();
  const [error, setError] = useState<string>();
  const sending = useRef(false);
  const written = useRef(text);

  const agent = agentIn(conversation);
  const consented = conversation.consents.some((consent) => consent.agent === agent && consent.by === self);
  const addressesAgent = agent !== undefined && (asking || mentionsAssistant(text));

  const route = useRoute(conversation, { text, isWanted: addressesAgent });

  const setText = (next: string) => {
    written.current = next;
    setTextState(next);
    setError(undefined);
    drafts.set(conversation.id, next);
  };
  const writeToPeople = () => {
    setAsking(false);
    setPending(undefined);
    if (mentionsAssistant(text)) setText(withoutMentions(text));
  };
  const send = async () => {
    const body = messageBody(text);
    if (body === "" || sending.current) return;
    sending.current = true;
    try {
      const ask = addressesAgent ? { ask: agent, assessment: await assessmentOf(model, body) } : {};
      await client.sendText({ conversation: conversation.id, body, ...ask });
      // What was written meanwhile is the next message.
      setText(written.current.startsWith(text) ? written.current.slice(text.length) : written.current);
      setAsking(aloneWithAgent);
    } catch (caught) {
      setError(explain(caught));
    } finally {
      sending.current = false;
    }
  };

  return {
    text,
    addressesAgent,
    canAsk: agent !== undefined,
    consentNeeded: pending !== undefined,
    error,
    route,
    setText,
    writeToPeople,
    toggleAsk: () => {
      if (addressesAgent) return writeToPeople();
      if (consented) return setAsking(true);
      setPending("ask");
    },
    submit: async () => {
      if (addressesAgent && !consented) return setPending("send");
      await send();
    },
    consent: async () => {
      if (agent === undefined) return;
      await client.grantConsent(conversation.id, agent);
      setPending(undefined);
      setAsking(true);
      if (pending === "send") await send();
    },
    declineConsent: () => setPending(undefined),
  };
}
