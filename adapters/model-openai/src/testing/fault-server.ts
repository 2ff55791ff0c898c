import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import type { JsonSchema } from "@cloister/answering";

/** What a client sent, as far as tests look at it. */
export interface ReceivedBody {
  readonly model: string;
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly max_tokens: number;
  readonly seed: number;
  readonly cache_salt: string;
  readonly cache_prompt: boolean;
  readonly response_format?: { readonly json_schema: { readonly schema: JsonSchema } };
}

/** What the server does differently from a good one. */
export interface Faults {
  readonly tokenMs?: number;
  readonly model?: string;
  readonly listed?: readonly string[];
  readonly ignores?: readonly ("schema" | "seed" | "usage" | "max_tokens")[];
  /** Hands everything over at the end, as a proxy may. */
  readonly buffers?: boolean;
  /** Takes over the answer to a chat. */
  readonly chat?: (response: ServerResponse, body: ReceivedBody) => void;
}

/** A chunk as servers send it. */
export function chunk(content: string | undefined, more: object = {}): string {
  const choice = { index: 0, delta: content === undefined ? {} : { content }, finish_reason: null };
  return `data: ${JSON.stringify({ id: "c", model: "m", choices: [choice], ...more })}\n\n`;
}

export const streamHead = { "Content-Type": "text/event-stream" };
export const finish = chunk(undefined, { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
export const done = "data: [DONE]\n\n";

/**
 * An OpenAI-compatible server of our own with an engine that counts: it says a token every `tokenMs` until it
 * is done or its client is gone.
 */
export class FaultServer {
  faults: Faults = {};
  readonly bodies: ReceivedBody[] = [];
  readonly headers: IncomingMessage["headers"][] = [];
  /** Answers under way, and when the last one ended. */
  runningCount = 0;
  idleAtMs = 0;
  #server: Server | undefined;
  #scheme = "http";

  async start(tls?: ServerOptions): Promise<void> {
    const listener = (request: IncomingMessage, response: ServerResponse) =>
      void this.#serve(request, response);
    const server = tls ? createTlsServer(tls, listener) : createServer(listener);
    this.#scheme = tls ? "https" : "http";
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }

  get baseUrl(): string {
    const address = this.#server?.address() as AddressInfo | null | undefined;
    return `${this.#scheme}://127.0.0.1:${address?.port}/v1`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.headers.push(request.headers);
    if (request.url === "/v1/models") {
      const data = (this.faults.listed ?? ["m"]).map((id) => ({ id }));
      response.writeHead(200, { "Content-Type": "application/json" }).end(JSON.stringify({ data }));
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = JSON.parse(Buffer.concat(parts).toString()) as ReceivedBody;
    this.bodies.push(body);
    if (this.faults.chat) this.faults.chat(response, body);
    else this.#answer(response, body);
  }

  #answer(response: ServerResponse, body: ReceivedBody): void {
    const { tokenMs = 1, model = "m", ignores = [], buffers = false } = this.faults;
    const schema = ignores.includes("schema") ? undefined : body.response_format?.json_schema.schema;
    const words = schema === undefined ? undefined : pieces(JSON.stringify(instance(schema)));
    const limit = ignores.includes("max_tokens") ? 10_000 : body.max_tokens;
    let state = ignores.includes("seed") ? Math.floor(Math.random() * 2 ** 31) : body.seed;
    let saidCount = 0;
    this.runningCount += 1;
    response.writeHead(200, streamHead);
    const held: string[] = [];
    const write = (text: string) => (buffers ? held.push(text) : response.write(text));
    const timer = setInterval(() => {
      const word =
        words === undefined ? `w${(state = (state * 48_271 + 11) % 0x7fff_ffff)} ` : words[saidCount];
      if (word !== undefined && saidCount < limit) {
        saidCount += 1;
        write(chunk(word, { model }));
        return;
      }
      const reason = word === undefined ? "stop" : "length";
      write(chunk(undefined, { model, choices: [{ index: 0, delta: {}, finish_reason: reason }] }));
      const usage = { prompt_tokens: 5, completion_tokens: saidCount };
      if (!ignores.includes("usage")) write(chunk(undefined, { model, choices: [], usage }));
      write(done);
      response.end(held.join(""));
      clearInterval(timer);
    }, tokenMs);
    response.once("close", () => {
      clearInterval(timer);
      this.runningCount -= 1;
      this.idleAtMs = performance.now();
    });
  }
}

function pieces(text: string): string[] {
  return text.match(/.{1,4}/g) ?? [];
}

/** Some value of the shape. */
function instance(schema: JsonSchema): unknown {
  if ("enum" in schema) return schema.enum[0];
  switch (schema.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(schema.properties).map(([key, item]) => [key, instance(item)]),
      );
    case "array":
      return [];
    case "string":
      return "";
    case "boolean":
      return false;
    case "null":
      return null;
    case "integer":
    case "number":
      return 0;
  }
}
