import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { BaseError } from "@cloister/bytes";
import { type OrganisationInfo, organisationInfo } from "@cloister/contracts/http";
import { z } from "zod/mini";

/** What the command line asks for. */
export type Command =
  | { readonly do: "help" }
  | { readonly do: "print-token-key"; readonly dataDir: string }
  | { readonly do: "serve"; readonly options: ServeOptions };

export interface ServeOptions {
  readonly dataDir: string;
  readonly host: string;
  readonly port: number;
  readonly organisationFile: string;
  readonly webDir?: string;
  readonly webOrigins: readonly string[];
  readonly trustedProxy: boolean;
  readonly restored: boolean;
}

export const help = `Cloister's relay: keeps sealed envelopes for devices that are away, and public keys for those who write.

Usage: node src/main.ts --data DIR --organisation FILE [options]

  --data DIR            where relay.db and relay-token.key are; made when missing, one process at a time
  --organisation FILE   JSON: name, organisationKey, signUp, region, log { url, vkey }
  --web-dir DIR         the built web app, served at /
  --web-origin URL      an origin under which people reach the web app; its pages may open a mailbox, and
                        requests must name it, or this machine; may be given again
  --trusted-proxy       everything comes through one reverse proxy: limits go by the last X-Forwarded-For
  --host NAME           address to listen on (127.0.0.1)
  --port NUMBER         port to listen on (8420); 0 takes any
  --restored            the data came back from a backup: begin a new epoch and void one-time prekeys
  --print-token-key     print the public key of append tokens (hexadecimal) and end
  --help                print this and end

When it is ready it prints one JSON line with "listening": the port. Its own log goes to standard error.
`;

const options = {
  data: { type: "string" },
  organisation: { type: "string" },
  "web-dir": { type: "string" },
  "web-origin": { type: "string", multiple: true },
  host: { type: "string", default: "127.0.0.1" },
  port: { type: "string", default: "8420" },
  "trusted-proxy": { type: "boolean", default: false },
  restored: { type: "boolean", default: false },
  "print-token-key": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const origin = z.url({ protocol: /^https?$/ });

/** Reads the command line. @throws BaseError `CONFIG_INVALID` that names the option */
export function readCommand(args: readonly string[]): Command {
  const values = parse(args);
  if (values.help) return { do: "help" };
  const { data: dataDir, organisation: organisationFile, "web-dir": webDir, host, restored } = values;
  if (dataDir === undefined) throw invalid("--data: say where the relay keeps its files");
  if (values["print-token-key"]) return { do: "print-token-key", dataDir };
  if (organisationFile === undefined)
    throw invalid("--organisation: say which organisation this relay serves");
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) throw invalid("--port: use a number up to 65535");
  const webOrigins = (values["web-origin"] ?? []).map((text) => {
    if (!origin.safeParse(text).success)
      throw invalid("--web-origin: use an origin such as https://chat.example");
    return new URL(text).origin;
  });
  const trustedProxy = values["trusted-proxy"];
  const served = { dataDir, host, port, organisationFile, webOrigins, trustedProxy, restored };
  return { do: "serve", options: { ...served, ...(webDir !== undefined && { webDir }) } };
}

/** What the relay says about its organisation. @throws BaseError `CONFIG_INVALID` */
export async function readOrganisation(file: string): Promise<OrganisationInfo> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw invalid("--organisation: the file cannot be read as JSON", cause);
  }
  const result = organisationInfo.safeParse(json);
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw invalid(`--organisation: ${fields.join("; ")}`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : "unknown option", cause);
  }
}

function invalid(problem: string, cause?: unknown): BaseError {
  return new BaseError("Usage", "CONFIG_INVALID", `${problem}. See --help`, { cause });
}
