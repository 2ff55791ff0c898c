import type { ModelRequest, Turn } from "@cloister/answering";
import { BaseError } from "@cloister/bytes";
import { z } from "zod/mini";
import type { KeyRecord } from "./keys.ts";
import { jsonSchema } from "./schema.ts";

const text = z.string().check(z.maxLength(262_144));
const content = z.union([
  text,
  z.array(z.object({ type: z.literal("text"), text })).check(z.minLength(1), z.maxLength(64)),
]);
const opaque = z.optional(z.nullable(z.string().check(z.minLength(1), z.maxLength(256))));

/** The part of a chat completion that means something here; whatever else a client sends is refused. */
const chatSchema = z.strictObject({
  model: z.string(),
  messages: z
    .array(z.object({ role: z.enum(["system", "developer", "user", "assistant"]), content }))
    .check(z.minLength(1), z.maxLength(256)),
  stream: z.optional(z.nullable(z.boolean())),
  stream_options: z.optional(z.nullable(z.object({ include_usage: z.optional(z.boolean()) }))),
  max_tokens: z.optional(z.nullable(z.int().check(z.positive()))),
  max_completion_tokens: z.optional(z.nullable(z.int().check(z.positive()))),
  temperature: z.optional(z.nullable(z.number().check(z.minimum(0), z.maximum(2)))),
  seed: z.optional(z.nullable(z.int().check(z.minimum(0), z.maximum(0xffff_ffff)))),
  n: z.optional(z.nullable(z.literal(1))),
  response_format: z.optional(
    z.discriminatedUnion("type", [
      z.object({ type: z.literal("text") }),
      z.object({
        type: z.literal("json_schema"),
        json_schema: z.object({
          name: z.string(),
          strict: z.optional(z.nullable(z.boolean())),
          schema: jsonSchema,
        }),
      }),
    ]),
  ),
  /** Whose prompt it is: parts caches. Opaque. */
  user: opaque,
  safety_identifier: opaque,
  /** Which conversation it is. Opaque. */
  prompt_cache_key: opaque,
  /** An extension of the protocol: what in the messages are surrogates. */
  surrogates: z.optional(
    z.array(z.string().check(z.minLength(1), z.maxLength(256))).check(z.maxLength(4_096)),
  ),
});

type ChatBody = z.infer<typeof chatSchema>;

/** What a client asked for. */
export interface ChatCall {
  /** Words that the client says are surrogates; attacker-controlled like the rest. */
  readonly surrogates: readonly string[];
  readonly request: ModelRequest;
  readonly streams: boolean;
  readonly includesUsage: boolean;
}

/** What a body is read by. */
export interface Reading {
  readonly key: KeyRecord;
  readonly model: string;
  readonly policy: string;
  readonly takesSurrogates: boolean;
  /** Names a conversation that the client did not name: nothing is shared with any other then. */
  readonly freshId: () => string;
}

/** @throws BaseError `CHAT_REQUEST`, `CHAT_MODEL`, `CHAT_SCOPE` */
export function readChat(body: unknown, reading: Reading): ChatCall {
  const parsed = chatSchema.safeParse(body);
  const isMisplaced = parsed.data?.surrogates !== undefined && !reading.takesSurrogates;
  if (!parsed.success || isMisplaced) {
    const [issue] = parsed.error?.issues ?? [{ path: ["surrogates"] }];
    const place = issue?.path.filter((part) => typeof part === "string").join(".") || "the body";
    throw new BaseError(
      "Usage",
      "CHAT_REQUEST",
      `mend the request: ${place} is not as this endpoint takes it`,
    );
  }
  const { data } = parsed;
  if (data.model !== reading.model) {
    throw new BaseError("Usage", "CHAT_MODEL", `there is no such model here; ask for ${reading.model}`);
  }
  return {
    request: modelRequest(data, reading),
    surrogates: data.surrogates ?? [],
    streams: data.stream === true,
    includesUsage: data.stream_options?.include_usage === true,
  };
}

function modelRequest(data: ChatBody, { key, policy, freshId }: Reading): ModelRequest {
  const isRule = ({ role }: ChatBody["messages"][number]) => role === "system" || role === "developer";
  const rules = data.messages.filter(isRule).map((message) => textOf(message.content));
  if (rules.length > 0 && !key.scopes.includes("policy")) {
    throw new BaseError("Policy", "CHAT_SCOPE", "this key may not set rules; leave system messages out");
  }
  const turns = data.messages
    .filter((message) => !isRule(message))
    .map(
      ({ role, content: said }): Turn => ({
        from: role === "user" ? "patient" : "assistant",
        text: textOf(said),
      }),
    );
  const wanted = data.max_completion_tokens ?? data.max_tokens ?? key.maxTokensCount;
  const format = data.response_format;
  return {
    scope: {
      tenant: key.tenant,
      patient: data.safety_identifier ?? data.user ?? freshId(),
      session: data.prompt_cache_key ?? freshId(),
    },
    policy: [policy, ...rules].join("\n\n"),
    passages: [],
    turns,
    maxTokensCount: Math.min(wanted, key.maxTokensCount),
    temperature: data.temperature ?? 0,
    seed: data.seed ?? 0,
    ...(format?.type === "json_schema" && { output: format.json_schema.schema }),
  };
}

function textOf(said: z.infer<typeof content>): string {
  return typeof said === "string" ? said : said.map((part) => part.text).join("\n");
}
