import { parseArgs } from "node:util";
import { BaseError, fromHex } from "@cloister/bytes";
import { z } from "zod/mini";

/** What the process was asked to do. */
export interface LogConfig {
  readonly dataDir: string;
  readonly origin: string;
  readonly host: string;
  readonly port: number;
  /** Ed25519, 32 bytes: the relay's key that signs append tokens. */
  readonly tokenKey: Uint8Array;
  readonly readerTokenFile?: string;
  /** Policy file: its witnesses are asked to cosign. */
  readonly policyFile?: string;
  /** Origin of the web app, or `*`. */
  readonly webOrigin?: string;
  /** Under which people reach the log. */
  readonly publicUrl?: string;
  readonly leavesPerSecond: number;
}

/** What the command line asks for. */
export type Command =
  | { readonly do: "help" }
  | { readonly do: "print-vkey"; readonly dataDir: string; readonly origin: string }
  | { readonly do: "serve"; readonly config: LogConfig };

export const help = `Cloister's transparency log: keeps audit leaves without health information, proves them.

Usage: node src/main.ts --data DIR --origin NAME --token-key HEX [options]

  --data DIR              where log.sqlite and log.key are; made when missing
  --origin NAME           name of the log in its checkpoints, such as clinic.example/log
  --token-key HEX         Ed25519 public key of the relay that signs append tokens
  --reader-token FILE     file with the token of those who may read entries; without it nobody may
  --policy FILE           C2SP tlog-policy; its witnesses with an address cosign, its quorum decides what is published
  --web-origin URL        origin of the web app that may call from a browser, or *
  --public-url URL        where people reach the log behind a reverse proxy; requests must name it, or this machine
  --host NAME             address to listen on (127.0.0.1)
  --port NUMBER           port to listen on (8421); 0 takes any
  --leaves-per-second N   how much one append token may write, with bursts of ten times that (20)
  --print-vkey            print the verifier key and end
  --help                  print this and end

Each option may come from the environment instead: CLOISTER_LOG_DATA, CLOISTER_LOG_TOKEN_KEY and so on.
When it is ready it prints one JSON line with "listening": the port.
`;

const flags = [
  "data",
  "origin",
  "token-key",
  "reader-token",
  "policy",
  "web-origin",
  "public-url",
  "host",
  "port",
  "leaves-per-second",
] as const;

const defaults: Readonly<Record<string, string>> = {
  host: "127.0.0.1",
  port: "8421",
  "leaves-per-second": "20",
};

const text = z.string().check(z.minLength(1), z.maxLength(1024));
const origin = z
  .string("say the log's name")
  .check(z.regex(/^[!-*,-~]{1,200}$/, "use 1 to 200 visible ASCII characters without + or spaces"));
const named = z.object({ data: text, origin });
const whole = z.object({
  ...named.shape,
  "token-key": z.string("say the relay's public key").check(z.regex(/^[0-9a-f]{64}$/i, "use 64 hex digits")),
  "reader-token": z.optional(text),
  policy: z.optional(text),
  "web-origin": z.optional(
    z.union(
      [z.literal("*"), z.url({ protocol: /^https?$/ })],
      "use an origin such as https://chat.example, or *",
    ),
  ),
  "public-url": z.optional(
    z.url({ protocol: /^https?$/, error: "use an address such as https://log.example" }),
  ),
  host: text,
  port: z.coerce.number().check(z.int(), z.minimum(0), z.maximum(65_535)),
  "leaves-per-second": z.coerce.number().check(z.int(), z.minimum(1), z.maximum(1_000_000)),
});

/**
 * Reads the command line, and the environment for what it leaves out.
 * @throws BaseError `CONFIG_INVALID` that names the option
 */
export function readCommand(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Command {
  const given = parse(args);
  if (given["help"] === true) return { do: "help" };
  const values = Object.fromEntries(
    flags.map((flag) => [flag, given[flag] ?? env[variableOf(flag)] ?? defaults[flag]]),
  );
  if (given["print-vkey"] === true) {
    const checked = check(named, values);
    return { do: "print-vkey", dataDir: checked.data, origin: checked.origin };
  }
  const checked = check(whole, values);
  return {
    do: "serve",
    config: {
      dataDir: checked.data,
      origin: checked.origin,
      host: checked.host,
      port: checked.port,
      tokenKey: fromHex(checked["token-key"]),
      leavesPerSecond: checked["leaves-per-second"],
      ...(checked["reader-token"] === undefined ? {} : { readerTokenFile: checked["reader-token"] }),
      ...(checked.policy === undefined ? {} : { policyFile: checked.policy }),
      ...(checked["public-url"] === undefined ? {} : { publicUrl: checked["public-url"] }),
      ...(checked["web-origin"] === undefined ? {} : { webOrigin: checked["web-origin"] }),
    },
  };
}

function variableOf(flag: string): string {
  return `CLOISTER_LOG_${flag.toUpperCase().replaceAll("-", "_")}`;
}

function parse(args: readonly string[]): Readonly<Record<string, string | boolean | undefined>> {
  const texts = Object.fromEntries(flags.map((flag) => [flag, { type: "string" as const }]));
  const options = { ...texts, help: { type: "boolean" }, "print-vkey": { type: "boolean" } } as const;
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : "unknown option");
  }
}

function check<T extends z.core.$ZodType>(schema: T, values: unknown): z.output<T> {
  const result = z.safeParse(schema, values);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `--${issue.path.join(".")}: ${issue.message}`);
  throw invalid(problems.join("; "));
}

function invalid(problem: string): BaseError {
  return new BaseError("Usage", "CONFIG_INVALID", `${problem}. See --help`);
}
