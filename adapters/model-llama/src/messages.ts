import { z } from "zod/mini";

/*
 * What the two processes say to each other. Both sides check: the child reads files of others (GGUF) in native
 * code, and the parent holds the keys.
 */

const whole = z.int().check(z.nonnegative());
const id = z.int().check(z.positive());

const startMessage = z.object({
  type: z.literal("start"),
  /** The module node-llama-cpp, as a path. */
  entry: z.string(),
  weights: z.string(),
  contextTokensCount: id,
  threadsCount: id,
  conversationsCount: id,
});
const askMessage = z.object({
  type: z.literal("ask"),
  id,
  /** A digest: the child learns no names. */
  conversation: z.string().check(z.regex(/^[\w-]{43}$/)),
  chat: z.array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() })),
  maxTokensCount: id,
  temperature: z.number(),
  seed: whole,
  schema: z.optional(z.record(z.string(), z.unknown())),
});
const stopMessage = z.object({ type: z.literal("stop"), id });
const pingMessage = z.object({ type: z.literal("ping"), id });

/** From us to the engine. */
export const toEngine = z.discriminatedUnion("type", [startMessage, askMessage, stopMessage, pingMessage]);
export type ToEngine = z.infer<typeof toEngine>;
export type Start = z.infer<typeof startMessage>;
export type Ask = z.infer<typeof askMessage>;

/** From the engine to us. */
export const fromEngine = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready"), contextTokensCount: id }),
  z.object({ type: z.literal("unusable"), what: z.enum(["engine", "weights"]) }),
  z.object({ type: z.literal("text"), id, text: z.string().check(z.maxLength(65_536)) }),
  z.object({
    type: z.literal("end"),
    id,
    reason: z.enum(["complete", "length", "stopped"]),
    inputTokensCount: whole,
    outputTokensCount: whole,
  }),
  z.object({ type: z.literal("error"), id, code: z.enum(["too-long", "failed", "full"]) }),
  z.object({ type: z.literal("pong"), id }),
]);
export type FromEngine = z.infer<typeof fromEngine>;
/** What can come back to one question. */
export type Reply = Extract<FromEngine, { type: "text" | "end" | "error" }>;
