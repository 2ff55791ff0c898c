export type { Timeouts } from "./model.ts";
export { type LlamaOptions, llamaModel } from "./open.ts";
export { type StoredModel, storedModel } from "./stored.ts";
