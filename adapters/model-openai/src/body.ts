import { type ModelRequest, toChat } from "@cloister/answering";
import type { Settings } from "./options.ts";
import { cacheSalt } from "./salt.ts";

/**
 * The body of `POST /chat/completions`. `cache_salt` parts the caches of vLLM; `cache_prompt` keeps llama.cpp
 * from giving a slot to whoever's prompt begins alike. Servers ignore what they do not know.
 */
export function chatBody({ model, cacheSecret, partsCaches }: Settings, request: ModelRequest): object {
  const { scope, output, maxTokensCount, temperature, seed } = request;
  return {
    model,
    messages: toChat(request, cacheSecret),
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: maxTokensCount,
    temperature,
    seed,
    n: 1,
    ...(partsCaches && { cache_salt: cacheSalt(cacheSecret, scope), cache_prompt: false }),
    ...(output !== undefined && {
      response_format: {
        type: "json_schema",
        json_schema: { name: "answer", strict: true, schema: output },
      },
    }),
  };
}
