import { once } from "node:events";
import type { Writable } from "node:stream";
import { BaseError, fromUtf8, isBaseError } from "@cloister/bytes";
import { lines } from "./lines.ts";

/** Answers one request: parsed JSON from outside. @throws BaseError for what the driver answers as an error */
export type Suite = (request: unknown) => object;

/** Longest request in bytes: the longest message and the largest saved state fit many times. */
const maxLineBytes = 32 * 1024 * 1024;

/**
 * Reads one JSON request a line and writes one JSON answer a line, in order, until the input ends or nobody
 * reads any more. A request that fails is answered by its error, and the driver goes on.
 */
export async function drive(input: {
  readonly requests: AsyncIterable<Uint8Array>;
  readonly answers: Writable;
  readonly suite: Suite;
  /** Told about faults of our own; what callers did wrong is in their answers. */
  readonly onFault: (error: unknown) => void;
}): Promise<void> {
  const { answers, suite, onFault } = input;
  let open = true;
  answers.on("error", () => {
    open = false;
  });
  for await (const line of lines(input.requests, maxLineBytes)) {
    const written = answers.write(`${JSON.stringify(answer(line, suite, onFault))}\n`);
    if (!written && open) await once(answers, "drain").catch(() => undefined);
    if (!open) return;
  }
}

function answer(line: Uint8Array | undefined, suite: Suite, onFault: (error: unknown) => void): object {
  let request: unknown;
  try {
    request = parse(line);
    return suite(request);
  } catch (error) {
    const named = idOf(request);
    if (isBaseError(error)) return { ...named, error: error.code, message: error.message };
    onFault(error);
    return { ...named, error: "INTERNAL", message: "a fault of the driver; its standard error says more" };
  }
}

function parse(line: Uint8Array | undefined): unknown {
  if (line === undefined) {
    throw new BaseError("Decode", "LINE_TOO_LONG", "a request has at most 32 MiB; send less at once");
  }
  const text = fromUtf8(line);
  let request: unknown;
  try {
    request = JSON.parse(text);
  } catch (cause) {
    throw new BaseError("Decode", "JSON_INVALID", "send one JSON object a line", { cause });
  }
  if (typeof request === "object" && request !== null && !Array.isArray(request)) return request;
  throw new BaseError("Decode", "REQUEST_INVALID", "a request is a JSON object");
}

/** Suites whose requests have an id get it back with an error too. */
function idOf(request: unknown): object {
  const id = (request as { readonly id?: unknown } | undefined)?.id;
  return typeof id === "string" || typeof id === "number" ? { id } : {};
}
