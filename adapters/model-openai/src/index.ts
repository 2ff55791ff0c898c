export { openAiModel } from "./open.ts";
export type { OpenAiOptions, Timeouts, Tls } from "./options.ts";
export { cacheSalt } from "./salt.ts";
