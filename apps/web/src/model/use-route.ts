import type { Conversation } from "@cloister/client";
import type { TextReading } from "@cloister/client/routing";
import type { AccountId } from "@cloister/contracts/ids";
import type { Assessment, Decision, Processor } from "@cloister/routing";
import { useEffect, useState } from "react";
import { carrySpans } from "../reading/carry-spans.ts";
import { type ClientModel, useModel } from "./client-model.ts";
import { blankMentions } from "./mention.ts";
import { useObservable } from "./observable.ts";

type Span = TextReading["spans"][number];

/** Where a message to the assistant would go, before it goes. */
export interface RoutePreview {
  readonly decision: Decision;
  /** The text, or one shortly before it, was read. */
  readonly isRead: boolean;
  /** Identifiers in the text, where they stand now. */
  readonly spans: readonly Span[];
  /** This person's own limit. */
  readonly strictest: Processor | undefined;
  readonly mayUseCloud: boolean;
  readonly limit: (strictest: Processor | undefined) => Promise<void>;
}

interface Draft {
  readonly text: string;
  readonly isWanted: boolean;
}

/** Somebody who types pauses this long now and then; each pause is read. */
const pauseMs = 120;

export function agentIn({ members }: Conversation): AccountId | undefined {
  return members.find((member) => member.role === "agent")?.account;
}

/** What a text that is about to be sent says about somebody. */
export async function assessmentOf({ client, reader }: ClientModel, body: string): Promise<Assessment> {
  const { assessment } = await reader.readNow(blankMentions(body), client.routingPolicy().describedPatients);
  return assessment;
}

/** Follows what is written, while it is addressed to the assistant. */
export function useRoute(conversation: Conversation, { text, isWanted }: Draft): RoutePreview | undefined {
  const { client, findEvidence } = useModel();
  useObservable(findEvidence);
  const reading = useReading({ text, isWanted });
  const ask = agentIn(conversation);
  if (!isWanted || ask === undefined) return undefined;
  const { id, strictest } = conversation;
  const assessment = reading && { assessment: reading.assessment };
  return {
    decision: client.route({ conversation: id, ask, ...assessment }),
    isRead: reading !== undefined,
    spans: reading ? carrySpans(reading.spans, reading.text, text) : [],
    strictest,
    mayUseCloud: client.routingPolicy().cloud.isAllowed,
    limit: (next) => client.limitRoute(id, next),
  };
}

/** The newest reading; only the latest counts, and an earlier one stands until it is there. */
function useReading({ text, isWanted }: Draft): (TextReading & { readonly text: string }) | undefined {
  const { client, reader } = useModel();
  const [reading, setReading] = useState<TextReading & { readonly text: string }>();
  useEffect(() => {
    if (!isWanted) return undefined;
    let isCurrent = true;
    const read = async () => {
      const next = await reader.read(blankMentions(text), client.routingPolicy().describedPatients);
      if (isCurrent) setReading({ ...next, text });
    };
    const timer = setTimeout(() => void read(), pauseMs);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [client, reader, text, isWanted]);
  return isWanted ? reading : undefined;
}
