import { columnPlace, type FeatureColumn, type TableSchema } from "../training/table.ts";
import type { DiscreteTable } from "./synthesise.ts";

/** Parts that a number's range is cut into. */
const PARTS = 10;

/** Turns cells into numbered values and back; the last value of a column stands for anything else. */
export interface Discretiser {
  /** Columns in their order, the label last. */
  readonly columns: readonly string[];
  /**
   * @param rows the first names the columns
   * @param pick which of a unit's rows stands for it, from how many
   * @throws BaseError `TABLE_COLUMN`
   */
  readonly read: (rows: readonly (readonly string[])[], pick: (count: number) => number) => DiscreteTable;
  /** Rows of cells, without a head. */
  readonly write: (table: DiscreteTable) => readonly (readonly string[])[];
}

/** By a schema; of several features of one column the first counts. */
export function discretiserFor({ features, label, unit }: TableSchema): Discretiser {
  const coders = new Map<string, Coder>();
  for (const feature of features)
    if (!coders.has(feature.column)) coders.set(feature.column, coderFor(feature));
  const labels = Object.keys(label.classes);
  const columns = [...coders.keys(), label.column];
  const sizes = [...[...coders.values()].map(({ texts }) => texts.length), labels.length];
  return {
    columns,
    read([head = [], ...body], pick) {
      const places = columns.map((column) => columnPlace(head, column));
      const labelAt = columnPlace(head, label.column);
      const unitAt = unit === undefined ? undefined : columnPlace(head, unit);
      const units = new Map<string, (readonly string[])[]>();
      for (const [at, cells] of body.entries()) {
        if (!labels.includes(cells[labelAt] ?? "")) continue;
        const name = unitAt === undefined ? String(at) : (cells[unitAt] ?? "");
        const known = units.get(name);
        if (known) known.push(cells);
        else units.set(name, [cells]);
      }
      const chosen = [...units.values()].map((rows) => rows[pick(rows.length)] ?? []);
      const code = [...coders.values()].map(({ indexOf }) => indexOf);
      const rows = chosen.flatMap((cells) =>
        places.map(
          (place, column) => code[column]?.(cells[place] ?? "") ?? labels.indexOf(cells[place] ?? ""),
        ),
      );
      return { sizes, rows: Uint16Array.from(rows) };
    },
    write({ rows }) {
      const texts = [...[...coders.values()].map(({ texts: own }) => own), labels];
      return Array.from({ length: rows.length / columns.length }, (_, row) =>
        texts.map((one, column) => one[rows[row * columns.length + column] ?? 0] ?? ""),
      );
    },
  };
}

interface Coder {
  /** What each value is written as. */
  readonly texts: readonly string[];
  readonly indexOf: (text: string) => number;
}

function coderFor(feature: FeatureColumn): Coder {
  if ("values" in feature) return coder(feature.values, (text) => feature.values.indexOf(text));
  if ("ranges" in feature) {
    const texts = feature.ranges.map((group) => String(group[0]?.[0] ?? ""));
    return coder(
      texts,
      numbered((value) =>
        feature.ranges.findIndex((group) => group.some(([from, to]) => value >= from && value < to)),
      ),
    );
  }
  const { low, high } = feature;
  const width = (high - low) / PARTS;
  const texts = Array.from({ length: PARTS }, (_, part) => String(low + (part + 0.5) * width));
  return coder(
    texts,
    numbered((value) => Math.min(PARTS - 1, Math.max(0, Math.floor((value - low) / width)))),
  );
}

function coder(texts: readonly string[], indexOf: (text: string) => number): Coder {
  return {
    texts: [...texts, ""],
    indexOf(text) {
      const at = indexOf(text);
      return at < 0 ? texts.length : at;
    },
  };
}

function numbered(indexOf: (value: number) => number): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text);
    return Number.isNaN(value) ? -1 : indexOf(value);
  };
}
