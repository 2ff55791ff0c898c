import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import type { Model } from "@cloister/answering";
import { BaseError } from "@cloister/bytes";
import { LlamaModel, type Timeouts } from "./model.ts";
import { EngineProcess } from "./process.ts";

/** What to load, and how much of the machine it may take. */
export interface LlamaOptions {
  /** The engine that `cloister model install` put there: see `engineEntry`. */
  readonly engine: string;
  /** A GGUF file. */
  readonly weights: string;
  /** What the weights must have as SHA-256; 64 hexadecimal digits. Receipts name what was found. */
  readonly digest?: string;
  /** 4096, or what the model was made for. */
  readonly contextTokensCount?: number;
  /** Half of the machine unless given; use 1 where cores are shared. */
  readonly threadsCount?: number;
  /** How many conversations keep their context in memory; 4 unless given. At least what runs at once. */
  readonly conversationsCount?: number;
  readonly timeouts?: Partial<Timeouts>;
}

const defaultTimeouts: Timeouts = { firstTokenMs: 60_000, betweenTokensMs: 20_000, totalMs: 115_000 };

/**
 * A model in a process of its own, loaded and warmed up. Put `queuedModel` in front.
 * @throws BaseError `MODEL_DIGEST` for other weights than expected, `MODEL_WEIGHTS`, `MODEL_ENGINE`,
 * `MODEL_OPTIONS`, `MODEL_CRASHED`, `MODEL_TIMEOUT`
 */
export async function llamaModel(options: LlamaOptions): Promise<Model> {
  const { contextTokensCount = 4096, conversationsCount = 4 } = options;
  const threadsCount = options.threadsCount ?? Math.max(1, Math.floor(availableParallelism() / 2));
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const counts = [contextTokensCount, conversationsCount, threadsCount, ...Object.values(timeouts)];
  if (!counts.every((count) => Number.isSafeInteger(count) && count > 0)) {
    throw new BaseError("Usage", "MODEL_OPTIONS", "every count and timeout is a whole number above 0");
  }
  const digest = await digestOf(options.weights);
  if (options.digest !== undefined && options.digest !== digest) {
    throw new BaseError(
      "Verification",
      "MODEL_DIGEST",
      "the weights are not the expected ones; pull them again",
    );
  }
  const engine = new EngineProcess({
    entry: options.engine,
    weights: options.weights,
    contextTokensCount,
    threadsCount,
    conversationsCount,
  });
  const actual = await engine.open();
  const identity = { name: basename(options.weights, ".gguf"), digest, contextTokensCount: actual };
  return new LlamaModel(identity, engine, timeouts);
}

/** @throws BaseError `MODEL_WEIGHTS` */
async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }))
      hash.update(chunk as Buffer);
  } catch (cause) {
    throw new BaseError("Usage", "MODEL_WEIGHTS", "the weights cannot be read: cloister model pull", {
      cause,
    });
  }
  return hash.digest("hex");
}
