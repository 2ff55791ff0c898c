import type { Binding, Chat, Context, HistoryItem, Llama, LoadedModel, Sequence } from "./binding.ts";
import type { Ask, Reply, Start } from "./messages.ts";

type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;
type Outcome = WithoutId<Exclude<Reply, { type: "text" }>>;

interface Conversation {
  readonly context: Context;
  readonly sequence: Sequence;
  readonly chat: Chat;
  /** Questions of one conversation come one after the other. */
  last: Promise<unknown>;
  /** Questions asked and not yet answered. */
  presentCount: number;
  restsSinceMs: number;
}

/** How an answer is followed and stopped. */
interface Following {
  readonly signal: AbortSignal;
  readonly onText: (text: string) => void;
}

/**
 * llama.cpp with one model. Each conversation has a context of its own, so that no prefix computed for one
 * person is used for another; the one that rested longest makes room for a new one.
 */
export class Engine {
  readonly contextTokensCount: number;
  readonly #binding: Binding;
  readonly #llama: Llama;
  readonly #model: LoadedModel;
  readonly #start: Start;
  /** Longest unused first. */
  readonly #conversations = new Map<string, Conversation>();
  #changing: Promise<unknown> = Promise.resolve();

  private constructor(binding: Binding, llama: Llama, model: LoadedModel, start: Start) {
    this.#binding = binding;
    this.#llama = llama;
    this.#model = model;
    this.#start = start;
    this.contextTokensCount = Math.min(start.contextTokensCount, model.trainContextSize);
  }

  /** Loads and warms up; or says what is unusable. */
  static async open(start: Start): Promise<Engine | "engine" | "weights"> {
    let what: "engine" | "weights" = "engine";
    try {
      const binding = (await import(start.entry)) as Binding;
      const llama = await binding.getLlama({
        gpu: false,
        build: "never",
        skipDownload: true,
        progressLogs: false,
        logLevel: "disabled",
        maxThreads: start.threadsCount,
      });
      what = "weights";
      const model = await llama.loadModel({ modelPath: start.weights, gpuLayers: 0 });
      const engine = new Engine(binding, llama, model, start);
      await engine.#warmUp();
      return engine;
    } catch {
      return what;
    }
  }

  async #warmUp(): Promise<void> {
    const conversation = await this.#create();
    const history = [{ type: "user", text: "Hello" } as const, { type: "model", response: [] } as const];
    const { signal } = new AbortController();
    const options = { maxTokens: 1, temperature: 0, seed: 0, signal, stopOnAbortSignal: true } as const;
    await conversation.chat.generateResponse(history, { ...options, onTextChunk: () => undefined });
    await dispose(conversation);
  }

  /** Never throws: what goes wrong in native code is told by code only. */
  async answer(ask: Ask, following: Following): Promise<Outcome> {
    try {
      const conversation = await this.#enter(ask.conversation);
      if (conversation === undefined) return { type: "error", code: "full" };
      const answered = conversation.last.then(() => this.#generate(conversation, ask, following));
      conversation.last = answered.catch(() => undefined);
      return await answered.finally(() => {
        conversation.presentCount -= 1;
        conversation.restsSinceMs = performance.now();
      });
    } catch {
      // A stop before the first token comes as an error.
      return following.signal.aborted
        ? { type: "end", reason: "stopped", inputTokensCount: 0, outputTokensCount: 0 }
        : { type: "error", code: "failed" };
    }
  }

  /** Gives back the memory of conversations that have rested this long, and with it what was said in them. */
  sweep(restMs: number): Promise<void> {
    return this.#oneByOne(async () => {
      for (const [name, conversation] of this.#conversations) {
        const restedMs = performance.now() - conversation.restsSinceMs;
        if (conversation.presentCount === 0 && restedMs >= restMs) await this.#leave(name, conversation);
      }
    });
  }

  async #generate(
    { chat, sequence }: Conversation,
    ask: Ask,
    { signal, onText }: Following,
  ): Promise<Outcome> {
    const history = historyOf(ask);
    const { contextText } = chat.chatWrapper.generateContextState({ chatHistory: history });
    const inputTokensCount = contextText.tokenize(this.#model.tokenizer).length;
    // Else the engine would drop the beginning of the conversation, and say nothing.
    if (inputTokensCount + ask.maxTokensCount > this.contextTokensCount) {
      return { type: "error", code: "too-long" };
    }
    const spentBefore = sequence.tokenMeter.getState().usedOutputTokens;
    const grammar = ask.schema && (await this.#llama.createGrammarForJsonSchema(ask.schema));
    const { metadata } = await chat.generateResponse(history, {
      maxTokens: ask.maxTokensCount,
      temperature: ask.temperature,
      seed: ask.seed,
      ...(grammar && { grammar }),
      signal,
      stopOnAbortSignal: true,
      onTextChunk: onText,
    });
    const outputTokensCount = sequence.tokenMeter.getState().usedOutputTokens - spentBefore;
    return { type: "end", reason: reasonOf(metadata.stopReason), inputTokensCount, outputTokensCount };
  }

  /** The conversation of that name, with one more question in it; undefined when all others are busy. */
  #enter(name: string): Promise<Conversation | undefined> {
    return this.#oneByOne(async () => {
      const known = this.#conversations.get(name);
      if (!known && this.#conversations.size >= this.#start.conversationsCount) {
        const resting = [...this.#conversations].find(([, { presentCount }]) => presentCount === 0);
        if (!resting) return undefined;
        await this.#leave(...resting);
      }
      const conversation = known ?? (await this.#create());
      conversation.presentCount += 1;
      this.#conversations.delete(name);
      this.#conversations.set(name, conversation);
      return conversation;
    });
  }

  async #leave(name: string, conversation: Conversation): Promise<void> {
    this.#conversations.delete(name);
    await dispose(conversation);
  }

  /** Contexts are made and given back one after the other, so that none is counted or freed twice. */
  #oneByOne<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#changing.then(act);
    this.#changing = done.catch(() => undefined);
    return done;
  }

  async #create(): Promise<Conversation> {
    const context = await this.#model.createContext({
      contextSize: this.contextTokensCount,
      threads: this.#start.threadsCount,
      sequences: 1,
    });
    const sequence = context.getSequence();
    const chat = new this.#binding.LlamaChat({ contextSequence: sequence });
    return {
      context,
      sequence,
      chat,
      last: Promise.resolve(),
      presentCount: 0,
      restsSinceMs: performance.now(),
    };
  }
}

async function dispose({ chat, context }: Conversation): Promise<void> {
  chat.dispose();
  await context.dispose();
}

function historyOf({ chat }: Ask): HistoryItem[] {
  const items = chat.map(
    ({ role, content }): HistoryItem =>
      role === "assistant" ? { type: "model", response: [content] } : { type: role, text: content },
  );
  return [...items, { type: "model", response: [] }];
}

function reasonOf(stopReason: string): "complete" | "length" | "stopped" {
  if (stopReason === "maxTokens") return "length";
  return stopReason === "abort" ? "stopped" : "complete";
}
