import { join } from "node:path";
import type { Model } from "@cloister/answering";
import { engineEntry } from "./install.ts";
import { type LlamaOptions, llamaModel } from "./open.ts";
import { storedWeights } from "./weights/index.ts";

/** What `cloister model` brought to this machine. */
export interface StoredModel extends Pick<LlamaOptions, "threadsCount" | "contextTokensCount"> {
  /** The folder that `cloister model` put engine and weights into. */
  readonly data: string;
  readonly name: string;
}

/**
 * Loads weights that `cloister model pull` stored, with the engine of `cloister model install`.
 * @throws BaseError `MODEL_ENGINE`, and as `storedWeights` and {@link llamaModel} do
 */
export async function storedModel({ data, name, ...options }: StoredModel): Promise<Model> {
  const weights = await storedWeights(join(data, "models"), name);
  return llamaModel({
    ...options,
    engine: await engineEntry(join(data, "engine")),
    weights: weights.path,
    digest: weights.digest,
  });
}
