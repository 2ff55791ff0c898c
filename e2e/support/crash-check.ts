import type { AnswerMessage, Message, TextMessage } from "@cloister/client";
import { isSent, numberOf, type ShownMessage } from "./crash-lines.ts";

/** One person in the end: the durable history, and everything that was ever shown on the way there. */
export interface Witness {
  readonly name: string;
  readonly account: string;
  readonly history: readonly Message[];
  readonly shown: readonly ShownMessage[];
  /** How many messages this person was to send. */
  readonly messagesCount: number;
}

/**
 * What crashes must never do:
 * - `LOST`: its sender was told that it is sent, and a receiver does not have it
 * - `DUPLICATED`: it is in a history twice, by id or by number
 * - `REORDERED`: one sender's messages are not in the order in which they were written
 * - `FORGOTTEN`: it was shown, or shown as sent, and the history of that very device does not say so
 * - `UNSENT`: it was never sent, though everything settled
 * - `UNANSWERED`, `ANSWERED_TWICE`: a question, at a person who should see one answer
 */
export type CrashRule =
  | "LOST"
  | "DUPLICATED"
  | "REORDERED"
  | "FORGOTTEN"
  | "UNSENT"
  | "UNANSWERED"
  | "ANSWERED_TWICE";

/** A rule and whose history broke it for which message; empty means that all held. */
export type CrashFault = `${CrashRule} ${string}`;

/** Holds the histories of all people in one conversation against each other. */
export function findFaults(witnesses: readonly Witness[]): CrashFault[] {
  return witnesses.flatMap((witness) => [
    ...forgotten(witness),
    ...unsent(witness),
    ...duplicated(witness),
    ...answers(witness, witnesses),
    ...witnesses.flatMap((sender) => [...reordered(witness, sender), ...lost(witness, sender)]),
  ]);
}

function textsOf({ history }: Witness, from: string): readonly TextMessage[] {
  return history.filter((message) => message.kind === "text").filter((text) => text.from === from);
}

export function answersOf({ history }: Witness): readonly AnswerMessage[] {
  return history.filter((message) => message.kind === "answer");
}

function lost(receiver: Witness, sender: Witness): CrashFault[] {
  const received = new Set(textsOf(receiver, sender.account).map(({ id }) => id));
  const promised = new Set([
    ...sender.shown.filter(({ mine, state }) => mine && isSent(state)).map(({ id }) => id),
    ...textsOf(sender, sender.account)
      .filter(({ state }) => isSent(state))
      .map(({ id }) => id),
  ]);
  return [...promised].filter((id) => !received.has(id)).map((id) => `LOST ${receiver.name} ${id}` as const);
}

function duplicated({ name, history }: Witness): CrashFault[] {
  const twice = (keys: readonly string[]) => keys.filter((key, at) => keys.indexOf(key) !== at);
  const texts = history.filter((message) => message.kind === "text");
  return [
    ...twice(history.map(({ from, id }) => `${from} ${id}`)),
    ...twice(texts.map(({ from, body }) => `${from} number ${numberOf(body)}`)),
  ].map((key) => `DUPLICATED ${name} ${key}` as const);
}

function reordered(receiver: Witness, sender: Witness): CrashFault[] {
  const numbers = textsOf(receiver, sender.account).map(({ body }) => numberOf(body));
  return numbers
    .filter((number, at) => at > 0 && number < (numbers[at - 1] ?? number))
    .map((number) => `REORDERED ${receiver.name} number ${number} of ${sender.name}` as const);
}

/** Whatever was shown was durable before, so it is there still, in the same place, and its state only rose. */
function forgotten({ name, history, shown }: Witness): CrashFault[] {
  const kept = new Map(history.map((message) => [`${message.from} ${message.id}`, message]));
  const isKept = (was: ShownMessage) => {
    const is = kept.get(`${was.from} ${was.id}`);
    if (is?.position !== was.position || is.kind !== was.kind) return false;
    return !isSent(was.state) || (is.kind === "text" && isSent(is.state));
  };
  const faults = shown.filter((was) => !isKept(was)).map(({ id }) => `FORGOTTEN ${name} ${id}` as const);
  return [...new Set(faults)];
}

function unsent(witness: Witness): CrashFault[] {
  const sent = textsOf(witness, witness.account).filter(({ state }) => isSent(state));
  const numbers = new Set(sent.map(({ body }) => numberOf(body)));
  return Array.from({ length: witness.messagesCount }, (_, number) => number)
    .filter((number) => !numbers.has(number))
    .map((number) => `UNSENT ${witness.name} number ${number}` as const);
}

/** Everybody in the conversation sees the answer to everybody's question. */
function answers(witness: Witness, witnesses: readonly Witness[]): CrashFault[] {
  const questions = witnesses.flatMap((asker) =>
    textsOf(asker, asker.account).filter(({ asked }) => asked !== undefined),
  );
  return questions.flatMap(({ id }): CrashFault[] => {
    const count = answersOf(witness).filter(({ inReplyTo }) => inReplyTo === id).length;
    if (count === 1) return [];
    return [`${count === 0 ? "UNANSWERED" : "ANSWERED_TWICE"} ${witness.name} ${id}`];
  });
}
