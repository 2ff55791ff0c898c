import type { AnswerMessage, Message, TextMessage } from "@cloister/client";
import type { Witness } from "./crash-check.ts";
import { bodyOf, shownOf } from "./crash-lines.ts";

const base = { conversation: "conversation", sentAtMs: 0 } as const;

/** Text number `n` of a person; its id says both. */
function text(from: string, n: number, asked?: string): Omit<TextMessage, "mine" | "position"> {
  const body = bodyOf(n, asked !== undefined);
  return {
    ...base,
    kind: "text",
    id: `${from} ${n}`,
    from,
    body,
    state: "delivered",
    ...(asked && { asked }),
  };
}

/** An agent's answer. */
function answerTo(inReplyTo: string, id: string): Omit<AnswerMessage, "mine" | "position"> {
  const answer = { outcome: "abstained", sentences: [], citations: [] } as const;
  return {
    ...base,
    kind: "answer",
    id,
    from: "agent",
    inReplyTo,
    asker: "asker",
    answer,
    receipt: new Uint8Array(),
  };
}

/** Two people's devices after a conversation in which nothing went wrong. */
export function soundWitnesses(): { readonly patient: Witness; readonly clinician: Witness } {
  const messages = [
    text("patient", 0, "agent"),
    answerTo("patient 0", "answer"),
    text("clinician", 0),
    text("patient", 1),
    text("patient", 2),
  ];
  const witness = (name: string, messagesCount: number): Witness => {
    const history = messages.map(
      (message, position): Message => Object.assign({}, message, { mine: message.from === name, position }),
    );
    return {
      name,
      account: name,
      history,
      shown: history.flatMap((one) => shownOf(one) ?? []),
      messagesCount,
    };
  };
  return { patient: witness("patient", 3), clinician: witness("clinician", 1) };
}

/** The same device, had its history come out differently. */
export function altered(
  witness: Witness,
  alter: (history: readonly Message[]) => readonly Message[],
): Witness {
  const history = alter(witness.history);
  return { ...witness, history, shown: history.flatMap((one) => shownOf(one) ?? []) };
}
