import process from "node:process";
import { Argument, type Command, Option } from "commander";
import { loadSuite, type SuiteName, type SuiteOptions, suiteNames } from "../conform/suites.ts";
import { say } from "../output.ts";

interface ConformOptions extends SuiteOptions {
  readonly codes?: true;
}

export function addConformCommand(program: Command): void {
  program
    .command("conform")
    .description("answer conformance cases: one JSON request a line in, one JSON answer a line out")
    .addArgument(new Argument("[suite]", "what to drive").choices(suiteNames))
    .option("--index <path>", "knowledge index for suite retrieve, made by `cloister kb build`")
    .addOption(
      new Option("--mode <mode>", "how much suites deid and pseudonymise mask").choices([
        "balanced",
        "strict",
      ]),
    )
    .option("--codes", "list every error and reason code with its rule, as JSON")
    .addHelpText("after", '\nExample:\n  echo \'{"op":"new","as":"a"}\' | cloister conform protocol')
    .action(conform);
}

async function conform(
  suite: SuiteName | undefined,
  options: ConformOptions,
  command: Command,
): Promise<void> {
  if (options.codes) {
    const { listCodes } = await import("../conform/codes.ts");
    say(JSON.stringify(await listCodes(), null, 1));
    return;
  }
  if (suite === undefined) command.error(`error: name a suite: ${suiteNames.join(", ")}`);
  const [{ drive }, answer] = await Promise.all([import("../conform/driver.ts"), loadSuite(suite, options)]);
  await drive({
    requests: process.stdin,
    answers: process.stdout,
    suite: answer,
    onFault: (error) =>
      process.stderr.write(`cloister conform: ${String((error as Error).stack ?? error)}\n`),
  });
}
