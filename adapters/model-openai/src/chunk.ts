import { z } from "zod/mini";
import { protocolError } from "./errors.ts";

const count = z.int().check(z.nonnegative());

/** What we need of a `chat.completion.chunk`; servers add much of their own. */
const chunkSchema = z.object({
  model: z.string(),
  choices: z
    .array(
      z.object({
        index: z.optional(z.literal(0)),
        delta: z.optional(z.object({ content: z.optional(z.nullable(z.string())) })),
        finish_reason: z.optional(z.nullable(z.string())),
      }),
    )
    .check(z.maxLength(1)),
  usage: z.optional(z.nullable(z.object({ prompt_tokens: count, completion_tokens: count }))),
});

/** One piece of the stream. */
export interface Chunk {
  readonly model: string;
  readonly text: string;
  readonly finishReason: string | undefined;
  readonly usage: { readonly inputTokensCount: number; readonly outputTokensCount: number } | undefined;
}

/** @throws BaseError `MODEL_PROTOCOL` */
export function parseChunk(data: string): Chunk {
  const { model, choices, usage } = parseJson(chunkSchema, data);
  const [choice] = choices;
  return {
    model,
    text: choice?.delta?.content ?? "",
    finishReason: choice?.finish_reason ?? undefined,
    usage: usage
      ? { inputTokensCount: usage.prompt_tokens, outputTokensCount: usage.completion_tokens }
      : undefined,
  };
}

const modelsSchema = z.object({ data: z.array(z.object({ id: z.string() })).check(z.maxLength(10_000)) });

/** The names in a server's list of models. @throws BaseError `MODEL_PROTOCOL` */
export function parseModels(body: string): readonly string[] {
  return parseJson(modelsSchema, body).data.map(({ id }) => id);
}

function parseJson<T>(schema: z.ZodMiniType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw protocolError("sends what is not JSON");
  }
  const result = schema.safeParse(value);
  if (!result.success) throw protocolError("sends an answer of another shape");
  return result.data;
}
