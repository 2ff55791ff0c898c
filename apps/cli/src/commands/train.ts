import { resolve } from "node:path";
import process from "node:process";
import type { BudgetReport, PrivacyUnit, Purpose } from "@cloister/privacy/ledger";
import { Command, InvalidArgumentError, Option } from "commander";
import { wholeNumber } from "../options.ts";
import { exitCode, progress, report } from "../output.ts";
import type { TrainingEstimate, TrainingRequest } from "../train/run.ts";
import { askCommand } from "./train-ask.ts";
import { synthesiseCommand } from "./train-synthesise.ts";

const million = 1_000_000;

function above0(text: string): number {
  const value = Number(text);
  if (value > 0 && value < Infinity) return value;
  throw new InvalidArgumentError("Use a number above 0.");
}

export function addTrainCommand(program: Command): void {
  const train = program
    .command("train")
    .description("train models with differential privacy, under a budget");
  train
    .addCommand(openCommand())
    .addCommand(budgetCommand())
    .addCommand(publishCommand())
    .addCommand(askCommand())
    .addCommand(synthesiseCommand());
  train.addCommand(runCommand()).addCommand(auditCommand()).addCommand(showCommand());
}

function openCommand(): Command {
  return new Command("open")
    .description("open a privacy budget for a data set; its limit is set once")
    .requiredOption("--ledger <file>", "the ledger; made when --create is given")
    .requiredOption("--budget <name>", "name of the data set, or of a group of patients")
    .requiredOption("--epsilon <number>", "limit", above0)
    .requiredOption("--delta <number>", "below 1 / patients, such as 1e-6", above0)
    .addOption(
      new Option("--unit <unit>", "whom privacy protects").choices(["patient", "record"]).default("patient"),
    )
    .option("--within <name>", "a budget of the same patients over all their data sets")
    .option("--create", "make a new ledger", false)
    .option("--json", "print JSON", false)
    .addHelpText(
      "after",
      "\nExample:\n  cloister train open --create --ledger l.sqlite --budget stays --epsilon 3 --delta 1e-6",
    )
    .action(open);
}

function budgetCommand(): Command {
  return new Command("budget")
    .description("show what is spent of each budget")
    .requiredOption("--ledger <file>", "the ledger")
    .option("--json", "print JSON", false)
    .action(budget);
}

function publishCommand(): Command {
  return new Command("publish")
    .description(
      "put the ledger's digests into the organisation's log; refuses one that forgot what was spent",
    )
    .requiredOption("--ledger <file>", "the ledger")
    .option("--data <dir>", "data of the organisation on this machine", ".cloister")
    .option("--json", "print JSON", false)
    .action(publish);
}

function runCommand(): Command {
  return new Command("run")
    .description("train a model on a table; the same command goes on after a crash")
    .requiredOption("--table <file>", "CSV, or CSV packed as .gz")
    .requiredOption(
      "--schema <file>",
      "JSON: features with public ranges, label, unit (see packages/privacy)",
    )
    .requiredOption("--ledger <file>", "the ledger")
    .requiredOption("--budget <name>", "the budget that pays")
    .requiredOption("--epsilon <number>", "what this run may cost", above0)
    .requiredOption(
      "--units <number>",
      "about how many patients, or records, there are: a public number",
      wholeNumber(1, 100 * million),
    )
    .requiredOption("--out <file>", "the model, .safetensors")
    .addOption(
      new Option("--purpose <purpose>", "trying settings costs as much as training")
        .choices(["training", "tuning"])
        .default("training"),
    )
    .option("--batch <number>", "how many take part in a step on average", wholeNumber(1, 20_000), 1024)
    .option("--steps <number>", "how many steps", wholeNumber(1, million), 300)
    .option("--hidden <number>", "hidden units", wholeNumber(0, 4096), 0)
    .option("--clipping-norm <number>", "the longest gradient of one example", above0, 0.5)
    .option("--learning-rate <number>", "of the first step", above0, 0.5)
    .option("--audit", "audit the trainer with this plan, for the model's card", false)
    .option("--estimate", "only say what it would cost", false)
    .option("--json", "print JSON", false)
    .action(run);
}

