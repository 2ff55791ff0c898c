import type { Message } from "@cloister/client";

/** What one person of the crash test is and does; the same at every start. */
export interface CrashClientPlan {
  readonly relayUrl: string;
  /** Where the device's store and its key lie. */
  readonly dir: string;
  readonly displayName: string;
  /** Staff have one; whoever has none opens the conversation with the staff and the assistant. */
  readonly invitationCode?: string;
  /** Messages to send, numbered from 0. */
  readonly messagesCount: number;
  readonly intervalMs: number;
  /** Of so many messages one is a question to the assistant: the one that leaves this remainder. */
  readonly askEvery: number;
  readonly askAt: number;
}

/** The facts of a shown message that must hold for good. */
export type ShownMessage = Pick<Message, "id" | "from" | "mine" | "position"> & {
  readonly kind: "text" | "answer";
  /** Of an own text. */
  readonly state?: string;
  readonly isQuestion: boolean;
};

/** What the process says on its standard output. */
export type CrashClientLine =
  /** It is about to sign up, unless it has. */
  | { readonly event: "arriving" }
  /** Something could not be reached and is tried again; for whoever looks into a test that failed. */
  | { readonly event: "waiting"; readonly code: string }
  | { readonly event: "joined"; readonly account: string }
  /** The conversation is there and messages go out. */
  | { readonly event: "talking"; readonly conversation: string }
  | ({ readonly event: "shown" } & ShownMessage)
  /** Counted in the durable history, now and then after the last message was written. */
  | ({ readonly event: "tally" } & Tally);

export interface Tally {
  /** Own texts that the relay has. */
  readonly sentCount: number;
  readonly receivedCount: number;
  readonly answersCount: number;
}

const question = "When should I see a doctor about a cough?";

/** The text of message `n`. */
export function bodyOf(n: number, isQuestion: boolean): string {
  return `${n}: ${isQuestion ? question : "How are you today?"}`;
}

/** Which message a text is. */
export function numberOf(body: string): number {
  return Number.parseInt(body, 10);
}

export function shownOf(message: Message): ShownMessage | undefined {
  if (message.kind === "notice") return undefined;
  const { id, from, mine, position, kind } = message;
  const isText = kind === "text";
  const isQuestion = isText && message.asked !== undefined;
  return { id, from, mine, position, kind, isQuestion, ...(isText && mine && { state: message.state }) };
}

/** Whether a text in this state is the relay's responsibility: its sender was told that it is sent. */
export function isSent(state: string | undefined): boolean {
  return state === "sent" || state === "delivered" || state === "read";
}
