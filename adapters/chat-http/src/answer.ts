import { randomUUID } from "node:crypto";
import type { Usage } from "@cloister/answering";
import type { KeyRecord } from "./keys.ts";
import { sizeBucket } from "./log.ts";
import { chunk, completion, type FinishReason, type Head, refusalOf, usageChunk } from "./reply.ts";
import type { ChatCall } from "./request.ts";
import type { ChatEvent, ChatService } from "./service.ts";

const heartbeatMs = 15_000;
/** Lengths on the wire tell what was said; padded ones tell less. */
const paddedBytes = 256;

interface Ending {
  readonly finishReason: FinishReason;
  readonly usage: Usage;
}

/** One question on its way through the gates, and its answer in the protocol. */
export class Answering {
  readonly #service: ChatService;
  readonly #key: KeyRecord;
  readonly #call: ChatCall;
  readonly #stopping = new AbortController();
  readonly #head: Head;
  #outputLength = 0;

  constructor(service: ChatService, key: KeyRecord, call: ChatCall) {
    this.#service = service;
    this.#key = key;
    this.#call = call;
    this.#head = {
      id: `chatcmpl-${randomUUID()}`,
      created: Math.floor(Date.now() / 1_000),
      model: service.name,
    };
  }

  /** Nobody listens any more. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Waits for the first clause, so that a refusal still has its status. @throws BaseError */
  async respond(): Promise<Response> {
    const events = this.#service.answer(this.#call, this.#stopping.signal);
    const first = await events.next();
    const all = this.#texts(first, events);
    return this.#call.streams ? this.#streamed(all) : this.#whole(all);
  }

  /** What is said, and how it ended. */
  async *#texts(
    first: IteratorResult<ChatEvent, void>,
    events: AsyncGenerator<ChatEvent, void, undefined>,
  ): AsyncGenerator<string, Ending, undefined> {
    let usage: Usage = { outputTokensCount: 0 };
    let finishReason: FinishReason = "stop";
    try {
      for (let next = first; !next.done; next = await events.next()) {
        const event = next.value;
        switch (event.type) {
          case "text":
            this.#outputLength += event.text.length;
            yield event.text;
            break;
          case "end":
            this.#log(event.reason);
            if (event.reason === "length") finishReason = "length";
            ({ usage } = event);
            break;
          case "notice":
            this.#log(event.outcome, event.code);
            ({ finishReason } = event);
            yield event.text;
            break;
        }
      }
      return { finishReason, usage };
    } finally {
      // Whoever leaves here leaves the engine too.
      await events.return();
    }
  }

  async #whole(texts: AsyncGenerator<string, Ending, undefined>): Promise<Response> {
    let text = "";
    let next = await texts.next();
    for (; !next.done; next = await texts.next()) text += next.value;
    const { finishReason, usage } = next.value;
    return Response.json(completion(this.#head, text, finishReason, usage));
  }

  #streamed(texts: AsyncGenerator<string, Ending, undefined>): Response {
    const encoder = new TextEncoder();
    let heartbeat: NodeJS.Timeout | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const send = (data: string) => controller.enqueue(encoder.encode(padded(data)));
        heartbeat = setInterval(() => send(""), heartbeatMs);
        send(dataOf(chunk(this.#head, { role: "assistant", content: "" })));
      },
      pull: async (controller) => {
        const send = (data: string) => controller.enqueue(encoder.encode(padded(data)));
        try {
          const next = await texts.next();
          if (!next.done) return send(dataOf(chunk(this.#head, { content: next.value })));
          send(dataOf(chunk(this.#head, {}, next.value.finishReason)));
          if (this.#call.includesUsage) send(dataOf(usageChunk(this.#head, next.value.usage)));
          send("data: [DONE]\n\n");
        } catch (error) {
          const { body: refused } = refusalOf(error);
          this.#service.log({ event: "refused", key: this.#key.id, code: refused.error.code });
          send(dataOf(refused));
        }
        clearInterval(heartbeat);
        controller.close();
      },
      cancel: async () => {
        clearInterval(heartbeat);
        this.stop();
        await texts.return({ finishReason: "stop", usage: { outputTokensCount: 0 } });
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  }

  #log(outcome: "complete" | "length" | "stopped" | "withheld" | "emergency", code?: string): void {
    const inputLength = this.#call.request.turns.reduce((sum, { text }) => sum + text.length, 0);
    this.#service.log({
      event: "answered",
      key: this.#key.id,
      outcome,
      ...(code !== undefined && { code }),
      inputSize: sizeBucket(inputLength),
      outputSize: sizeBucket(this.#outputLength),
    });
  }
}

function dataOf(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** A comment before the event fills it up; clients skip comments. An empty event is a heartbeat. */
function padded(event: string): string {
  const content = event === "" ? "\n" : event;
  const missing = paddedBytes - ((Buffer.byteLength(content) + 2) % paddedBytes);
  return `:${" ".repeat(missing)}\n${content}`;
}
