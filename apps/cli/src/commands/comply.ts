import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import { BaseError } from "@cloister/bytes";
import { type Command, Option } from "commander";
import { type CheckName, checkNames, type Target } from "../comply/check.ts";
import type { ComplianceReport } from "../comply/report.ts";
import { webAddress } from "../options.ts";
import { exitCode, progress, report, say } from "../output.ts";
import { paths } from "../paths.ts";

interface ComplyOptions {
  readonly data: string;
  readonly relay: string;
  readonly log: string;
  readonly policy?: string;
  readonly backups?: string;
  readonly marker: readonly string[];
  readonly only?: CheckName;
  readonly out?: string;
  readonly json: boolean;
}

export function addComplyCommand(program: Command): void {
  const comply = program
    .command("comply")
    .description("check the running deployment against the HIPAA Security Rule, and print evidence")
    .option("--data <dir>", "data of the organisation", ".cloister")
    .option("--relay <url>", "where people reach the relay", webAddress, "http://localhost:8420")
    .option("--log <url>", "where people reach the log", webAddress, "http://localhost:8421")
    .option("--policy <file>", "policy of witnesses (C2SP tlog-policy) that the log has to satisfy")
    .option("--backups <folder>", "search the backups here too")
    .option("--marker <text...>", "a text that you planted in a conversation; it must be nowhere", [])
    .addOption(new Option("--only <check>", "run one check again, and print its output").choices(checkNames))
    .option("--out <name>", "write the signed report to NAME.json and NAME.html")
    .option("--json", "print the report as JSON", false)
    .addHelpText(
      "after",
      "\nExits with 1 when a row is not met. The drill leaves one account without a device.",
    )
    .action(run);
  comply
    .command("verify <report>")
    .description("check a report's signature, digests and rows")
    .option("--organisation-key <key>", "whose it has to be, base64url, from where you trust it")
    .action(verify);
}

async function run(options: ComplyOptions): Promise<void> {
  const { checkOnly, comply } = await import("../comply/run.ts");
  const target: Target = {
    dataDir: resolve(options.data),
    relayUrl: options.relay,
    logUrl: options.log,
    repository: paths.repository,
    policyFile: options.policy,
    backups: options.backups,
    markers: options.marker,
    nowMs: Date.now(),
  };
  if (options.only !== undefined) {
    const evidence = await checkOnly(options.only, target);
    const { status, output, sha256 } = evidence;
    report({ json: options.json, value: evidence, lines: [...output, `${status}  SHA-256 ${sha256}`] });
    if (status === "not met") process.exitCode = exitCode.failed;
    return;
  }
  const result = await comply(target, (name) => progress(`checking ${name} …`));
  if (options.out !== undefined) await write(result, options.out, target.dataDir);
  const { countsOf } = await import("../comply/html.ts");
  report({ json: options.json, value: result, lines: [...describe(result), "", countsOf(result)] });
  if (result.rows.some(({ status }) => status === "not met")) process.exitCode = exitCode.failed;
}

async function write(result: ComplianceReport, out: string, dataDir: string): Promise<void> {
  const [{ signReport }, { reportPage }, { organisationKeys }, { writeAtomically }] = await Promise.all([
    import("../comply/report.ts"),
    import("../comply/html.ts"),
    import("../organisation.ts"),
    import("@cloister/keys-file"),
  ]);
  const signed = signReport(result, await organisationKeys(dataDir));
  await writeAtomically(`${resolve(out)}.json`, `${JSON.stringify(signed, null, 2)}\n`);
  await writeAtomically(`${resolve(out)}.html`, reportPage(signed));
}

function describe({ rows, proposed, evidence }: ComplianceReport): string[] {
  return [
    ...rows.map(({ id, title, kind, status }) => `${status.padEnd(18)}  ${id.padEnd(24)} ${kind}  ${title}`),
    "",
    "Proposed (90 FR 898), and no law",
    ...proposed.map(({ title, status }) => `${status.padEnd(18)}  ${title}`),
    "",
    ...evidence.map(
      ({ check, status, output }) => `${status.padEnd(18)}  ${check.padEnd(12)} ${output[0] ?? ""}`,
    ),
  ];
}

async function verify(file: string, options: { readonly organisationKey?: string }): Promise<void> {
  const { verifyReport } = await import("../comply/report.ts");
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new BaseError("Usage", "REPORT_FILE", `${file} cannot be read`, { cause });
  });
  const { report: found, key } = verifyReport(text, options.organisationKey);
  say(`Verified: ${found.organisation}, ${found.madeAt}, signed with ${key}`);
  if (options.organisationKey === undefined)
    say("  hold that key against the one that the organisation publishes");
}
