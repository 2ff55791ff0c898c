import { readFile } from "node:fs/promises";
import { BaseError } from "@cloister/bytes";
import { optionsHelp, readConfigFile, serviceConfig } from "@cloister/chat-http";
import { serverConfig } from "@cloister/model-openai";
import { type RoutingPolicy, readPolicy } from "@cloister/routing";
import { z } from "zod/mini";

export const usage = `cloister egress: the way to a cloud vendor; it holds the vendor's key, sees surrogates only, and scans again

${optionsHelp}`;

const count = z.int().check(z.positive());

const configSchema = z.strictObject({
  ...serviceConfig,
  /** The organisation's routing policy, with its record of the vendor. */
  policyFile: z.string().check(z.minLength(1)),
  vendor: z.strictObject({
    /** As in the policy's record. */
    id: z.string().check(z.minLength(1)),
    ...serverConfig,
  }),
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
export type EgressConfig = z.infer<typeof configSchema> & { readonly folder: string };

/** @throws BaseError `EGRESS_CONFIG` */
export function readConfig(file: string): Promise<EgressConfig> {
  return readConfigFile(file, configSchema, "EGRESS_CONFIG");
}

/** @throws BaseError `EGRESS_POLICY` */
export async function readPolicyFile(file: string): Promise<RoutingPolicy> {
  try {
    return readPolicy(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    const why = cause instanceof BaseError ? cause.message : "it is missing or no JSON";
    throw new BaseError("Usage", "EGRESS_POLICY", `${file} is no routing policy: ${why}`, { cause });
  }
}
