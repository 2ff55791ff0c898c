import { join, resolve } from "node:path";
import process from "node:process";
import type { Command } from "commander";
import type { AuditResult } from "../audit/verify.ts";
import { exitCode, progress, report } from "../output.ts";
import { addAuditExport } from "./audit-export.ts";
import { addAuditFollow } from "./audit-follow.ts";
import { addAuditCheck, addAuditProve } from "./audit-prove.ts";
import { type WhereOptions, withWhere } from "./audit-where.ts";

interface VerifyOptions extends WhereOptions {
  readonly checkpoint?: string;
  readonly policy?: string;
  readonly json: boolean;
}

export function addAuditCommand(program: Command): void {
  const audit = program.command("audit").description("look into the transparency log");
  addVerify(audit);
  addAuditProve(audit);
  addAuditCheck(audit);
  addAuditFollow(audit);
  addAuditExport(audit);
}

function addVerify(audit: Command): void {
  withWhere(audit.command("verify"))
    .description("verify every entry against the log's signed checkpoint and the last one verified here")
    .option("--checkpoint <file>", "a checkpoint that you kept: the log must continue it")
    .option("--policy <file>", "policy file (C2SP tlog-policy): its quorum must have cosigned the log")
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExits with 1 when anything does not verify.")
    .action(verify);
}

async function verify(options: VerifyOptions): Promise<void> {
  const [{ audit }, { locateLog }, { readPolicyFile }] = await Promise.all([
    import("../audit/verify.ts"),
    import("../audit/locate.ts"),
    import("../audit/policy-file.ts"),
  ]);
  const policy = options.policy === undefined ? undefined : await readPolicyFile(options.policy);
  const { source, vkey, name } = await locateLog({ ...options, dataDir: resolve(options.data) });
  progress(`reading ${source.name} …`);
  try {
    const result = await audit({
      source,
      vkey,
      keptFile: join(resolve(options.data), "audit", `${name}.checkpoint`),
      ...(policy === undefined ? {} : { policy }),
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
    ...describeWitnessed(result),
    ...Object.entries(result.counts).map(([type, count]) => `  ${String(count).padStart(8)}  ${type}`),
  ];
}

function describeWitnessed({ witnessed, size }: Extract<AuditResult, { verified: true }>): string[] {
  if (witnessed === undefined) return [];
  const later = size - witnessed.size;
  return [
    `  cosigned   ${witnessed.size} entries${later === 0 ? "" : `; ${later} newer are not yet`}`,
    ...witnessed.by.map(({ name, at }) => `             by ${name} at ${at}`),
  ];
}
