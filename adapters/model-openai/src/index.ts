export { openConfiguredServer, type ServerConfig, serverConfig } from "./config.ts";
export { openAiModelFromFiles, type ServerFiles } from "./from-files.ts";
export { openAiModel } from "./open.ts";
export type { OpenAiOptions, Timeouts, Tls } from "./options.ts";
export { cacheSalt } from "./salt.ts";
