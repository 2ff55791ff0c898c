import type { ReceiptVerdict } from "@cloister/client";
import { type Decision, identifierWords, type Processor, reasonWords } from "@cloister/routing";
import type { RoutePreview } from "./use-route.ts";

type Routed = NonNullable<NonNullable<ReceiptVerdict["claims"]>["decision"]>;

/** Where a message to the assistant goes, in one line. */
export function routeLine(decision: Decision, organisation: string): string {
  if (decision.outcome === "refused") {
    return decision.reasons.includes("CHOICE_STRICTER")
      ? "Does not go to the assistant: you chose a stricter place."
      : `Does not go to the assistant: the rules of ${organisation} name no place here for it.`;
  }
  const lines: { readonly [P in Processor]: string } = {
    client: "Stays on this device.",
    enclave: `Goes to the assistant in an enclave at ${organisation}; stays inside.`,
    "on-premise": `Goes to the assistant at ${organisation}; stays inside.`,
    cloud: "Goes to an outside cloud model, without what identifies somebody.",
  };
  return lines[decision.processor];
}

/** What it is about the message; nothing while there is no message or it was not read yet. */
export function routeReason({ isRead, spans, decision }: RoutePreview, text: string): string | undefined {
  if (!isRead || text.trim() === "") return undefined;
  const kinds = [...new Set(spans.map(({ label }) => identifierWords(label)))];
  if (kinds.length > 0) return `This message contains: ${kinds.join(", ")}.`;
  const [first] = decision.reasons;
  return first === undefined ? undefined : sentence(wordsOf(first));
}

/** The reasons in a receipt; of one that a newer router gave, the code. */
export function decisionReasons({ reasons }: Routed): string {
  return sentence(reasons.map(wordsOf).join("; "));
}

const allowedWords: { readonly [P in Processor]: string } = {
  client: "On the asker's device only",
  enclave: "In an enclave, nowhere else",
  "on-premise": "Inside the organisation",
  cloud: "By a cloud model, without what identifies somebody",
};

export function allowedPlace({ processor }: Routed): string {
  return allowedWords[processor];
}

function wordsOf(code: string): string {
  const words: ReadonlyMap<string, string> = reasonWords;
  return words.get(code) ?? code;
}

function sentence(words: string): string {
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}
