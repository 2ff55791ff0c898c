import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import type { Command } from "commander";
import type { Proven } from "../audit/prove.ts";
import { wholeNumber } from "../options.ts";
import { progress, report } from "../output.ts";
import { type WhereOptions, withWhere } from "./audit-where.ts";

interface ProveOptions extends WhereOptions {
  readonly policy?: string;
  readonly out?: string;
}

interface CheckOptions {
  readonly policy?: string;
  readonly vkey?: string;
  readonly json: boolean;
}

export function addAuditProve(audit: Command): void {
  withWhere(audit.command("prove"))
    .description("write a proof of one entry that anyone can check offline (C2SP tlog-proof)")
    .argument("<index>", "number of the entry, counted from 0", wholeNumber(0, Number.MAX_SAFE_INTEGER))
    .option("--policy <file>", "policy file: the proof must have its quorum's cosignatures")
    .option("--out <file>", "where to write it, such as entry.tlog-proof; else to standard output")
    .addHelpText("after", "\nThe proof holds the entry with its salt: whoever gets the file can read it.")
    .action(prove);
}

export function addAuditCheck(audit: Command): void {
  audit
    .command("check")
    .description("check a proof offline, with the log's key or a policy")
    .argument("<file>", "proof, as `audit prove` writes it")
    .option("--policy <file>", "policy file (C2SP tlog-policy): logs and quorum")
    .option("--vkey <key>", "the log's verifier key, where it is not the policy's")
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nExits with 1 when it does not verify.")
    .action(check);
}

async function prove(index: number, options: ProveOptions): Promise<void> {
  const [proving, { locateLog }, policy] = await Promise.all([
    import("../audit/prove.ts"),
    import("../audit/locate.ts"),
    policyOf(options),
  ]);
  const { source, vkey } = await locateLog({ ...options, dataDir: resolve(options.data) });
  try {
    const { text, proven } = await proving.prove({ source, vkey, index, ...policy });
    if (options.out === undefined) process.stdout.write(text);
    else await writeFile(options.out, text, { mode: 0o600 });
    for (const line of describe(proven)) progress(line);
  } finally {
    await source.close();
  }
}

async function check(file: string, options: CheckOptions): Promise<void> {
  const [proving, { eventJson }, policy] = await Promise.all([
    import("../audit/prove.ts"),
    import("../audit/event-json.ts"),
    policyOf(options),
  ]);
  const vkeys = options.vkey === undefined ? {} : { vkeys: [options.vkey] };
  const proven = proving.check({ text: await proving.readProof(file), ...vkeys, ...policy });
  const value = { verified: true, ...proven, event: eventJson(proven.event) };
  report({ json: options.json, value, lines: ["Verified.", ...describe(proven)] });
}

async function policyOf({ policy: file }: { readonly policy?: string }) {
  if (file === undefined) return {};
  const { readPolicyFile } = await import("../audit/policy-file.ts");
  return { policy: await readPolicyFile(file) };
}

function describe({ index, event, origin, size, witnessed }: Proven): string[] {
  return [
    `entry ${index} of ${origin}: ${event.type} at ${event.at}, under a checkpoint of ${size} entries`,
    ...witnessed.by.map(({ name, at }) => `  cosigned by ${name} at ${at}`),
  ];
}
