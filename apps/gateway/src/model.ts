import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { defaultQueueLimits, type Model, queuedModel } from "@cloister/answering";
import { loadSeed, readSecret } from "@cloister/keys-file";
import { llamaModel } from "@cloister/model-llama";
import { engineEntry } from "@cloister/model-llama/engine";
import { storedWeights } from "@cloister/model-llama/weights";
import { openAiModel } from "@cloister/model-openai";
import { systemClock } from "@cloister/net-platform";
import type { GatewayConfig } from "./config.ts";

/** The model of the configuration, with its queue in front. @throws BaseError of the adapter */
export async function openModel(config: GatewayConfig): Promise<Model> {
  const given = Object.entries(config.queue ?? {}).filter(([, value]) => value !== undefined);
  const limits = { ...defaultQueueLimits, ...Object.fromEntries(given) };
  const model =
    config.model.kind === "embedded"
      ? await embedded(config, config.model)
      : await server(config, config.model);
  return queuedModel(model, limits, systemClock);
}

type Embedded = Extract<GatewayConfig["model"], { kind: "embedded" }>;
type Server = Extract<GatewayConfig["model"], { kind: "server" }>;

async function embedded({ folder }: GatewayConfig, model: Embedded): Promise<Model> {
  const data = resolve(folder, model.data);
  const weights = await storedWeights(join(data, "models"), model.name);
  return llamaModel({
    engine: await engineEntry(join(data, "engine")),
    weights: weights.path,
    digest: weights.digest,
    ...(model.threadsCount !== undefined && { threadsCount: model.threadsCount }),
    ...(model.contextTokensCount !== undefined && { contextTokensCount: model.contextTokensCount }),
  });
}

async function server({ folder }: GatewayConfig, model: Server): Promise<Model> {
  const text = async (file: string | undefined) =>
    file === undefined ? undefined : readFile(resolve(folder, file), "utf8");
  const secret = async (file: string | undefined) =>
    file === undefined ? undefined : (await readSecret(resolve(folder, file))).trim();
  const [apiKey, ca, certificate, key] = await Promise.all([
    secret(model.apiKeyFile),
    text(model.caFile),
    text(model.certificateFile),
    secret(model.keyFile),
  ]);
  return openAiModel({
    baseUrl: model.baseUrl,
    model: model.model,
    contextTokensCount: model.contextTokensCount,
    cacheSecret: await loadSeed(resolve(folder, model.cacheSecretFile)),
    ...(apiKey !== undefined && { apiKey }),
    tls: {
      ...(ca !== undefined && { ca }),
      ...(certificate !== undefined && { certificate }),
      ...(key !== undefined && { key }),
    },
  });
}
