import { BaseError } from "@cloister/bytes";

const MAX_CELLS = 50_000_000;

/**
 * Rows of a CSV text (RFC 4180), each with as many cells as the first, which names the columns.
 * @throws BaseError `CSV`
 */
export function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cellsCount = 0;
  // A cell, quoted or not, and what ends it.
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (cells.lastIndex < text.length) {
    const found = cells.exec(text);
    if (!found) throw invalid(rows.length + 1, "a quote is out of place");
    const [, quoted, plain = "", end] = found;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    cellsCount += 1;
    if (cellsCount > MAX_CELLS) throw invalid(rows.length + 1, "there are more than 50 million cells");
    if (end === ",") {
      // A comma at the very end is followed by an empty cell.
      if (cells.lastIndex === text.length) row.push("");
      else continue;
    }
    if (row.length !== (rows[0] ?? row).length)
      throw invalid(rows.length + 1, "it has another number of cells");
    rows.push(row);
    row = [];
  }
  return rows;
}

function invalid(line: number, message: string): BaseError {
  return new BaseError("Decode", "CSV", `row ${line} of the table: ${message}`);
}
