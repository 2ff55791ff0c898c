import type { Model } from "@cloister/answering";
import { z } from "zod/mini";
import { openAiModelFromFiles } from "./from-files.ts";
import type { OpenAiOptions } from "./options.ts";

const path = z.string().check(z.minLength(1));

/** What a configuration file says about a server; its files are named by paths. */
export const serverConfig = {
  baseUrl: z.string(),
  model: z.string(),
  contextTokensCount: z.int().check(z.positive()),
  /** A secret of 64 hexadecimal digits, made at first use. */
  cacheSecretFile: path,
  apiKeyFile: z.optional(path),
  caFile: z.optional(path),
  certificateFile: z.optional(path),
  keyFile: z.optional(path),
} as const;

/** The same, read. */
export type ServerConfig = z.infer<z.ZodMiniObject<typeof serverConfig>>;

/** How the files of a configuration are found and read. */
export interface ConfigFiles {
  /** From a path as the configuration has it. */
  readonly at: (path: string) => string;
  /** Of their owner alone: `readSecret` and `loadSeed` of `@cloister/keys-file`. */
  readonly readSecret: (path: string) => Promise<string>;
  readonly loadSeed: (path: string) => Promise<Uint8Array>;
}

/** Opens the server of a configuration. @throws BaseError as `openAiModelFromFiles` does */
export async function openConfiguredServer(
  { cacheSecretFile, apiKeyFile, caFile, certificateFile, keyFile, ...server }: ServerConfig,
  { at, readSecret, loadSeed }: ConfigFiles,
  options: Pick<OpenAiOptions, "partsCaches" | "requireSeed"> = {},
): Promise<Model> {
  const files = {
    ...(apiKeyFile !== undefined && { apiKeyFile: at(apiKeyFile) }),
    ...(caFile !== undefined && { caFile: at(caFile) }),
    ...(certificateFile !== undefined && { certificateFile: at(certificateFile) }),
    ...(keyFile !== undefined && { keyFile: at(keyFile) }),
  };
  const cacheSecret = await loadSeed(at(cacheSecretFile));
  return openAiModelFromFiles({ ...server, ...files, ...options, cacheSecret }, readSecret);
}
