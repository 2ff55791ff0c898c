export { buildEif } from "./build.ts";
export type { EifImage, EifMetadata } from "./format.ts";
export { type MeasuredParts, measureEif } from "./measure.ts";
export { type ParsedEif, parseEif } from "./parse.ts";
export { type EifCode, eifRules } from "./rules.ts";
export type { EifSigner } from "./signature.ts";
