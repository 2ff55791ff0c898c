import process from "node:process";
import type { Command } from "commander";
import { exitCode, progress, report } from "../output.ts";

export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .description("hold the whole conversation without a browser, and show what the relay saw of it")
    .option("--json", "print JSON", false)
    .addHelpText(
      "after",
      "\nUses free ports and a temporary folder, which it removes. Exits with 1 when anything fails.",
    )
    .action(demo);
}

async function demo(options: { readonly json: boolean }): Promise<void> {
  const [{ runDemo }, { describeDemo }] = await Promise.all([
    import("../demo/run.ts"),
    import("../demo/report.ts"),
  ]);
  const result = await runDemo((step) => progress(`  ${step} …`));
  report({ json: options.json, value: result, lines: describeDemo(result) });
  if (!result.passed) process.exitCode = exitCode.failed;
}
