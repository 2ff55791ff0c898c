import { BaseError } from "@cloister/bytes";
import type { Query } from "@cloister/privacy/queries";
import { Command, InvalidArgumentError, Option } from "commander";
import { report } from "../output.ts";

interface AskOptions {
  readonly table: string;
  readonly ledger: string;
  readonly budget: string;
  readonly for: Query["kind"];
  readonly column?: string;
  readonly unit?: string;
  readonly low?: number;
  readonly high?: number;
  readonly values?: readonly string[];
  readonly parts?: readonly number[];
  readonly noise: number;
  readonly json: boolean;
}

function finite(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Use a number.");
}

export function askCommand(): Command {
  return new Command("ask")
    .description("ask about a whole data set, answered with noise and paid from its budget")
    .requiredOption("--table <file>", "CSV, or CSV packed as .gz")
    .requiredOption("--ledger <file>", "the ledger")
    .requiredOption("--budget <name>", "the budget that pays")
    .addOption(
      new Option("--for <what>", "what is asked for")
        .choices(["count", "mean", "histogram", "quantiles"])
        .makeOptionMandatory(),
    )
    .option("--column <name>", "the column that is asked about; none for a count")
    .option("--unit <name>", "the column that tells patients apart; without it each row is one")
    .option("--low <number>", "least value, a public number, for means and quantiles", finite)
    .option("--high <number>", "greatest value, a public number", finite)
    .option("--values <list>", "values of a histogram, with commas between them", (text) => text.split(","))
    .option("--parts <list>", "quantiles such as 0.25,0.5", (text) => text.split(",").map(finite))
    .option("--noise <number>", "standard deviation of a count's noise", finite, 10)
    .option("--json", "print JSON", false)
    .addHelpText(
      "after",
      "\nExample:\n  cloister train ask … --for mean --column age --low 0 --high 110 --unit patient",
    )
    .action(ask);
}

async function ask(options: AskOptions): Promise<void> {
  const { answerQuestion } = await import("../train/ask.ts");
  const { answer, budget } = answerQuestion({ ...options, query: queryOf(options) });
  report({
    json: options.json,
    value: { ...answer, spentEpsilon: budget?.spentEpsilon },
    lines: [
      answer.numbers.map((number) => number.toFixed(3)).join("  "),
      `noise on counts ${answer.countError.toFixed(2)}; the budget stands at ${budget?.spentEpsilon.toFixed(3)}`,
    ],
  });
}

function queryOf({ for: kind, column, low, high, values, parts }: AskOptions): Query {
  if (kind === "count") return { kind };
  if (column === undefined) throw missing("--column");
  if (kind === "histogram") {
    if (values === undefined) throw missing("--values");
    return { kind, values };
  }
  if (low === undefined || high === undefined) throw missing("--low and --high");
  if (kind === "mean") return { kind, low, high };
  if (parts === undefined) throw missing("--parts");
  return { kind, low, high, parts };
}

function missing(option: string): BaseError {
  return new BaseError("Usage", "QUERY", `this question needs ${option}`);
}
