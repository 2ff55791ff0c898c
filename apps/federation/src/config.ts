import { parseArgs } from "node:util";
import { BaseError } from "@cloister/bytes";

export const usage = `cloister federation: hospitals train one model together; nobody sees another's records, nor, with DP-SGD, its update

  identity    print this party's public key, made at first use
    --data DIR            where the key and what is kept lie
  check       say what a task costs each hospital, and whether it keeps its promise
    --task FILE           the task that all parties agreed on (JSON)
    --delta NUMBER        below 1 / patients, such as 1e-6
  coordinate  lead a task; sees sums only
    --task FILE --data DIR
    --host NAME --port N  where to listen; default 127.0.0.1:8460; put TLS in front
    --validation FILE     CSV of records that no hospital sends: a model that becomes worse is taken back
    --delta NUMBER        for the model's card
    --out FILE            the trained model (.safetensors)
  join        take part with a hospital's own table
    --task FILE --data DIR
    --coordinator URL
    --node N              this hospital's number in the task
    --table FILE          CSV
    --ledger FILE         the privacy budget's ledger (see cloister train open)
    --budget NAME         the budget that pays
    --out FILE            the trained model (.safetensors)
  --help                  this text

Both go on where they were when they are started again. SIGTERM ends them. coordinate prints {"listening":PORT};
each prints one JSON line a step.
`;

/** What a command line asks for. */
export type FederationCommand =
  | { readonly do: "help" }
  | { readonly do: "identity"; readonly dataDir: string }
  | { readonly do: "check"; readonly taskFile: string; readonly delta: number }
  | CoordinateConfig
  | JoinConfig;

export interface CoordinateConfig {
  readonly do: "coordinate";
  readonly taskFile: string;
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly validationFile?: string;
  readonly delta: number;
  readonly outFile: string;
}

export interface JoinConfig {
  readonly do: "join";
  readonly taskFile: string;
  readonly dataDir: string;
  readonly coordinatorUrl: string;
  readonly node: number;
  readonly tableFile: string;
  readonly ledgerFile: string;
  readonly budget: string;
  readonly outFile: string;
}

type Values = Readonly<Record<string, string | boolean | undefined>>;

/** @throws BaseError `FEDERATION_USAGE` */
export function readCommand(args: readonly string[]): FederationCommand {
  const { values, positionals } = parse(args);
  const text = (name: string) => required(values, name);
  if (values.help || positionals.length === 0) return { do: "help" };
  const [command] = positionals;
  if (command === "identity") return { do: command, dataDir: text("data") };
  if (command === "check")
    return { do: command, taskFile: text("task"), delta: numberOf(text("delta"), "delta") };
  const common = { taskFile: text("task"), dataDir: text("data"), outFile: text("out") };
  if (command === "coordinate") {
    const { validation } = values;
    return {
      do: command,
      ...common,
      host: text("host"),
      port: wholeOf(text("port"), "port"),
      delta: numberOf(text("delta"), "delta"),
      ...(typeof validation === "string" && { validationFile: validation }),
    };
  }
  if (command !== "join") throw misuse("the command is identity, check, coordinate or join");
  const url = text("coordinator");
  if (!URL.canParse(url) || !/^https?:/.test(url)) throw misuse("--coordinator must be an http or https URL");
  return {
    do: command,
    ...common,
    coordinatorUrl: url.replace(/\/$/, ""),
    node: wholeOf(text("node"), "node"),
    tableFile: text("table"),
    ledgerFile: text("ledger"),
    budget: text("budget"),
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: text,
        task: text,
        delta: text,
        host: { ...text, default: "127.0.0.1" },
        port: { ...text, default: "8460" },
        validation: text,
        out: text,
        coordinator: text,
        node: text,
        table: text,
        ledger: text,
        budget: text,
        help: { type: "boolean", default: false },
      },
    });
  } catch {
    throw misuse("an option is unknown or has no value");
  }
}

function required(values: Values, name: string): string {
  const value = values[name];
  if (typeof value !== "string" || value === "") throw misuse(`--${name} is missing`);
  return value;
}

function numberOf(text: string, name: string): number {
  const value = Number(text);
  if (value > 0 && value < 1) return value;
  throw misuse(`--${name} is a number between 0 and 1`);
}

function wholeOf(text: string, name: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw misuse(`--${name} is a whole number`);
}

function misuse(message: string): BaseError {
  return new BaseError("Usage", "FEDERATION_USAGE", `${message}; see --help`);
}
