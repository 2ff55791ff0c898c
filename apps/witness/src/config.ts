import { parseArgs } from "node:util";
import { BaseError } from "@cloister/bytes";

export const usage = `cloister witness: cosigns the checkpoints of logs that only grow (C2SP tlog-witness)

Usage: cloister witness --data DIR --name NAME --logs FILE [options]

  --data DIR      where the keys and the last cosigned checkpoints are; made when missing. Never roll it back
  --name NAME     name in the cosignatures, such as witness.example/w1
  --logs FILE     policy file (C2SP tlog-policy) whose "log" lines name the logs to cosign
  --host NAME     address to listen on (127.0.0.1); put TLS in front
  --port NUMBER   port to listen on (8470); 0 takes any
  --print-policy  print the lines that name this witness in other people's policy files, and end
  --help          print this and end

When it is ready it prints one JSON line with "listening": the port.
`;

/** What a command line asks for. */
export type WitnessCommand =
  | { readonly do: "help" }
  | { readonly do: "print-policy"; readonly dataDir: string; readonly name: string }
  | {
      readonly do: "serve";
      readonly dataDir: string;
      readonly name: string;
      readonly logsFile: string;
      readonly host: string;
      readonly port: number;
    };

/** @throws BaseError `CONFIG_INVALID` that names the option */
export function readCommand(args: readonly string[]): WitnessCommand {
  const values = parse(args);
  if (values.help) return { do: "help" };
  const [dataDir, name] = [required("data", values.data), required("name", values.name)];
  // What a signature line and ML-DSA's message can hold.
  if (!/^[!-*,-~]{1,200}$/.test(name)) {
    throw invalid("--name: use 1 to 200 visible ASCII characters without + or spaces");
  }
  if (values["print-policy"]) return { do: "print-policy", dataDir, name };
  const port = /^[0-9]{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN;
  if (!(port <= 65_535)) throw invalid("--port: a number from 0 to 65535");
  return { do: "serve", dataDir, name, logsFile: required("logs", values.logs), host: values.host, port };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        data: text,
        name: text,
        logs: text,
        host: { ...text, default: "127.0.0.1" },
        port: { ...text, default: "8470" },
        "print-policy": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : "unknown option");
  }
}

function required(option: string, value: string | undefined): string {
  if (value !== undefined && value !== "") return value;
  throw invalid(`--${option} is missing`);
}

function invalid(problem: string): BaseError {
  return new BaseError("Usage", "CONFIG_INVALID", `${problem}. See --help`);
}
