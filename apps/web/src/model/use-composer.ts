import type { Conversation } from "@cloister/client";
import type { AccountId } from "@cloister/contracts/ids";
import { useRef, useState } from "react";
import { useModel } from "./client-model.ts";
import { mentionsAssistant, messageBody, withoutMentions } from "./mention.ts";
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
  const { client, drafts } = useModel();
  const [text, setTextState] = useState(drafts.get(conversation.id) ?? "");
  // With nobody but the assistant here, whoever writes addresses it; the chip says so before sending.
  const aloneWithAgent = conversation.members.every(
    ({ account, role }) => account === self || role === "agent",
  );
  const [asking, setAsking] = useState(aloneWithAgent);
  const [pending, setPending] = useState<"ask" | "send">();
  const [error, setError] = useState<string>();
  const sending = useRef(false);

  const agent = conversation.members.find((member) => member.role === "agent")?.account;
  const consented = conversation.consents.some((consent) => consent.agent === agent && consent.by === self);
  const addressesAgent = agent !== undefined && (asking || mentionsAssistant(text));

  const setText = (next: string) => {
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
      const ask = addressesAgent ? { ask: agent } : {};
      await client.sendText({ conversation: conversation.id, body, ...ask });
      setText("");
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
