import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { BaseError } from "@cloister/bytes";

export const usage = `cloister agent: the assistant, an endpoint of the encrypted conversation

  --data DIR          where its identity, sessions and history are kept, sealed
  --relay URL         the organisation's relay
  --index FILE        knowledge made by "cloister kb build"
  --invitation FILE   the organisation's invitation for an agent; used at first start
  --backing CLASS     what the organisation says stands behind the key:
                      development (default) or declared
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
  return {
    dataDir: required(values.data, "--data"),
    relayUrl: relayUrl.replace(/\/$/, ""),
    indexFile: required(values.index, "--index"),
    invitationFile: required(values.invitation, "--invitation"),
    backing,
  };
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
