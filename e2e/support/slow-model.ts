import type { ServerResponse } from "node:http";
import {
  chunk,
  done,
  FaultServer,
  finish,
  type ReceivedBody,
  streamHead,
} from "../../adapters/model-openai/src/testing/fault-server.ts";

const betweenSentencesMs = 1_500;
/** What no passage says: it must never be seen. */
export const invention = "Standing on one leg cures every illness within two hours [1]. ";

/**
 * A server with the OpenAI-compatible API whose model repeats the first passage it is given, a sentence at a
 * time, with an invention in between. It knows whether somebody still listens.
 */
export class SlowModel {
  readonly #server = new FaultServer();
  writingCount = 0;
  /** When the last answer under way ended or was given up, as `performance.now()`. */
  idleAtMs = 0;

  async start(): Promise<void> {
    await this.#server.start();
  }

  get baseUrl(): string {
    return this.#server.baseUrl;
  }

  /** Call it when the agent has made sure that this server keeps its promises. */
  beginWriting(): void {
    this.#server.faults = { chat: (response, body) => this.#write(response, body) };
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  #write(response: ServerResponse, { messages }: ReceivedBody): void {
    const question = messages.at(-1)?.content ?? "";
    const [, passage = ""] = /\[passage 1 [^\]]+\]\n[^\n]*\n([^[]*)\[end/.exec(question) ?? [];
    const sentences = passage.split(/(?<=[.])\s+/).filter((sentence) => sentence.length > 20);
    const said = sentences.slice(0, 4).map((sentence) => `${sentence.replace(/\.$/, "")} [1]. `);
    said.splice(1, 0, invention);
    this.writingCount += 1;
    response.writeHead(200, streamHead);
    const timer = setInterval(() => {
      const sentence = said.shift();
      if (sentence !== undefined) return void response.write(chunk(sentence));
      const usage = { prompt_tokens: 5, completion_tokens: 5 };
      response.end(finish + chunk(undefined, { choices: [], usage }) + done);
    }, betweenSentencesMs);
    response.once("close", () => {
      clearInterval(timer);
      this.writingCount -= 1;
      this.idleAtMs = performance.now();
    });
  }
}
