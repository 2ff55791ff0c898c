export { type CatalogueEntry, catalogue } from "./catalogue.ts";
export { type Progress, type PullInput, publicHubUrl, pullWeights, type Wanted } from "./pull.ts";
export { removeWeights, type StoredWeights, storedWeights, weightsIn, weightsPath } from "./store.ts";
