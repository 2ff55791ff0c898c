import { BaseError } from "@cloister/bytes";
import { contentOfField } from "./field-names.ts";
import { isMachineDate } from "./machine-dates.ts";
import { type Coding, type Content, escaped, type Region } from "./region.ts";

interface Cell {
  readonly start: number;
  readonly end: number;
  readonly isQuoted: boolean;
}

const DELIMITERS = [",", ";", "\t", "|"] as const;
/** A number that identifies nobody, in a column of which nothing is known. */
const MEASURE = /^\s*[-+<>]?\d{0,3}(?:[.,]\d{1,6})?\s?%?\s*$/;
const quoted: Coding = escaped(
  /""/g,
  () => '"',
  (text) => text.replaceAll('"', '""'),
);

/** A cell without quotes gets them where its new text needs them. */
const bare: Coding = {
  read: (raw) => ({ text: raw }),
  write: (text) => (/["\n\r,;\t|]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text),
  isWhole: true,
};

/**
 * What to search in a table (RFC 4180; comma, semicolon, tab or bar): every cell, with what the head of its
 * column says. Rows may differ in length. A quote that is not closed is refused: the rest would be one cell.
 * @throws BaseError `DOCUMENT_CSV` with the line
 */
export function csvRegions(source: string): Region[] {
  const rows = readRows(source, delimiterOf(source));
  const [head = []] = rows;
  const names = head.map((cell) => textOf(source, cell).trim());
  const contents = names.map(contentOfField);
  const hasHead = contents.some(({ type }) => type !== "text");
  return rows.flatMap((row, rowAt) =>
    row.flatMap((cell, at): Region[] => {
      const isHead = rowAt === 0;
      const declared: Content = (hasHead && !isHead ? contents[at] : undefined) ?? { type: "text" };
      const isText = declared.type === "text";
      const text = textOf(source, cell);
      if (isText && MEASURE.test(text)) return [];
      const content: Content = isText && isMachineDate(text) ? { type: "date" } : declared;
      return [{ start: cell.start, end: cell.end, content, coding: cell.isQuoted ? quoted : bare }];
    }),
  );
}

function textOf(source: string, { start, end, isQuoted }: Cell): string {
  const raw = source.slice(start, end);
  return isQuoted ? quoted.read(raw).text : raw;
}

/** The one that parts the first line into most cells. */
function delimiterOf(source: string): string {
  const [line = ""] = /^[^\n\r]*/.exec(source) ?? [];
  const unquoted = line.replaceAll(/"[^"]*"/g, "");
  const counts = DELIMITERS.map((mark) => unquoted.split(mark).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ",";
}

function readRows(source: string, delimiter: string): Cell[][] {
  const rows: Cell[][] = [];
  let row: Cell[] = [];
  let at = source.startsWith("\ufeff") ? 1 : 0;
  while (at < source.length || row.length > 0) {
    const cell = readCell(source, at, delimiter);
    row.push(cell);
    at = cell.end + (cell.isQuoted ? 1 : 0);
    if (source[at] === delimiter) {
      at += 1;
      continue;
    }
    rows.push(row);
    row = [];
    if (at >= source.length) break;
    at += source.startsWith("\r\n", at) ? 2 : 1;
  }
  return rows;
}

function readCell(source: string, start: number, delimiter: string): Cell {
  if (source[start] === '"') {
    const end = closingQuote(source, start + 1);
    const after = source[end + 1];
    if (after === undefined || after === delimiter || after === "\n" || after === "\r")
      return { start: start + 1, end, isQuoted: true };
  }
  const stop = delimiter === "|" ? /[|\n\r]/g : new RegExp(`[${delimiter}\\n\\r]`, "g");
  stop.lastIndex = start;
  return { start, end: stop.exec(source)?.index ?? source.length, isQuoted: false };
}

function closingQuote(source: string, from: number): number {
  let at = source.indexOf('"', from);
  while (at >= 0 && source[at + 1] === '"') at = source.indexOf('"', at + 2);
  if (at >= 0) return at;
  const line = source.slice(0, from).split(/\r\n|\n|\r/).length;
  throw new BaseError(
    "Decode",
    "DOCUMENT_CSV",
    `a quote in line ${line} is never closed; mend it or use --format text`,
  );
}
