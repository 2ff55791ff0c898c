import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { parseArgs } from "node:util";
import { BaseError } from "@cloister/bytes";
import { z } from "zod/mini";
import { type KeyScope, scopes } from "./keys.ts";

export const usage = `cloister gateway: an OpenAI-compatible endpoint with keys and safety gates, in front of a model

  --config FILE       JSON: where to listen, which model, which keys; see the README
  --new-key NAME      make a key, print it once, keep its hash; needs --tenant
  --tenant NAME       who shares one allowance with the new key
  --scope SCOPE       what the new key may do: chat (default), models, policy; may be given again
  --max-tokens N      the most that one answer for the new key may have (1024)
  --help              this text

Prints one JSON line with "listening" when it can be asked. SIGHUP reads the keys again, SIGTERM ends it.
`;

const path = z.string().check(z.minLength(1));
const count = z.int().check(z.positive());

const configSchema = z.strictObject({
  listen: z.strictObject({ host: z.string(), port: z.int().check(z.minimum(0), z.maximum(65_535)) }),
  keysFile: path,
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
      baseUrl: z.string(),
      model: z.string(),
      contextTokensCount: count,
      /** A secret of 64 hexadecimal digits, made at first use. */
      cacheSecretFile: path,
      apiKeyFile: z.optional(path),
      caFile: z.optional(path),
      certificateFile: z.optional(path),
      keyFile: z.optional(path),
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

/** What the command line asks for. */
export type Command =
  | { readonly do: "help" }
  | { readonly do: "serve"; readonly configFile: string }
  | { readonly do: "new-key"; readonly configFile: string; readonly key: NewKey };

/** A key to be made. */
interface NewKey {
  readonly id: string;
  readonly tenant: string;
  readonly scopes: KeyScope[];
  readonly maxTokensCount: number;
}

/** @throws BaseError `GATEWAY_USAGE` */
export function readCommand(args: readonly string[]): Command {
  const values = parse(args);
  if (values.help) return { do: "help" };
  const configFile = values.config;
  if (configFile === undefined) throw misuse("--config is missing");
  const id = values["new-key"];
  if (id === undefined) return { do: "serve", configFile };
  const { tenant, scope } = values;
  if (tenant === undefined) throw misuse("--tenant is missing");
  const chosen = scopes.filter((known) => scope.includes(known));
  if (chosen.length !== new Set(scope).size) throw misuse("--scope is one of chat, models, policy");
  const maxTokensCount = Number(values["max-tokens"]);
  if (!Number.isSafeInteger(maxTokensCount) || maxTokensCount < 1)
    throw misuse("--max-tokens is a whole number");
  return { do: "new-key", configFile, key: { id, tenant, scopes: chosen, maxTokensCount } };
}

/** @throws BaseError `GATEWAY_CONFIG` */
export async function readConfig(file: string): Promise<GatewayConfig> {
  try {
    const config = configSchema.parse(JSON.parse(await readFile(file, "utf8")));
    return { ...config, folder: dirname(resolve(file)) };
  } catch (cause) {
    const place = cause instanceof z.core.$ZodError ? cause.issues[0]?.path.join(".") : undefined;
    const where = place === undefined || place === "" ? "" : ` at ${place}`;
    throw new BaseError("Usage", "GATEWAY_CONFIG", `${file} is missing or not as the README has it${where}`, {
      cause,
    });
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        config: { type: "string" },
        "new-key": { type: "string" },
        tenant: { type: "string" },
        scope: { type: "string", multiple: true, default: ["chat"] },
        "max-tokens": { type: "string", default: "1024" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch {
    throw misuse("an option is unknown or has no value");
  }
}

function misuse(message: string): BaseError {
  return new BaseError("Usage", "GATEWAY_USAGE", `${message}; see --help`);
}
