import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import process from "node:process";
import { BaseError } from "@cloister/bytes";
import type { CanaryResult } from "@cloister/privacy/canary";
import type { Command } from "commander";
import { webAddress, wholeNumber } from "../options.ts";
import { exitCode, progress, report } from "../output.ts";

interface CommonOptions {
  readonly data: string;
  readonly plan: string;
  readonly json: boolean;
}

interface PlanOptions extends CommonOptions {
  readonly groups: number;
  readonly candidates: number;
  readonly level: number;
}

interface EndpointOptions {
  readonly url?: string;
  readonly model?: string;
  readonly keyFile?: string;
}

type PlantOptions = CommonOptions & EndpointOptions & { readonly out?: string };
type ScoreOptions = CommonOptions & EndpointOptions & { readonly results?: string };

export function addCanaryCommand(program: Command): void {
  const canary = program
    .command("canary")
    .description("test whether a vendor's model learnt what it was sent");
  common(canary.command("plan"))
    .description("draw phrases, choose which to plant, and commit to both in the transparency log")
    .option("--groups <number>", "phrases to plant, 10 to 500", wholeNumber(10, 500), 60)
    .option(
      "--candidates <number>",
      "for each the planted one and its decoys, 2 to 100",
      wholeNumber(2, 100),
      10,
    )
    .option(
      "--level <ppm>",
      "finds among vendors that never saw them, in a million",
      wholeNumber(1, 100_000),
      10_000,
    )
    .action(plan);
  endpoint(common(canary.command("plant")))
    .description("send the chosen phrases through the egress, or write them to a file")
    .option("--out <file>", "write one phrase a line instead of sending")
    .action(plant);
  endpoint(common(canary.command("score")))
    .description("ask the vendor, or read scores, and judge")
    .option(
      "--results <file>",
      'JSON {"scores": [[…], …]}: a number for each candidate, in the order of the plan',
    )
    .addHelpText(
      "after",
      `
Verdicts: detected; not detected at the stated power; invalid. None says that nothing was learnt: a model may
know the phrases and not show it, and learning takes months. Exits with 1 for detected and for invalid.`,
    )
    .action(score);
}

function common(command: Command): Command {
  return command
    .requiredOption("--plan <file>", "the plan; a secret until it is scored")
    .option("--data <dir>", "data of the organisation on this machine", ".cloister")
    .option("--json", "print JSON", false);
}

function endpoint(command: Command): Command {
  return command
    .option("--url <address>", "an OpenAI-compatible endpoint, with /v1", webAddress)
    .option("--model <name>", "the model to name")
    .option("--key-file <file>", "file with its key");
}

async function plan({ data, plan: file, groups, candidates, level, json }: PlanOptions): Promise<void> {
  const [{ makePlan }, { openOrganisationLog }, { canaryReach }] = await load();
  const size = { groupsCount: groups, candidatesCount: candidates, levelPpm: level };
  const made = await makePlan(resolve(file), size, await openOrganisationLog(resolve(data)));
  const { criticalCount, power } = canaryReach(made);
  report({
    json,
    value: { plan: resolve(file), groups, candidates, level: level / 1_000_000, criticalCount, power },
    lines: [
      `${groups} phrases, each among ${candidates}; committed to in the log. Keep ${file} secret until it is scored.`,
      `A find takes ${criticalCount} that come first. Power, if a planted phrase comes first with probability`,
      ...powerLines(power),
    ],
  });
}

async function plant(options: PlantOptions): Promise<void> {
  const [{ beginPlanting }, { openOrganisationLog }] = await load();
  const to = options.out === undefined ? await endpointOf(options) : undefined;
  const phrases = await beginPlanting(
    resolve(options.plan),
    await openOrganisationLog(resolve(options.data)),
  );
  if (to === undefined) {
    const { writeAtomically } = await import("@cloister/keys-file");
    await writeAtomically(resolve(options.out ?? ""), phrases.map((phrase) => `${phrase}\n`).join(""));
  } else {
    const { plantPhrase } = await import("../canary/vendor.ts");
    for (const [at, phrase] of phrases.entries()) {
      await plantPhrase(to, phrase);
      progress(`  ${at + 1} of ${phrases.length} sent`);
    }
  }
  const count = phrases.length;
  report({
    json: options.json,
    value: { planted: count },
    lines: [`${count} phrases ${to ? "sent" : "written"}.`],
  });
}

async function score(options: ScoreOptions): Promise<void> {
  const [{ committedPlan }, { openOrganisationLog }, { judgeCanary }] = await load();
  const checked = await committedPlan(
    resolve(options.plan),
    await openOrganisationLog(resolve(options.data)),
  );
  const { scoreByVendor } = await import("../canary/vendor.ts");
  const { method, scores } =
    options.results === undefined
      ? await scoreByVendor(await endpointOf(options), checked, (done) =>
          progress(`  ${done} of ${checked.groups.length}`),
        )
      : { method: "results file", scores: await readScores(resolve(options.results)) };
  const result = judgeCanary(checked, scores);
  report({ json: options.json, value: { ...result, method }, lines: describe(result, method) });
  if (result.verdict !== "not detected at the stated power") process.exitCode = exitCode.failed;
}

function load() {
  return Promise.all([
    import("../canary/run.ts"),
    import("../organisation-log.ts"),
    import("@cloister/privacy/canary"),
  ]);
}

async function endpointOf({ url, model, keyFile }: EndpointOptions) {
  if (url === undefined || model === undefined)
    throw new BaseError("Usage", "CANARY_OPTIONS", "say --url and --model of an endpoint, or a file instead");
  const { readSecret } = await import("@cloister/keys-file");
  const key = keyFile === undefined ? undefined : (await readSecret(resolve(keyFile))).trim();
  return { baseUrl: url, model, ...(key !== undefined && { key }) };
}

async function readScores(file: string): Promise<readonly (readonly number[])[]> {
  const { z } = await import("zod/mini");
  try {
    const schema = z.object({ scores: z.array(z.array(z.number())) });
    return schema.parse(JSON.parse(await readFile(file, "utf8"))).scores;
  } catch (cause) {
    throw new BaseError("Decode", "CANARY_RESULTS", `${file} is not {"scores": [[…], …]} in JSON`, { cause });
  }
}

function describe(result: CanaryResult, method: string): string[] {
  const { verdict, reason, hitsCount, groupsCount, candidatesCount, criticalCount, pValue, level, power } =
    result;
  if (reason !== undefined) return [`Verdict: ${verdict}: ${reason}`];
  return [
    `Verdict: ${verdict}`,
    `  ${hitsCount} of ${groupsCount} planted phrases came first among ${candidatesCount} (scored by ${method}); a find takes ${criticalCount}`,
    `  p = ${pValue.toPrecision(3)}, level ${level} (exact binomial)`,
    "  power, if a planted phrase comes first with probability",
    ...powerLines(power),
  ];
}

function powerLines(power: CanaryResult["power"]): string[] {
  return power.map(({ effect, power: value }) => `    ${effect.toFixed(2)}: ${value.toFixed(3)}`);
}
