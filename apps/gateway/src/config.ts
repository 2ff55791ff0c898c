import { optionsHelp, readConfigFile, serviceConfig } from "@cloister/chat-http";
import { serverConfig } from "@cloister/model-openai";
import { z } from "zod/mini";

export const usage = `cloister gateway: an OpenAI-compatible endpoint with keys and safety gates, in front of a model

${optionsHelp}`;

const path = z.string().check(z.minLength(1));
const count = z.int().check(z.positive());

const configSchema = z.strictObject({
  ...serviceConfig,
  /** Which emergency numbers; ISO 3166-1 alpha-2. */
  region: z.string().check(z.regex(/^[A-Z]{2}$/)),
  /** The house's rules, as text; a short default otherwise. */
  policyFile: z.optional(path),
  model: z.discriminatedUnion("kind", [
    z.strictObject({
      kind: z.literal("embedded"),
      /** Where `cloister model` put engine and weights. */
      data: path,
      name: z.string(),
      threadsCount: z.optional(count),
      contextTokensCount: z.optional(count),
    }),
    z.strictObject({
      kind: z.literal("server"),
      ...serverConfig,
    }),
  ]),
  queue: z.optional(
    z.strictObject({
      concurrencyCount: z.optional(count),
      tenantConcurrencyCount: z.optional(count),
      waitingCount: z.optional(count),
      tenantWaitingCount: z.optional(count),
      waitMs: z.optional(count),
    }),
  ),
});

/** What the configuration file says. Its paths are relative to it. */
export type GatewayConfig = z.infer<typeof configSchema> & { readonly folder: string };

/** @throws BaseError `GATEWAY_CONFIG` */
export function readConfig(file: string): Promise<GatewayConfig> {
  return readConfigFile(file, configSchema, "GATEWAY_CONFIG");
}
