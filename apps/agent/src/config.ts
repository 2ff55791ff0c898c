import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { BaseError } from "@cloister/bytes";
import type { MemoryConfig } from "./memory.ts";
import type { ModelConfig } from "./model.ts";

export const usage = `cloister agent: the assistant, an endpoint of the encrypted conversation

  --data DIR          where its identity, sessions and history are kept, sealed
  --relay URL         the organisation's relay
  --index FILE        knowledge made by "cloister kb build"
  --invitation FILE   the organisation's invitation for an agent; used at first start
  --backing CLASS     what the organisation says stands behind the key:
                      development (default) or declared
  --model NAME|URL    words the answers: weights of "cloister model pull", or a server with an
                      OpenAI-compatible API (up to /v1); without it answers are quotations
  --model-data DIR    where "cloister model" put weights and engine
  --model-name NAME   what the server calls the model
  --model-context N   tokens that input and output may have together there (8192)
  --model-digest HEX  SHA-256 of the server's weights, where you vouch for it; for receipts
  --model-key FILE    the server's API key
  --model-ca FILE     certificates to trust for the server, as PEM
  --memory DIR        remembers each person's turns there, sealed, while their consent stands; with --keys
  --keys FILE         the configuration of the organisation's keys (docs/keys.md)
  --help              this text

Prints one JSON line {"ready":true} when it can be asked. SIGTERM ends it; questions under way come again.
`;

/** What an operator may claim by a flag. Hardware is claimed by evidence only, never by configuration. */
const claimableBackings = ["development", "declared"] as const;

export interface AgentConfig {
  readonly dataDir: string;
  readonly relayUrl: string;
  readonly indexFile: string;
  readonly invitationFile: string;
  readonly backing: (typeof claimableBackings)[number];
  readonly model?: ModelConfig;
  readonly memory?: MemoryConfig;
}

/** @returns undefined when help was asked for. @throws BaseError `AGENT_USAGE` */
export function readConfig(args: readonly string[]): AgentConfig | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const backing = claimableBackings.find((choice) => choice === values.backing);
  if (backing === undefined) throw misuse("--backing must be development or declared");
  const relayUrl = required(values.relay, "--relay");
  if (!URL.canParse(relayUrl) || !/^https?:/.test(relayUrl))
    throw misuse("--relay must be an http or https URL");
  const model = modelOf(values);
  const memory = memoryOf(values);
  return {
    dataDir: required(values.data, "--data"),
    relayUrl: relayUrl.replace(/\/$/, ""),
    indexFile: required(values.index, "--index"),
    invitationFile: required(values.invitation, "--invitation"),
    backing,
    ...(model && { model }),
    ...(memory && { memory }),
  };
}

type Values = ReturnType<typeof parse>;

function modelOf(values: Values): ModelConfig | undefined {
  const { model } = values;
  if (model === undefined) {
    const given = Object.keys(values).find((name) => name.startsWith("model-") && name !== "model-context");
    if (given !== undefined) throw misuse(`--${given} needs --model`);
    return undefined;
  }
  if (!/^https?:/.test(model)) {
    return { kind: "stored", name: model, data: required(values["model-data"], "--model-data") };
  }
  const contextTokensCount = Number(values["model-context"]);
  if (!Number.isSafeInteger(contextTokensCount) || contextTokensCount < 1)
    throw misuse("--model-context is a whole number");
  const { "model-digest": digest, "model-key": apiKeyFile, "model-ca": caFile } = values;
  return {
    kind: "server",
    baseUrl: model,
    model: required(values["model-name"], "--model-name"),
    contextTokensCount,
    ...(digest !== undefined && { digest }),
    ...(apiKeyFile !== undefined && { apiKeyFile }),
    ...(caFile !== undefined && { caFile }),
  };
}

function memoryOf({ memory, keys }: Values): MemoryConfig | undefined {
  if (memory === undefined && keys === undefined) return undefined;
  return { folder: required(memory, "--memory"), keysFile: required(keys, "--keys") };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: { type: "string" },
        relay: { type: "string" },
        index: { type: "string" },
        invitation: { type: "string" },
        backing: { type: "string", default: "development" },
        model: { type: "string" },
        "model-data": { type: "string" },
        "model-name": { type: "string" },
        "model-context": { type: "string", default: "8192" },
        "model-digest": { type: "string" },
        "model-key": { type: "string" },
        "model-ca": { type: "string" },
        memory: { type: "string" },
        keys: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch {
    throw misuse("an option is unknown or has no value");
  }
}

function required(value: string | undefined, flag: string): string {
  if (value === undefined || value === "") throw misuse(`${flag} is missing`);
  return value;
}

function misuse(message: string): BaseError {
  return new BaseError("Usage", "AGENT_USAGE", `${message}; see --help`);
}

/** @throws BaseError `AGENT_FILE` */
export async function readRequired(path: string, what: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw new BaseError("Usage", "AGENT_FILE", `${what} cannot be read: ${path}`, { cause });
  });
}
