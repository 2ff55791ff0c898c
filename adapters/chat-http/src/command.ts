import { parseArgs } from "node:util";
import { BaseError } from "@cloister/bytes";
import { type KeyScope, scopes } from "./keys.ts";

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

/** The options that every such program has, for its help. */
export const optionsHelp = `  --config FILE       JSON; see the README
  --new-key NAME      make a key, print it once, keep its hash; needs --tenant
  --tenant NAME       who shares one allowance with the new key
  --scope SCOPE       what the new key may do: chat (default), models, policy; may be given again
  --max-tokens N      the most that one answer for the new key may have (1024)
  --help              this text

Prints one JSON line with "listening" when it can be asked. SIGHUP reads the keys again, SIGTERM ends it.
`;

/** @throws BaseError `CHAT_USAGE` */
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
  return new BaseError("Usage", "CHAT_USAGE", `${message}; see --help`);
}