function auditCommand(): Command {
  return new Command("audit")
    .description("check by canaries that the trainer gives the privacy that a model's card claims")
    .argument("<model>", "a model of cloister train run")
    .option("--members <file>", "CSV of rows it was trained on, for a report on membership; needs --others")
    .option("--others <file>", "CSV of rows it was not trained on")
    .option("--json", "print JSON", false)
    .addHelpText(
      "after",
      "\nTrains on canaries, on no record. Exits with 1 when the trainer shows more than the card claims.",
    )
    .action(audit);
}

function showCommand(): Command {
  return new Command("show")
    .description("show a model's card")
    .argument("<model>", "a model of cloister train run")
    .option("--json", "print JSON", false)
    .action(show);
}

interface OpenOptions {
  readonly ledger: string;
  readonly budget: string;
  readonly epsilon: number;
  readonly delta: number;
  readonly unit: PrivacyUnit;
  readonly within?: string;
  readonly create: boolean;
  readonly json: boolean;
}

async function open({ ledger: file, create, json, ...asked }: OpenOptions): Promise<void> {
  const [{ openLedger }, { openBudget, reportBudgets }] = await Promise.all([
    import("@cloister/store-sqlite/ledger"),
    import("@cloister/privacy/ledger"),
  ]);
  const { budget: name, epsilon, delta, unit, within } = asked;
  const ledger = openLedger(resolve(file), { create });
  openBudget(ledger, { budget: name, epsilon, delta, unit, ...(within === undefined ? {} : { within }) });
  reportState(json, reportBudgets(ledger.entries()), ledger.head());
  ledger.close();
}

async function publish(options: { ledger: string; data: string; json: boolean }): Promise<void> {
  const { publishTo } = await import("../train/publish.ts");
  const addedCount = await publishTo(resolve(options.data), options.ledger);
  const lines = [addedCount === 0 ? "the log has everything" : `${addedCount} entries are in the log now`];
  report({ json: options.json, value: { addedCount }, lines });
}

async function budget(options: { readonly ledger: string; readonly json: boolean }): Promise<void> {
  const [{ openLedger }, { reportBudgets }] = await Promise.all([
    import("@cloister/store-sqlite/ledger"),
    import("@cloister/privacy/ledger"),
  ]);
  const ledger = openLedger(resolve(options.ledger));
  reportState(options.json, reportBudgets(ledger.entries()), ledger.head());
  ledger.close();
}

function reportState(json: boolean, budgets: readonly BudgetReport[], head: Uint8Array): void {
  const digest = Buffer.from(head).toString("hex");
  report({ json, value: { budgets, digest }, lines: [...budgets.map(budgetLine), `digest ${digest}`] });
}

function budgetLine({
  budget: name,
  spentEpsilon,
  epsilon,
  delta,
  unit,
  reservationsCount,
}: BudgetReport): string {
  const counts = Object.entries(reservationsCount).map(([purpose, count]) => `${count} ${purpose}`);
  return `${name}: epsilon ${spentEpsilon.toFixed(3)} of ${epsilon} spent, delta ${delta} per ${unit} (${counts.join(", ")})`;
}

type RunOptions = TrainingRequest & { readonly estimate: boolean; readonly json: boolean };

async function run(options: RunOptions): Promise<void> {
  const { estimate, readyTraining, train } = await import("../train/run.ts");
  const ready = readyTraining({
    ...options,
    purpose: options.purpose satisfies Purpose,
    out: resolve(options.out),
  });
  try {
    const expected = estimate(ready);
    if (options.estimate) {
      report({ json: options.json, value: expected, lines: estimateLines(expected) });
      return;
    }
    for (const line of estimateLines(expected)) progress(line);
    const result = train(ready);
    const { epsilon, delta, unit, spentEpsilon } = result.card;
    report({
      json: options.json,
      value: result,
      lines: [
        `written to ${result.model}`,
        `epsilon ${epsilon.toFixed(3)}, delta ${delta} per ${unit}; the budget stands at ${spentEpsilon.toFixed(3)}`,
        `digest ${result.digest}`,
      ],
    });
  } finally {
    ready.ledger.close();
  }
}

