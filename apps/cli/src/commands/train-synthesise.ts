import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { wholeNumber } from "../options.ts";
import { report } from "../output.ts";
import type { SynthesisRequest } from "../train/synthesise.ts";

function noise(text: string): number {
  const value = Number(text);
  if (value >= 0.1 && value <= 1000) return value;
  throw new InvalidArgumentError("Use a number from 0.1 to 1000.");
}

export function synthesiseCommand(): Command {
  return new Command("synthesise")
    .description("invent rows that resemble a table in what each column has to do with the label")
    .requiredOption("--table <file>", "CSV, or CSV packed as .gz")
    .requiredOption("--schema <file>", "the schema of cloister train run")
    .requiredOption("--ledger <file>", "the ledger")
    .requiredOption("--budget <name>", "the budget that pays")
    .requiredOption("--rows <number>", "how many to invent", wholeNumber(1, 10_000_000))
    .requiredOption("--out <file>", "the invented table, .csv")
    .option(
      "--noise <number>",
      "of the release; each count's is this times the root of the columns",
      noise,
      5,
    )
    .option("--json", "print JSON", false)
    .action(synthesise);
}

async function synthesise(options: SynthesisRequest & { readonly json: boolean }): Promise<void> {
  const { inventTable } = await import("../train/synthesise.ts");
  const result = inventTable({ ...options, out: resolve(options.out) });
  const columns = Object.entries(result.differences);
  report({
    json: options.json,
    value: result,
    lines: [
      `${result.rowsCount} rows written to ${result.out}`,
      `noise on counts ${result.countError.toFixed(1)}; the budget stands at ${result.spentEpsilon.toFixed(3)}`,
      ...columns.map(([column, difference]) => `  ${difference.toFixed(3)}  ${column}`),
    ],
  });
}
