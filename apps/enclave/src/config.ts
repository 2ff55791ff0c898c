import { parseArgs } from "node:util";
import { BaseError } from "@cloister/bytes";

export const usage = `cloister enclave host: starts the assistant apart from everything, and is its only way out

  build  --out FILE --root FILE --index FILE
         bundles the assistant, and prints one JSON line of what will be measured of it here
  run    --program FILE --root FILE --index FILE --relay URL --log URL --invitation FILE
         measures the program as it is now, starts it, and makes evidence about it

  --program FILE      the assistant's bundle
  --root FILE         the development root of this machine; made where it is missing
  --index FILE        knowledge made by "cloister kb build"
  --relay, --log URL  all that can be reached from inside
  --invitation FILE   the organisation's invitation for an agent, good for each start

"run" prints one JSON line {"ready":true} when the assistant can be asked. SIGTERM ends both.
`;

/** What to do. */
export type Command =
  | { readonly do: "help" }
  | { readonly do: "build"; readonly out: string; readonly root: string; readonly index: string }
  | ({ readonly do: "run" } & RunConfig);

export interface RunConfig {
  readonly program: string;
  readonly root: string;
  readonly index: string;
  readonly relayUrl: string;
  readonly logUrl: string;
  readonly invitation: string;
}

/** @throws BaseError `ENCLAVE_USAGE` */
export function readCommand(args: readonly string[]): Command {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help") return { do: "help" };
  const values = parse(rest);
  const needed = (flag: keyof typeof values): string => {
    const value = values[flag];
    if (value === undefined || value === "") throw misuse(`--${flag} is missing`);
    return value;
  };
  const about = () => ({ root: needed("root"), index: needed("index") });
  switch (name) {
    case "build":
      return { do: "build", out: needed("out"), ...about() };
    case "run":
      return {
        do: "run",
        program: needed("program"),
        ...about(),
        relayUrl: url(needed("relay")),
        logUrl: url(needed("log")),
        invitation: needed("invitation"),
      };
    default:
      throw misuse("say build or run");
  }
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        out: text,
        program: text,
        root: text,
        index: text,
        relay: text,
        log: text,
        invitation: text,
      },
    }).values;
  } catch {
    throw misuse("an option is unknown or has no value");
  }
}

function url(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text)) throw misuse("addresses are http or https URLs");
  return text.replace(/\/$/, "");
}

function misuse(message: string): BaseError {
  return new BaseError("Usage", "ENCLAVE_USAGE", `${message}; see --help`);
}