function estimateLines({
  epsilon,
  delta,
  noiseMultiplier,
  spentBefore,
  budget: limit,
  seconds,
}: TrainingEstimate): string[] {
  return [
    `this run: epsilon ${epsilon.toFixed(3)} at delta ${delta}, noise ${noiseMultiplier.toFixed(3)} of the clipping norm`,
    `the budget: ${spentBefore.toFixed(3)} of ${limit} spent so far`,
    `about ${Math.ceil(seconds)} s`,
  ];
}

interface AuditOptions {
  readonly members?: string;
  readonly others?: string;
  readonly json: boolean;
}

async function readModel(file: string) {
  const [{ readFile }, { decodeModel }] = await Promise.all([
    import("node:fs/promises"),
    import("@cloister/privacy/training"),
  ]);
  return decodeModel(await readFile(file));
}

async function audit(file: string, { members, others, json }: AuditOptions): Promise<void> {
  const { auditMembership, auditTrainer, planOf } = await import("../train/audit.ts");
  const model = await readModel(file);
  const { epsilon, delta } = model.card;
  progress("training on 5,000 canaries …");
  const { gaussian, oneRun } = auditTrainer(planOf(model), delta);
  const membership =
    members === undefined || others === undefined ? undefined : auditMembership(model, { members, others });
  const passed = gaussian.passed && oneRun.leastEpsilon <= epsilon;
  if (!passed) process.exitCode = exitCode.failed;
  report({
    json,
    value: { passed, claimed: { epsilon, delta }, gaussian, oneRun, ...(membership ? { membership } : {}) },
    lines: [
      passed ? "passed" : "FAILED: the trainer shows more than the card claims; use no model of it",
      `  Gaussian test  a record shows at least ${gaussian.least.toFixed(3)} deviations in a step, ${gaussian.claimed.toFixed(3)} are allowed`,
      `                 half the noise would be noticed with a chance of ${(100 * gaussian.powerAgainstHalfNoise).toFixed(1)} %`,
      `  one run        epsilon is at least ${oneRun.leastEpsilon.toFixed(2)} of ${epsilon.toFixed(2)}; ${oneRun.rightCount} of ${oneRun.guessesCount} guesses right, at most ${oneRun.mostShown.toFixed(2)} could be shown`,
      ...(membership
        ? [
            `  membership     AUC ${membership.auc.toFixed(3)} ± ${membership.aucError.toFixed(3)}, ${(100 * membership.foundAtOnePercent).toFixed(1)} % found at 1 % false alarms`,
          ]
        : []),
    ],
  });
}

async function show(file: string, options: { readonly json: boolean }): Promise<void> {
  const { createHash } = await import("node:crypto");
  const { readFile } = await import("node:fs/promises");
  const { shape, card } = await readModel(file);
  const digest = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  const { training, audit: audited } = card;
  report({
    json: options.json,
    value: { shape, card, digest },
    lines: [
      `trained on   ${card.data}`,
      `privacy      epsilon ${card.epsilon.toFixed(3)}, delta ${card.delta} per ${card.unit}; the budget stood at ${card.spentEpsilon.toFixed(3)}`,
      `training     ${training.stepsCount} steps, rate ${training.samplingRate.toFixed(5)}, noise ${training.noiseMultiplier.toFixed(3)}, clipped at ${training.clippingNorm}`,
      audited
        ? `audit        ${audited.gaussianTestPassed ? "passed" : "FAILED"}, epsilon at least ${audited.leastEpsilon.toFixed(2)}`
        : "audit        none",
      `reservation  ${card.reservation}`,
      `digest       ${digest}`,
    ],
  });
}
