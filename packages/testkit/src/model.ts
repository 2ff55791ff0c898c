import {
  checkedEvents,
  jsonObject,
  type Model,
  type ModelEvent,
  type ModelRequest,
  matchesSchema,
  type StopSignal,
} from "@cloister/answering";
import { BaseError } from "@cloister/bytes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// On every runtime Cloister runs on; the ES library types do not have it.
declare const AbortController: new () => { readonly signal: StopSignal; abort(): void };

/** A signal that never fires. */
export function never(): StopSignal {
  return new AbortController().signal;
}

/** A signal, and what fires it. */
export function stoppable(): { readonly signal: StopSignal; readonly stop: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, stop: () => controller.abort() };
}

/** A small request; what is handed over replaces its parts. */
export function modelRequest(parts: Partial<ModelRequest> = {}): ModelRequest {
  return {
    scope: { tenant: "ward", patient: "p1", session: "s1" },
    policy: "You are a helpful assistant.",
    passages: [],
    turns: [{ from: "patient", text: "Tell me a long story about a lighthouse." }],
    maxTokensCount: 12,
    temperature: 0,
    seed: 7,
    ...parts,
  };
}

/** All that came, and its text in one. */
export async function collect(
  events: AsyncIterable<ModelEvent>,
): Promise<{ text: string; textsCount: number; end: Extract<ModelEvent, { type: "end" }> }> {
  let text = "";
  let textsCount = 0;
  for await (const event of events) {
    if (event.type === "end") return { text, textsCount, end: event };
    text += event.text;
    textsCount += 1;
  }
  throw new Error("the stream ended without an end");
}

/** A Model that says what it is told to, a piece at a time: the reference, and a fast one for what is above it. */
export class ScriptedModel implements Model {
  readonly identity = { name: "scripted", contextTokensCount: 4096 };
  /** Answers under way. */
  runningCount = 0;
  readonly #script: (request: ModelRequest) => readonly string[];
  readonly #pause: () => Promise<void>;
  #isClosed = false;

  /** @param pause waits between pieces; a test's clock may be behind it */
  constructor(
    script: (request: ModelRequest) => readonly string[],
    pause: () => Promise<void> = async () => undefined,
  ) {
    this.#script = script;
    this.#pause = pause;
  }

