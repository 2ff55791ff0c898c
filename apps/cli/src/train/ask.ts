import { systemRandom } from "@cloister/crypto/random";
import { type BudgetReport, reportBudgets } from "@cloister/privacy/ledger";
import { type Answer, ask, type Column, type Query } from "@cloister/privacy/queries";
import { columnPlace, parseCsv } from "@cloister/privacy/training";
import { openLedger } from "@cloister/store-sqlite/ledger";
import { readText } from "./files.ts";

/** What `cloister train ask` is told. */
export interface AskRequest {
  readonly table: string;
  readonly ledger: string;
  readonly budget: string;
  readonly query: Query;
  /** Absent for a count. */
  readonly column?: string;
  /** The column that tells patients apart; absent: each row is one. */
  readonly unit?: string;
  readonly noise: number;
}

/** Pays for a question and answers it. @throws BaseError `TABLE_COLUMN`, `QUERY`, `LEDGER_…` */
export function answerQuestion(request: AskRequest): {
  readonly answer: Answer;
  readonly budget?: BudgetReport;
} {
  const column = columnOf(request);
  const ledger = openLedger(request.ledger);
  try {
    const { query, budget, noise: noiseMultiplier } = request;
    const answer = ask({ query, column, noiseMultiplier, ledger, budget, random: systemRandom });
    const standing = reportBudgets(ledger.entries()).find((one) => one.budget === budget);
    return { answer, ...(standing ? { budget: standing } : {}) };
  } finally {
    ledger.close();
  }
}

function columnOf({ table, column, unit }: AskRequest): Column {
  const [head = [], ...rows] = parseCsv(readText(table));
  const cellAt = column === undefined ? undefined : columnPlace(head, column);
  const unitAt = unit === undefined ? undefined : columnPlace(head, unit);
  const units = new Map<string, string[]>();
  for (const [row, cells] of rows.entries()) {
    const name = unitAt === undefined ? String(row) : (cells[unitAt] ?? "");
    const cell = cellAt === undefined ? "" : (cells[cellAt] ?? "");
    const known = units.get(name);
    if (known) known.push(cell);
    else units.set(name, [cell]);
  }
  return [...units.values()];
}
