import { resolve } from "node:path";
import { defaultQueueLimits, type Model, queuedModel } from "@cloister/answering";
import { loadSeed, readSecret } from "@cloister/keys-file";
import { storedModel } from "@cloister/model-llama";
import { openConfiguredServer } from "@cloister/model-openai";
import { systemClock } from "@cloister/net-platform";
import type { GatewayConfig } from "./config.ts";

/** The model of the configuration, with its queue in front. @throws BaseError of the adapter */
export async function openModel(config: GatewayConfig): Promise<Model> {
  const limits = { ...defaultQueueLimits, ...given(config.queue ?? {}) };
  const model =
    config.model.kind === "embedded"
      ? await embedded(config, config.model)
      : await server(config, config.model);
  return queuedModel(model, limits, systemClock);
}

type Embedded = Extract<GatewayConfig["model"], { kind: "embedded" }>;
type Server = Extract<GatewayConfig["model"], { kind: "server" }>;

async function embedded({ folder }: GatewayConfig, { kind: _kind, ...model }: Embedded): Promise<Model> {
  return storedModel({ ...given(model), data: resolve(folder, model.data) });
}

async function server({ folder }: GatewayConfig, { kind: _kind, ...model }: Server): Promise<Model> {
  return openConfiguredServer(model, { at: (file) => resolve(folder, file), readSecret, loadSeed });
}

/** What of an object is set. */
function given<T extends object>(options: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const set = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [K in keyof T]: Exclude<T[K], undefined> };
}
