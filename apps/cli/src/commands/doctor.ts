import { resolve } from "node:path";
import process from "node:process";
import type { Command } from "commander";
import type { NamedFinding } from "../doctor/check.ts";
import { port } from "../options.ts";
import { exitCode, report } from "../output.ts";

interface DoctorOptions {
  readonly data: string;
  readonly host: string;
  readonly port: number;
  readonly logPort: number;
  readonly json: boolean;
}

export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("check what this machine has, and what a deployment lacks")
    .option("--data <dir>", "where everything is kept", ".cloister")
    .option("--host <address>", "address that relay and log listen on", "127.0.0.1")
    .option("--port <number>", "port of web app and relay", port, 8420)
    .option("--log-port <number>", "port of the transparency log", port, 8421)
    .option("--json", "print JSON", false)
    .addHelpText("after", "\nChanges nothing. Exits with 1 when a check fails; warnings are no failures.")
    .action(doctor);
}

async function doctor(options: DoctorOptions): Promise<void> {
  const [{ runChecks }, machine, deployment] = await Promise.all([
    import("../doctor/check.ts"),
    import("../doctor/machine.ts"),
    import("../doctor/deployment.ts"),
  ]);
  const dataDir = resolve(options.data);
  const { host, logPort } = options;
  const findings = await runChecks([
    { name: "node", run: machine.checkNode },
    { name: "sqlite", run: machine.checkSqlite },
    { name: "durability", run: () => machine.checkDurability(dataDir) },
    { name: "disk", run: () => machine.checkDisk(dataDir) },
    { name: "port", run: () => machine.checkPort({ host, port: options.port, flag: "--port" }) },
    { name: "log port", run: () => machine.checkPort({ host, port: logPort, flag: "--log-port" }) },
    { name: "web app", run: deployment.checkWebBuild },
    { name: "knowledge", run: () => deployment.checkKnowledge(dataDir) },
    { name: "key files", run: () => deployment.checkSecrets(dataDir) },
    { name: "running", run: () => deployment.checkRunning({ host, port: options.port, logPort }) },
    { name: "chromium", run: machine.checkChromium },
  ]);
  const failed = findings.some(({ status }) => status === "fail");
  report({ json: options.json, value: { ok: !failed, checks: findings }, lines: findings.flatMap(describe) });
  if (failed) process.exitCode = exitCode.failed;
}

function describe({ name, status, detail, advice }: NamedFinding): string[] {
  const line = `${status.padEnd(4)}  ${name.padEnd(10)}  ${detail}`;
  return advice === undefined ? [line] : [line, `${" ".repeat(18)}→ ${advice}`];
}
