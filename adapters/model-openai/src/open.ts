import type { Model } from "@cloister/answering";
import { OpenAiModel } from "./model.ts";
import { type OpenAiOptions, settingsOf } from "./options.ts";
import { probe } from "./probe.ts";

/**
 * A model behind an OpenAI-compatible server, once it has shown that it honours what the port promises. Its
 * answers take one connection each. Put `queuedModel` in front.
 * @throws BaseError `MODEL_OPTIONS`, `MODEL_UNKNOWN`, `MODEL_CAPABILITY`, and what `generate` throws
 */
export async function openAiModel(options: OpenAiOptions): Promise<Model> {
  const settings = settingsOf(options);
  const model = new OpenAiModel(settings);
  try {
    await probe(model, settings.requireSeed);
  } catch (error) {
    await model.close();
    throw error;
  }
  return model;
}
