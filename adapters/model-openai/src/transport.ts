import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { BaseError } from "@cloister/bytes";
import { statusError, timedOut, unreachable } from "./errors.ts";
import type { Settings } from "./options.ts";

const maxErrorBytes = 65_536;

/** One request of its own connection: ending it is how the server learns that nobody listens any more. */
export interface Call {
  readonly method: "GET" | "POST";
  /** Below the base address, without a slash before it. */
  readonly path: string;
  readonly body?: object;
  /** Ends the connection; its reason is thrown when it is a BaseError. */
  readonly signal: AbortSignal;
}

/**
 * The answer with status 200, its body still to come.
 * @throws BaseError `MODEL_UNREACHABLE` and those of {@link statusError}
 */
export async function call(settings: Settings, input: Call): Promise<IncomingMessage> {
  const response = await open(settings, input);
  if (response.statusCode === 200) return response;
  const text = await readText(response, maxErrorBytes).catch(() => "");
  response.destroy();
  throw statusError(response.statusCode ?? 0, response.headers["retry-after"], text);
}

function open(settings: Settings, { method, path, body, signal }: Call): Promise<IncomingMessage> {
  const { baseUrl, apiKey, tls, timeouts } = settings;
  const url = new URL(`${baseUrl.href.replace(/\/$/, "")}/${path}`);
  const secure = url.protocol === "https:";
  const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown) => {
      clearTimeout(timer);
      const reason: unknown = signal.aborted ? signal.reason : cause;
      reject(reason instanceof BaseError ? reason : unreachable(reason));
    };
    const request = (secure ? httpsRequest : httpRequest)(url, {
      method,
      agent: false,
      signal,
      headers: {
        Accept: method === "POST" ? "text/event-stream" : "application/json",
        Connection: "close",
        ...(payload && { "Content-Type": "application/json", "Content-Length": payload.length }),
        ...(apiKey !== undefined && { Authorization: `Bearer ${apiKey}` }),
      },
      ...(secure && { ca: tls.ca, cert: tls.certificate, key: tls.key, minVersion: "TLSv1.2" as const }),
    });
    let timer = setTimeout(() => request.destroy(), timeouts.connectMs);
    request.once("socket", (socket) => {
      socket.once(secure ? "secureConnect" : "connect", () => {
        clearTimeout(timer);
        timer = setTimeout(() => request.destroy(timedOut("to begin")), timeouts.firstTokenMs);
      });
    });
    request.once("error", fail);
    request.once("response", (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    request.end(payload);
  });
}

/** @throws RangeError beyond `maxBytes`, TypeError for what is not UTF-8, and what the connection throws */
export async function readText(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new RangeError("the answer is too long");
    chunks.push(chunk);
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
}
