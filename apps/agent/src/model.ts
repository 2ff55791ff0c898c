import { join } from "node:path";
import { defaultQueueLimits, type Model, queuedModel } from "@cloister/answering";
import { loadSeed, readSecret } from "@cloister/keys-file";
import { storedModel } from "@cloister/model-llama";
import { openAiModelFromFiles, type ServerFiles } from "@cloister/model-openai";
import { systemClock } from "@cloister/net-platform";

/** Which model words the answers. */
export type ModelConfig =
  | { readonly kind: "stored"; readonly name: string; readonly data: string }
  | ({ readonly kind: "server" } & Omit<ServerFiles, "cacheSecret">);

/** One answer at a time for each person, and few in line: who asks more waits for a quoted answer no longer. */
const limits = {
  ...defaultQueueLimits,
  tenantConcurrencyCount: 1,
  tenantWaitingCount: 3,
};

/**
 * Opens the model, with a queue in which each person is a tenant.
 * @throws BaseError of the adapter
 */
export async function openModel(config: ModelConfig, dataDir: string): Promise<Model> {
  if (config.kind === "stored") {
    const { name, data } = config;
    return queuedModel(await storedModel({ name, data }), limits, systemClock);
  }
  const { kind: _kind, ...server } = config;
  const cacheSecret = await loadSeed(join(dataDir, "model-cache.key"));
  return queuedModel(await openAiModelFromFiles({ ...server, cacheSecret }, readSecret), limits, systemClock);
}
