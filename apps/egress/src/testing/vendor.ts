import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A vendor on this machine: it repeats the last message and keeps every byte that it was sent. */
export interface FakeVendor {
  readonly baseUrl: string;
  readonly bodies: readonly string[];
  /** How many answers were ended by who asked. */
  readonly brokenOffCount: () => number;
  close(): Promise<void>;
}

interface ChatBody {
  readonly messages: readonly { readonly content: string }[];
  readonly response_format?: {
    readonly json_schema: {
      readonly schema: { readonly properties: { readonly word: { readonly enum: readonly string[] } } };
    };
  };
}

/** Starts one. With `pauseMs` it speaks slowly. */
export async function startFakeVendor({
  apiKey,
  pauseMs = 1,
}: {
  readonly apiKey: string;
  readonly pauseMs?: number;
}): Promise<FakeVendor> {
  const bodies: string[] = [];
  let brokenOffCount = 0;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    if (request.headers.authorization !== `Bearer ${apiKey}`) return response.writeHead(401).end();
    if (request.method === "GET") return response.end(JSON.stringify({ data: [{ id: "cloud-1" }] }));
    bodies.push(body);
    response.once("close", () => {
      if (!response.writableFinished) brokenOffCount += 1;
    });
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    for (const content of wordsOf(JSON.parse(body) as ChatBody)) {
      if (response.destroyed) return response;
      response.write(eventOf({ choices: [{ index: 0, delta: { content } }] }));
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    response.write(eventOf({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }));
    response.write(eventOf({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 9 } }));
    return response.end("data: [DONE]\n\n");
  };
  const server: Server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    bodies,
    brokenOffCount: () => brokenOffCount,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function eventOf(value: object): string {
  return `data: ${JSON.stringify({ model: "cloud-1", ...value })}\n\n`;
}

/** The last message in pieces of uneven length, cut anywhere; the word that a schema asks for. */
function wordsOf({ messages, response_format }: ChatBody): string[] {
  const word = response_format?.json_schema.schema.properties.word.enum[0];
  if (word !== undefined) return [JSON.stringify({ word })];
  const text = messages.at(-1)?.content ?? "";
  const size = Math.max(3, Math.ceil(text.length / 40));
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const length = 1 + ((at * 7) % size) + Math.floor(size / 2);
    pieces.push(text.slice(at, at + length));
    at += length;
  }
  return pieces;
}
