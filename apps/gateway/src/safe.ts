import { type GatedEvent, gatedEvents, type Model, type ModelRequest } from "@cloister/answering";
import { checkRedFlags, type Region } from "@cloister/safety";
import { forbiddenBy } from "./clauses.ts";

/** What is said in place of a clause that may not be shown. */
export const withheldText =
  "I cannot go on here: this needs a clinician who knows you. Please ask one, or your pharmacist.";

/** What came of a question. */
export type SafeEvent = GatedEvent | { readonly type: "emergency"; readonly advice: string };

/**
 * A question between its two gates. Before the model: a red flag in what the patient says is answered with the
 * emergency advice, and no model is asked. After it: nothing is shown before its clause was checked.
 */
export async function* safeEvents(
  model: Model,
  request: ModelRequest,
  { region, signal }: { readonly region: Region; readonly signal: AbortSignal },
): AsyncGenerator<SafeEvent, void, undefined> {
  const flags = checkRedFlags(unanswered(request), { region });
  if (flags.emergency) return yield { type: "emergency", advice: flags.advice ?? "" };
  yield* gatedEvents(model.generate(request, signal), forbiddenBy, { isJson: request.output !== undefined });
}

/** All that the patient said since the last answer: who goes on writing has taken nothing back. */
function unanswered({ turns }: ModelRequest): string {
  const since = turns.findLastIndex(({ from }) => from === "assistant") + 1;
  const said = turns.slice(since).filter(({ from }) => from === "patient");
  return said.map(({ text }) => text).join("\n");
}
