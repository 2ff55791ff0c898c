import { join, resolve } from "node:path";
import process from "node:process";
import type { Command } from "commander";
import type { AuditResult } from "../audit/verify.ts";
import { exitCode, progress, report } from "../output.ts";

interface VerifyOptions {
  readonly data: string;
  readonly url?: string;
  readonly readerToken?: string;
  readonly vkey?: string;
  readonly checkpoint?: string;
  readonly json: boolean;
}

export function addAuditCommand(program: Command): void {
  const audit = program.command("audit").description("look into the transparency log");
  audit
    .command("verify")
    .description("verify every entry against the log's signed checkpoint and the last one verified here")
    .option(
      "--data <dir>",
      "data of an organisation on this machine; verified checkpoints are kept in it",
      ".cloister",
    )
    .option("--url <address>", "a log elsewhere; needs --reader-token and --vkey")
    .option("--reader-token <file>", "file with the token of those who may read entries")
    .option("--vkey <key>", "the log's verifier key, from where you trust it")
    .option("--checkpoint <file>", "a checkpoint that you kept: the log must continue it")
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExits with 1 when anything does not verify.")
    .action(verify);
}

async function verify(options: VerifyOptions): Promise<void> {
  const [{ audit }, { locateLog }] = await Promise.all([
    import("../audit/verify.ts"),
    import("../audit/locate.ts"),
  ]);
  const { source, vkey, name } = await locateLog({ ...options, dataDir: resolve(options.data) });
  progress(`reading ${source.name} …`);
  try {
    const result = await audit({
      source,
      vkey,
      keptFile: join(resolve(options.data), "audit", `${name}.checkpoint`),
      ...(options.checkpoint === undefined ? {} : { checkpointFile: options.checkpoint }),
    });
    report({ json: options.json, value: result, lines: describe(result) });
    if (!result.verified) process.exitCode = exitCode.failed;
  } finally {
    await source.close();
  }
}

function describe(result: AuditResult): string[] {
  if (!result.verified) {
    return [
      `NOT VERIFIED: ${result.reason}`,
      `  broken rule  ${result.rule}`,
      ...(result.index === undefined ? [] : [`  entry        number ${result.index}, counted from 0`]),
      ...(result.heldAgainst === undefined ? [] : [`  held against ${result.heldAgainst}`]),
      "Keep the data as it is and the earlier checkpoints apart from it: they are the evidence.",
    ];
  }
  return [
    `Verified: ${result.size} entries of ${result.origin}`,
    `  root       ${result.root}`,
    ...result.continues.map(({ file, size }) => `  continues  ${size} entries of ${file}`),
    ...Object.entries(result.counts).map(([type, count]) => `  ${String(count).padStart(8)}  ${type}`),
  ];
}
