import type { ModelEvent } from "./model.ts";

/** A clause is let go at this length even when it has no end: nobody waits for a full stop that never comes. */
const maxClauseLength = 600;
const clauseEnd = /[.!?…]["'”’)\]]*\s+|\n/g;

/**
 * Looks at a clause before anybody sees it, and at all that was let through before it. Returns the rule that
 * forbids it, or undefined.
 */
export type ClauseCheck = (clause: string, before: string) => string | undefined;

/** What comes out of the gate: events, or at the end that the rest was withheld, and under which rule. */
export type GatedEvent = ModelEvent | { readonly type: "withheld"; readonly rule: string };

/**
 * Lets text through clause by clause, each after its check. When one is forbidden nothing of it is shown, the
 * engine stops, and that is the end. JSON is one clause: half of it is of no use.
 */
export async function* gatedEvents(
  events: AsyncIterable<ModelEvent>,
  check: ClauseCheck,
  { isJson }: { readonly isJson: boolean },
): AsyncGenerator<GatedEvent, void, undefined> {
  let before = "";
  let held = "";
  for await (const event of events) {
    if (event.type === "text") held += event.text;
    const length = event.type === "end" ? held.length : isJson ? 0 : completeLength(held);
    const clause = held.slice(0, length);
    held = held.slice(length);
    if (clause !== "") {
      const rule = check(clause, before);
      if (rule !== undefined) return yield { type: "withheld", rule };
      before += clause;
      yield { type: "text", text: clause };
    }
    if (event.type === "end") return yield event;
  }
}

/** How much of the text is complete clauses. */
function completeLength(text: string): number {
  let length = 0;
  for (const { index, 0: end } of text.matchAll(clauseEnd)) length = index + end.length;
  return length === 0 && text.length > maxClauseLength ? text.length : length;
}
