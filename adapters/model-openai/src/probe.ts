import { randomBytes } from "node:crypto";
import { checkedEvents, jsonObject, type ModelEvent, type ModelRequest } from "@cloister/answering";
import { BaseError, toHex } from "@cloister/bytes";
import type { OpenAiModel } from "./model.ts";

const storyTokensCount = 24;
const leastReadsCount = 3;
/** No engine says 24 tokens in less; a proxy that held them back hands them over at once. */
const leastSpreadMs = 1;

/**
 * Finds out what a server honours, since servers ignore options they do not know with HTTP 200. Nothing about a
 * patient is in it.
 * @throws BaseError `MODEL_CAPABILITY` naming all that is missing; and what `generate` throws
 */
export async function probe(model: OpenAiModel, requireSeed: boolean): Promise<void> {
  const names = await model.list(AbortSignal.timeout(30_000));
  if (!names.includes(model.identity.name)) {
    const wanted = model.identity.name;
    throw new BaseError("Usage", "MODEL_UNKNOWN", `the server does not offer ${wanted}; check the name`);
  }
  const missing = [
    ...(await missingInStream(model)),
    ...((await honoursSchema(model)) ? [] : ["JSON schemas (response_format)"]),
    ...(!requireSeed || (await honoursSeed(model)) ? [] : ["seeds"]),
  ];
  if (missing.length > 0) {
    throw new BaseError(
      "Policy",
      "MODEL_CAPABILITY",
      `the model's server does not honour: ${missing.join(", ")}; use another server or version`,
    );
  }
}

function question(parts: Partial<ModelRequest>): ModelRequest {
  return {
    scope: { tenant: "probe", patient: "probe", session: toHex(randomBytes(8)) },
    policy: "You are a helpful assistant.",
    passages: [],
    turns: [{ from: "patient", text: "Tell me a long story about a lighthouse." }],
    maxTokensCount: storyTokensCount,
    temperature: 0,
    seed: 1,
    ...parts,
  };
}

async function missingInStream(model: OpenAiModel): Promise<string[]> {
  const readsAtMs: number[] = [];
  const request = question({});
  const onRead = () => readsAtMs.push(performance.now());
  const { end } = await read(model, request, onRead);
  const spreadMs = (readsAtMs.at(-1) ?? 0) - (readsAtMs[0] ?? 0);
  const streams = readsAtMs.length >= leastReadsCount && spreadMs >= leastSpreadMs;
  const { inputTokensCount, outputTokensCount } = end.usage;
  return [
    ...(streams ? [] : ["streaming"]),
    ...(inputTokensCount === undefined ? ["usage (stream_options)"] : []),
    ...(outputTokensCount > storyTokensCount ? ["max_tokens"] : []),
  ];
}

/** Only an engine that is held to the schema can say a word that is nowhere in the prompt. */
async function honoursSchema(model: OpenAiModel): Promise<boolean> {
  const output = jsonObject({ word: { enum: [toHex(randomBytes(6))] } });
  const request = question({
    turns: [{ from: "patient", text: "Say hello." }],
    output,
    maxTokensCount: 96,
  });
  try {
    return (await read(model, request)).end.value !== undefined;
  } catch (error) {
    if (error instanceof BaseError && error.code === "MODEL_OUTPUT") return false;
    throw error;
  }
}

async function honoursSeed(model: OpenAiModel): Promise<boolean> {
  const [seed = 0] = new Uint32Array(new Uint8Array(randomBytes(4)).buffer);
  const request = question({ temperature: 1.2, seed });
  const { text: first } = await read(model, request);
  const { text: second } = await read(model, request);
  return first === second;
}

async function read(
  model: OpenAiModel,
  request: ModelRequest,
  onRead?: () => void,
): Promise<{ text: string; end: Extract<ModelEvent, { type: "end" }> }> {
  const { signal } = new AbortController();
  let text = "";
  for await (const event of checkedEvents(request, () => model.stoppable(request, signal, onRead))) {
    if (event.type === "end") return { text, end: event };
    text += event.text;
  }
  throw new BaseError("Internal", "INTERNAL_UNREACHABLE", "a stream has an end");
}
