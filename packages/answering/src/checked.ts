import { BaseError } from "@cloister/bytes";
import { type JsonValue, matchesSchema } from "./json.ts";
import type { ModelEvent, ModelRequest } from "./model.ts";
import { checkRequest } from "./request.ts";

/** Bytes of UTF-8 that a token of any vocabulary in use stays below, whitespace runs aside. */
const maxTokenLength = 256;

/**
 * The events of an engine, held to the port's promises: the request is checked before anything begins, an
 * engine that says more than it may is cut off, JSON has the shape that was asked for, and the end is the last.
 * @throws BaseError `MODEL_REQUEST`, `MODEL_OUTPUT`, and what the engine throws
 */
export async function* checkedEvents(
  request: ModelRequest,
  start: () => AsyncIterable<ModelEvent>,
): AsyncGenerator<ModelEvent, void, undefined> {
  checkRequest(request);
  const maxLength = request.maxTokensCount * maxTokenLength;
  let text = "";
  let length = 0;
  for await (const event of start()) {
    if (event.type === "text") {
      if (event.text === "") continue;
      length += event.text.length;
      if (length > maxLength) throw unusable("is longer than was asked for");
      if (request.output !== undefined) text += event.text;
      yield event;
    } else {
      yield request.output === undefined || event.reason === "stopped"
        ? event
        : { ...event, value: parse(text, request) };
      return;
    }
  }
  throw new BaseError("Unavailable", "MODEL_BROKEN_OFF", "the model broke off; ask again");
}

function parse(text: string, { output }: ModelRequest): JsonValue {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unusable("is not complete JSON; allow more tokens");
  }
  if (output === undefined || !matchesSchema(value, output))
    throw unusable("does not have the shape asked for");
  return value;
}

function unusable(why: string): BaseError {
  return new BaseError("Decode", "MODEL_OUTPUT", `the model's answer ${why}`);
}
