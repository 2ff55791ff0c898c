import { readFile } from "node:fs/promises";
import type { Model } from "@cloister/answering";
import { openAiModel } from "./open.ts";
import type { OpenAiOptions } from "./options.ts";

/** A server whose secrets and certificates are in files. */
export interface ServerFiles
  extends Pick<
    OpenAiOptions,
    "baseUrl" | "model" | "contextTokensCount" | "digest" | "cacheSecret" | "partsCaches" | "requireSeed"
  > {
  readonly apiKeyFile?: string;
  readonly caFile?: string;
  readonly certificateFile?: string;
  readonly keyFile?: string;
}

/**
 * Opens a model behind a server.
 * @param readSecret reads a file that nobody else may read
 * @throws BaseError as {@link openAiModel} does, and what the files throw
 */
export async function openAiModelFromFiles(
  files: ServerFiles,
  readSecret: (path: string) => Promise<string>,
): Promise<Model> {
  const { apiKeyFile, caFile, certificateFile, keyFile, ...options } = files;
  const text = async (file: string | undefined) => (file === undefined ? undefined : readFile(file, "utf8"));
  const secret = async (file: string | undefined) =>
    file === undefined ? undefined : (await readSecret(file)).trim();
  const [apiKey, ca, certificate, key] = await Promise.all([
    secret(apiKeyFile),
    text(caFile),
    text(certificateFile),
    secret(keyFile),
  ]);
  return openAiModel({
    ...options,
    ...(apiKey !== undefined && { apiKey }),
    tls: {
      ...(ca !== undefined && { ca }),
      ...(certificate !== undefined && { certificate }),
      ...(key !== undefined && { key }),
    },
  });
}
