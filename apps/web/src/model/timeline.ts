import type { Message } from "@cloister/client";
import type { MessageId } from "@cloister/contracts/ids";
import { dayKey, dayLabel } from "./time.ts";

/** A row of the conversation. */
export type TimelineItem =
  | { readonly type: "day"; readonly key: string; readonly label: string; readonly atMs: number }
  | {
      readonly type: "message";
      readonly key: string;
      readonly message: Message;
      /** The first of several by the same sender: it shows who that is. */
      readonly startsGroup: boolean;
    };

const groupMs = 10 * 60_000;

/** Messages in order, with a heading where a new day begins. */
export function buildTimeline(messages: readonly Message[], nowMs: number): readonly TimelineItem[] {
  const items: TimelineItem[] = [];
  let previous: Message | undefined;
  for (const message of messages) {
    const newDay = previous === undefined || dayKey(previous.sentAtMs) !== dayKey(message.sentAtMs);
    if (newDay) {
      const atMs = message.sentAtMs;
      items.push({ type: "day", key: `day ${message.id}`, label: dayLabel(atMs, nowMs), atMs });
    }
    const startsGroup = newDay || previous === undefined || !continues(previous, message);
    items.push({ type: "message", key: message.id, message, startsGroup });
    previous = message;
  }
  return items;
}

function continues(previous: Message, message: Message): boolean {
  return (
    previous.kind === "text" &&
    message.kind === "text" &&
    previous.from === message.from &&
    message.sentAtMs - previous.sentAtMs < groupMs
  );
}

/** Questions to an agent that have no answer yet. */
export function unansweredQuestions(messages: readonly Message[]): ReadonlySet<MessageId> {
  const answered = new Set(
    messages.flatMap((message) => (message.kind === "answer" ? [message.inReplyTo] : [])),
  );
  return new Set(
    messages.flatMap((message) =>
      message.kind === "text" && message.asked !== undefined && !answered.has(message.id) ? [message.id] : [],
    ),
  );
}