  generate(request: ModelRequest, signal: StopSignal): AsyncGenerator<ModelEvent, void, undefined> {
    return checkedEvents(request, () => this.#events(request, signal));
  }

  async *#events(request: ModelRequest, signal: StopSignal): AsyncGenerator<ModelEvent, void, undefined> {
    const pieces = this.#script(request);
    let outputTokensCount = 0;
    const end = (reason: "complete" | "length" | "stopped"): ModelEvent => ({
      type: "end",
      reason,
      usage: { inputTokensCount: request.policy.length, outputTokensCount },
    });
    this.runningCount += 1;
    try {
      for (const text of pieces) {
        if (outputTokensCount > 0) await this.#pause();
        if (this.#isClosed) throw new BaseError("Unavailable", "MODEL_CLOSED", "open the model again");
        if (signal.aborted) return yield end("stopped");
        if (outputTokensCount === request.maxTokensCount) return yield end("length");
        outputTokensCount += 1;
        yield { type: "text", text };
      }
      yield end("complete");
    } finally {
      this.runningCount -= 1;
    }
  }

  async health(): Promise<"ready" | "unavailable"> {
    return this.#isClosed ? "unavailable" : "ready";
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }
}

const choice = jsonObject({ urgent: { type: "boolean" }, kind: { enum: ["cough", "fever"] } });

/**
 * What every {@link Model} must do. The model must have something to say to {@link modelRequest} for at least
 * 12 tokens. Call it in a test file of the adapter.
 */
export function modelConformance(name: string, open: () => Promise<Model>): void {
  describe(`Model: ${name}`, () => {
    let model: Model;
    beforeAll(async () => {
      model = await open();
    }, 120_000);
    afterAll(() => model.close());

    it("says what it is", async () => {
      expect(model.identity.name).not.toBe("");
      expect(model.identity.contextTokensCount).toBeGreaterThan(0);
      if (model.identity.digest !== undefined) expect(model.identity.digest).toMatch(/^[0-9a-f]{64}$/);
      expect(await model.health()).toBe("ready");
    });

    it("streams its answer, stops at the length asked for, and says what was spent", async () => {
      const { textsCount, end } = await collect(model.generate(modelRequest(), never()));
      expect(textsCount).toBeGreaterThan(1);
      expect(end.reason).toBe("length");
      expect(end.usage.inputTokensCount).toBeGreaterThan(0);
      expect(end.usage.outputTokensCount).toBe(12);
    });

    it("says the same again for the same seed", async () => {
      const request = modelRequest({ temperature: 0.9, seed: 99 });
      const first = await collect(model.generate(request, never()));
      const again = await collect(model.generate(request, never()));
      expect(first.text).not.toBe("");
      expect(again.text).toBe(first.text);
    });

    it("gives JSON of the shape that was asked for, as text and as a value", async () => {
      const request = modelRequest({
        turns: [{ from: "patient", text: "I have a cough. Is it urgent?" }],
        output: choice,
        maxTokensCount: 200,
      });
      const { text, end } = await collect(model.generate(request, never()));
      expect(end.reason).toBe("complete");
      expect(matchesSchema(end.value, choice)).toBe(true);
      expect(end.value).toEqual(JSON.parse(text));
    });

    it("ends with an error where JSON does not fit into the length", async () => {
      const request = modelRequest({ output: choice, maxTokensCount: 2 });
      await expect(collect(model.generate(request, never()))).rejects.toMatchObject({ code: "MODEL_OUTPUT" });
    });

    it("does nothing for a signal that fired before", async () => {
      const { signal, stop } = stoppable();
      stop();
      const { textsCount, end } = await collect(model.generate(modelRequest(), signal));
      expect(textsCount).toBe(0);
      expect(end.reason).toBe("stopped");
    });

    it("stops in the middle, by signal or by leaving, and then answers the next", async () => {
      const long = modelRequest({ maxTokensCount: 200 });
      const { signal, stop } = stoppable();
      const reasons: string[] = [];
      for await (const event of model.generate(long, signal)) {
        if (event.type === "end") reasons.push(event.reason);
        else stop();
      }
      expect(reasons).toEqual(["stopped"]);
      for await (const event of model.generate(long, never())) {
        if (event.type === "text") break;
      }
      const { end } = await collect(model.generate(modelRequest(), never()));
      expect(end.reason).toBe("length");
    });

    it("answers two conversations at once as if each were alone", async () => {
      const requests = ["p1", "p2"].map((patient) =>
        modelRequest({
          scope: { tenant: "ward", patient, session: "s1" },
          turns: [{ from: "patient", text: `Tell me a long story about ${patient}.` }],
        }),
      );
      const alone: string[] = [];
      for (const request of requests) alone.push((await collect(model.generate(request, never()))).text);
      const together = await Promise.all(
        requests.map((request) => collect(model.generate(request, never()))),
      );
      expect(together.map(({ text }) => text)).toEqual(alone);
    });

    it("refuses a request that is none before it begins", async () => {
      const broken = [
        modelRequest({ turns: [] }),
        modelRequest({ maxTokensCount: 0 }),
        modelRequest({ seed: -1 }),
      ];
      for (const request of broken) {
        await expect(collect(model.generate(request, never()))).rejects.toMatchObject({
          code: "MODEL_REQUEST",
        });
      }
    });

    it("ends what is under way when it is closed, and begins nothing more", async () => {
      const answering = model.generate(modelRequest({ maxTokensCount: 200 }), never());
      await answering.next();
      await model.close();
      await expect(collect(answering)).rejects.toMatchObject({ code: "MODEL_CLOSED" });
      await expect(collect(model.generate(modelRequest(), never()))).rejects.toMatchObject({
        code: "MODEL_CLOSED",
      });
      expect(await model.health()).toBe("unavailable");
    });
  });
}
