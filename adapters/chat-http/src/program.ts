import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import process from "node:process";
import { BaseError, isBaseError } from "@cloister/bytes";
import { z } from "zod/mini";
import { readCommand } from "./command.ts";
import { addKey, readKeys, type SecretFiles } from "./keys.ts";
import { type Log, stderrLog } from "./log.ts";
import { startServer } from "./server.ts";
import type { ChatService } from "./service.ts";

/** The schema of what every configuration file says. */
export const serviceConfig = {
  listen: z.strictObject({ host: z.string(), port: z.int().check(z.minimum(0), z.maximum(65_535)) }),
  keysFile: z.string().check(z.minLength(1)),
} as const;

/** What every configuration says. Its paths are relative to its folder. */
export interface ServiceConfig {
  readonly listen: { readonly host: string; readonly port: number };
  readonly keysFile: string;
  /** Where the file is. */
  readonly folder: string;
}

/** A service that was composed; keys and log are the program's. */
export interface OpenService {
  readonly service: Omit<ChatService, "keys" | "log">;
  /** Reads what may have changed again; what was read before stays where it cannot. */
  readonly reload?: () => Promise<void>;
  close(): Promise<void>;
}

/** A program with such an endpoint. */
export interface Program<C extends ServiceConfig> {
  readonly name: string;
  readonly usage: string;
  readonly files: SecretFiles;
  readonly readConfig: (file: string) => Promise<C>;
  readonly open: (config: C, log: Log) => Promise<OpenService>;
}

/**
 * A configuration file held to a schema.
 * @throws BaseError with `code`, naming the place of the mistake
 */
export async function readConfigFile<T extends z.ZodMiniType>(
  file: string,
  schema: T,
  code: string,
): Promise<z.infer<T> & { readonly folder: string }> {
  try {
    const config = schema.parse(JSON.parse(await readFile(file, "utf8"))) as object & z.infer<T>;
    return { ...config, folder: dirname(resolve(file)) };
  } catch (cause) {
    const place = cause instanceof z.core.$ZodError ? cause.issues[0]?.path.join(".") : undefined;
    const where = place === undefined || place === "" ? "" : ` at ${place}`;
    throw new BaseError("Usage", code, `${file} is missing or not as the README has it${where}`, { cause });
  }
}

/** Runs the program to its end; what it cannot start with goes to standard error, with exit code 1. */
export async function runProgram<C extends ServiceConfig>(program: Program<C>): Promise<void> {
  process.umask(0o077);
  try {
    await run(program, process.argv.slice(2));
  } catch (error) {
    const text = error instanceof BaseError ? `${error.message} (${error.code})` : String(error);
    process.stderr.write(`cloister ${program.name}: ${text}\n`);
    process.exit(1);
  }
}

async function run<C extends ServiceConfig>(program: Program<C>, args: readonly string[]): Promise<void> {
  const command = readCommand(args);
  if (command.do === "help") {
    process.stdout.write(program.usage);
    return;
  }
  const config = await program.readConfig(command.configFile);
  const keysFile = resolve(config.folder, config.keysFile);
  if (command.do === "new-key")
    process.stdout.write(`${await addKey(keysFile, command.key, program.files)}\n`);
  else await serve(program, config, keysFile);
}

async function serve<C extends ServiceConfig>(
  { files, open }: Program<C>,
  config: C,
  keysFile: string,
): Promise<void> {
  const log = stderrLog();
  let keys = await readKeys(keysFile, files);
  const opened = await open(config, log);
  const readAgain = async () => {
    try {
      keys = await readKeys(keysFile, files);
      await opened.reload?.();
      log({ event: "keys-read" });
    } catch (error) {
      // What was read before stays.
      log({ event: "fault", code: isBaseError(error) ? error.code : "INTERNAL" });
    }
  };
  const server = await startServer({ ...opened.service, keys: () => keys, log }, config.listen);
  process.on("SIGHUP", () => void readAgain());
  log({ event: "started" });
  process.stdout.write(`${JSON.stringify({ listening: server.port })}\n`);
  await new Promise<void>((done) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => done());
  });
  await server.close();
  await opened.close();
  log({ event: "stopped" });
}
