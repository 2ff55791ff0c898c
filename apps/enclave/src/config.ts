import { parseArgs } from "node:util";
import { BaseError } from "@cloister/bytes";

export const usage = `cloister enclave host: starts the assistant apart from everything, and is its only way out

  build  --out FILE --root FILE --index FILE
         bundles the assistant, and prints one JSON line of what will be measured of it here
  bundle --out FILE
         the bundle alone, as it goes into an image
  run    --program FILE --root FILE --index FILE --relay URL --log URL --invitation FILE
         measures the program as it is now, starts it, and makes evidence about it
  run    --image FILE --qemu DIR, and the same otherwise
         boots an image in QEMU, and vouches for it under the development root

  --program FILE      the assistant's bundle
  --image FILE        made by "cloister enclave build"
  --qemu DIR          where adapters/tee-qemu/install.sh put QEMU
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
  | { readonly do: "bundle"; readonly out: string }
  | ({ readonly do: "run" } & RunConfig);

/** What is started: a program apart, or an image in QEMU. */
type Started = { readonly program: string } | { readonly image: string; readonly qemu: string };

/** What to run, and what it may reach. */
export interface RunConfig {
  readonly start: Started;
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
    case "bundle":
      return { do: "bundle", out: needed("out") };
    case "run":
      return {
        do: "run",
        start:
          values.image === undefined
            ? { program: needed("program") }
            : { image: needed("image"), qemu: needed("qemu") },
        ...about(),
        relayUrl: url(needed("relay")),
        logUrl: url(needed("log")),
        invitation: needed("invitation"),
      };
    default:
      throw misuse("say build, bundle or run");
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
        image: text,
        qemu: text,
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
