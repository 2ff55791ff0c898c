import { BaseError } from "@cloister/bytes";
import type { CanaryGroup, CanaryPlan } from "@cloister/privacy/canary";
import { z } from "zod/mini";

const timeoutMs = 120_000;
const completionTokensCount = 48;

/** An OpenAI-compatible endpoint: a vendor's for scoring, the egress for planting. */
export interface Endpoint {
  /** Up to and with `/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly key?: string;
}

/** How candidates were scored: how likely the vendor finds them, or how far it goes on with their words itself. */
type ScoringMethod = "logprobs" | "completion";

export interface VendorScores {
  readonly method: ScoringMethod;
  readonly scores: readonly (readonly number[])[];
}

/** What a phrase is sent in; the same words before the beginning when its end is asked for. */
export function messageOf(phrase: string): string {
  return `Please keep this note for me. It says that ${phrase}`;
}

/** Sends one phrase as a question of its own. @throws BaseError `CANARY_VENDOR` */
export async function plantPhrase(endpoint: Endpoint, phrase: string): Promise<void> {
  await chat(endpoint, messageOf(phrase), 16);
}

/**
 * Scores every candidate of a plan, all in the same way; the choice is not looked at. Log probabilities where the
 * vendor gives those of a prompt (`echo`), else by how many words of each candidate it says itself.
 * @throws BaseError `CANARY_VENDOR`
 */
export async function scoreByVendor(
  endpoint: Endpoint,
  { groups }: CanaryPlan,
  onGroup: (done: number) => void,
): Promise<VendorScores> {
  const [first] = groups;
  const canLogprobs = first !== undefined && (await logprobOf(endpoint, first, 0)) !== undefined;
  const scores: number[][] = [];
  for (const group of groups) {
    scores.push(canLogprobs ? await byLogprobs(endpoint, group) : await byCompletion(endpoint, group));
    onGroup(scores.length);
  }
  return { method: canLogprobs ? "logprobs" : "completion", scores };
}

async function byLogprobs(endpoint: Endpoint, group: CanaryGroup): Promise<number[]> {
  const scores: number[] = [];
  for (let at = 0; at < group.candidates.length; at += 1) {
    const score = await logprobOf(endpoint, group, at);
    if (score === undefined) throw vendorError("gives log probabilities for some phrases only");
    scores.push(score);
  }
  return scores;
}

async function byCompletion(endpoint: Endpoint, { beginning, candidates }: CanaryGroup): Promise<number[]> {
  const answer = await chat(endpoint, messageOf(beginning), completionTokensCount);
  const said = wordsOf(answer);
  return candidates.map((candidate) => longestStart(wordsOf(candidate), said));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}+/gu) ?? [];
}

/** How many of the first words stand in a row somewhere in what was said. */
function longestStart(words: readonly string[], said: readonly string[]): number {
  let longest = 0;
  for (let from = 0; from < said.length; from += 1) {
    let length = 0;
    while (length < words.length && words[length] === said[from + length]) length += 1;
    longest = Math.max(longest, length);
  }
  return longest;
}

const logprobSchema = z.object({
  choices: z
    .array(
      z.object({
        text: z.string(),
        logprobs: z.object({
          token_logprobs: z.array(z.nullable(z.number())),
          text_offset: z.array(z.int()),
        }),
      }),
    )
    .check(z.length(1)),
});

/** The log probability of a candidate's words after its beginning; undefined where the vendor gives none. */
async function logprobOf(
  endpoint: Endpoint,
  { beginning, candidates }: CanaryGroup,
  at: number,
): Promise<number | undefined> {
  const prompt = `${messageOf(beginning)} ${candidates[at] ?? ""}`;
  const start = messageOf(beginning).length;
  const body = { model: endpoint.model, prompt, max_tokens: 1, temperature: 0, logprobs: 1, echo: true };
  const { status, json } = await post(endpoint, "completions", body);
  if (status !== 200) return undefined;
  const parsed = logprobSchema.safeParse(json);
  const choice = parsed.data?.choices[0];
  // A server that does not know `echo` ignores it: then these are not the prompt's.
  if (choice === undefined || !choice.text.startsWith(prompt)) return undefined;
  const { token_logprobs: logprobs, text_offset: offsets } = choice.logprobs;
  const own = logprobs.filter((_, token) => {
    const offset = offsets[token] ?? -1;
    return offset >= start && offset < prompt.length;
  });
  if (own.length === 0 || own.some((logprob) => logprob === null)) return undefined;
  return own.reduce<number>((sum, logprob) => sum + (logprob ?? 0), 0);
}

const chatSchema = z.object({
  choices: z
    .array(z.object({ message: z.object({ content: z.nullable(z.string()) }) }))
    .check(z.minLength(1)),
});

async function chat(endpoint: Endpoint, content: string, maxTokensCount: number): Promise<string> {
  const body = {
    model: endpoint.model,
    messages: [{ role: "user", content }],
    max_tokens: maxTokensCount,
    temperature: 0,
  };
  const { status, json } = await post(endpoint, "chat/completions", body);
  const parsed = chatSchema.safeParse(json);
  if (status !== 200 || !parsed.success) throw vendorError(`answered ${status} to a phrase`);
  return parsed.data.choices[0]?.message.content ?? "";
}

async function post(
  { baseUrl, key }: Endpoint,
  path: string,
  body: object,
): Promise<{ status: number; json: unknown }> {
  const response = await fetch(`${baseUrl}/${path}`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      ...(key !== undefined && { Authorization: `Bearer ${key}` }),
    },
    body: JSON.stringify(body),
    redirect: "error",
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new BaseError("Unavailable", "CANARY_VENDOR", `nothing answers at ${new URL(baseUrl).origin}`, {
      cause,
    });
  });
  const json: unknown = await response.json().catch(() => undefined);
  return { status: response.status, json };
}

function vendorError(what: string): BaseError {
  return new BaseError("Unavailable", "CANARY_VENDOR", `the endpoint ${what}; check address, model and key`);
}
