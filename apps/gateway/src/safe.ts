import { gatedEvents, type Model, type ModelRequest } from "@cloister/answering";
import type { ChatEvent } from "@cloister/chat-http";
import { checkRedFlags, type Region } from "@cloister/safety";
import { forbiddenBy } from "./clauses.ts";

/** What is said in place of a clause that may not be shown. */
const withheldText =
  "I cannot go on here: this needs a clinician who knows you. Please ask one, or your pharmacist.";

/**
 * A question between its two gates. Before the model: a red flag in what the patient says is answered with the
 * emergency advice, and no model is asked. After it: nothing is shown before its clause was checked.
 */
export async function* safeEvents(
  model: Model,
  request: ModelRequest,
  { region, signal }: { readonly region: Region; readonly signal: AbortSignal },
): AsyncGenerator<ChatEvent, void, undefined> {
  const flags = checkRedFlags(unanswered(request), { region });
  if (flags.emergency) {
    return yield { type: "notice", outcome: "emergency", text: flags.advice ?? "", finishReason: "stop" };
  }
  let gap = "";
  const isJson = request.output !== undefined;
  for await (const event of gatedEvents(model.generate(request, signal), forbiddenBy, { isJson })) {
    if (event.type === "withheld") {
      const text = gap + withheldText;
      yield { type: "notice", outcome: "withheld", code: event.rule, text, finishReason: "content_filter" };
    } else {
      gap = "\n\n";
      yield event;
    }
  }
}

/** All that the patient said since the last answer: who goes on writing has taken nothing back. */
function unanswered({ turns }: ModelRequest): string {
  const since = turns.findLastIndex(({ from }) => from === "assistant") + 1;
  const said = turns.slice(since).filter(({ from }) => from === "patient");
  return said.map(({ text }) => text).join("\n");
}
