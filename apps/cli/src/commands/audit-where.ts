import type { Command } from "commander";

/** Which log. */
export interface WhereOptions {
  readonly data: string;
  readonly url?: string;
  readonly readerToken?: string;
  readonly vkey?: string;
}

/** The options that name a log, the same for every look into it. */
export function withWhere(command: Command): Command {
  return command
    .option(
      "--data <dir>",
      "data of an organisation on this machine; verified checkpoints are kept in it",
      ".cloister",
    )
    .option("--url <address>", "a log elsewhere; needs --reader-token and --vkey")
    .option("--reader-token <file>", "file with the token of those who may read entries")
    .option("--vkey <key>", "the log's verifier key, from where you trust it");
}
