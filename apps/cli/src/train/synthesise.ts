import { readFileSync, writeFileSync } from "node:fs";
import { systemRandom } from "@cloister/crypto/random";
import { reportBudgets } from "@cloister/privacy/ledger";
import { discretiserFor, synthesise } from "@cloister/privacy/queries";
import { parseCsv, readSchema } from "@cloister/privacy/training";
import { openLedger } from "@cloister/store-sqlite/ledger";
import { readText } from "./files.ts";

/** What `cloister train synthesise` is told. */
export interface SynthesisRequest {
  readonly table: string;
  readonly schema: string;
  readonly ledger: string;
  readonly budget: string;
  readonly rows: number;
  readonly noise: number;
  readonly out: string;
}

/** What came of it. */
export interface SynthesisReport {
  readonly out: string;
  readonly rowsCount: number;
  readonly countError: number;
  /** For each column, how far its invented rows are from the noisy counts: 0 to 1. */
  readonly differences: Readonly<Record<string, number>>;
  readonly spentEpsilon: number;
}

/** Pays for invented rows and writes them as a table that the same schema reads. */
export function inventTable(request: SynthesisRequest): SynthesisReport {
  const schema = readSchema(JSON.parse(readFileSync(request.schema, "utf8")) as unknown);
  const discretiser = discretiserFor(schema);
  const table = discretiser.read(parseCsv(readText(request.table)), randomBelow);
  const ledger = openLedger(request.ledger);
  try {
    const { budget, noise: noiseMultiplier, rows: rowsCount, out } = request;
    const found = synthesise({ table, rowsCount, noiseMultiplier, ledger, budget, random: systemRandom });
    const head = schema.unit === undefined ? discretiser.columns : [schema.unit, ...discretiser.columns];
    const rows = discretiser
      .write(found.table)
      .map((cells, at) => (schema.unit === undefined ? cells : [String(at)].concat(cells)));
    writeFileSync(out, `${[head, ...rows].map((cells) => cells.map(quoted).join(",")).join("\n")}\n`);
    const named = found.differences.map(
      (difference, column) => [discretiser.columns[column] ?? "", difference] as const,
    );
    const standing = reportBudgets(ledger.entries()).find((one) => one.budget === budget);
    return {
      out,
      rowsCount,
      countError: found.countError,
      differences: Object.fromEntries(named),
      spentEpsilon: standing?.spentEpsilon ?? Infinity,
    };
  } finally {
    ledger.close();
  }
}

/** Which of a patient's rows is taken does not matter to privacy, so a slight lean is no harm. */
function randomBelow(count: number): number {
  return count === 1 ? 0 : new DataView(systemRandom(4).buffer).getUint32(0) % count;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
