/**
 * From a table to examples, by a schema that is written before the data is seen: ranges, values and classes
 * are public. What is learned from the data itself (a mean, the list of values that occur) would be a
 * release of its own.
 */
import { BaseError } from "@cloister/bytes";
import type { Dataset } from "./dataset.ts";

/** How a column becomes numbers. */
export type FeatureColumn =
  /** A number, from `low` (0) to `high` (1); beyond them it is held there. */
  | { readonly column: string; readonly low: number; readonly high: number }
  /** One of the values: 1 at its place. */
  | { readonly column: string; readonly values: readonly string[] }
  /** A number in one of the groups of ranges, from (included) and to (not): 1 at the group's place. */
  | { readonly column: string; readonly ranges: readonly (readonly (readonly [number, number])[])[] };

/** What a table means. */
export interface TableSchema {
  readonly features: readonly FeatureColumn[];
  /** Each value's class; rows with another value are left out. */
  readonly label: { readonly column: string; readonly classes: Readonly<Record<string, number>> };
  /** Rows with the same value belong to one unit of privacy, such as a patient. Left out: each row is one. */
  readonly unit?: string;
}

/** @throws BaseError `TABLE_SCHEMA` for what is no schema; `input` is untrusted JSON */
export function readSchema(input: unknown): TableSchema {
  const schema = input as TableSchema;
  const { features, label, unit } =
    typeof input === "object" && input !== null ? schema : ({} as TableSchema);
  const columns = Array.isArray(features) && features.length > 0 && features.every(isFeature);
  if (!columns) throw malformed("features: a column each, with low and high, values, or ranges");
  const classes = typeof label === "object" && label !== null ? Object.values(label.classes ?? {}) : [];
  if (typeof label?.column !== "string" || classes.length === 0 || !classes.every(isClass)) {
    throw malformed("label: a column and the class, a whole number from 0, of each value");
  }
  if (unit !== undefined && typeof unit !== "string") throw malformed("unit: the name of a column");
  return schema;
}

function isFeature(feature: unknown): boolean {
  if (typeof feature !== "object" || feature === null) return false;
  const { column, low, high, values, ranges } = feature as Record<string, unknown>;
  if (typeof column !== "string") return false;
  if (values !== undefined)
    return Array.isArray(values) && values.every((value) => typeof value === "string");
  if (ranges !== undefined)
    return Array.isArray(ranges) && ranges.every((group) => Array.isArray(group) && group.every(isRange));
  return isRange([low, high]);
}

function isRange(range: unknown): boolean {
  if (!Array.isArray(range) || range.length !== 2) return false;
  const [from, to] = range as readonly unknown[];
  return typeof from === "number" && typeof to === "number" && from < to;
}

function isClass(value: unknown): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value < 2 ** 16;
}

/** How many numbers a row becomes. */
export function inputsCountOf({ features }: TableSchema): number {
  return features.reduce((sum, feature) => sum + widthOf(feature), 0);
}

function widthOf(feature: FeatureColumn): number {
  if ("values" in feature) return feature.values.length;
  return "ranges" in feature ? feature.ranges.length : 1;
}

/** The number of outputs of a head for the schema's classes: 1 for two of them. */
export function outputsCountOf({ label }: TableSchema): number {
  const classesCount = Math.max(...Object.values(label.classes)) + 1;
  return classesCount <= 2 ? 1 : classesCount;
}

/**
 * Examples from rows, the first of which names the columns; a unit's rows come to lie together. What is
 * missing or unknown becomes 0.
 * @throws BaseError `TABLE_COLUMN` when a column of the schema is not there
 */
export function encodeTable(rows: readonly (readonly string[])[], schema: TableSchema): Dataset {
  const [head = [], ...body] = rows;
  const place = (name: string) => columnPlace(head, name);
  const labelAt = place(schema.label.column);
  const classes = new Map(Object.entries(schema.label.classes));
  const labelled = body.filter((row) => classes.has(row[labelAt] ?? ""));
  const { unit } = schema;
  const unitAt = unit === undefined ? undefined : place(unit);
  const unitOf = unitAt === undefined ? undefined : (row: readonly string[]) => row[unitAt] ?? "";
  const kept = unitOf ? grouped(labelled, unitOf) : labelled;
  const inputsCount = inputsCountOf(schema);
  const features = new Float32Array(kept.length * inputsCount);
  let from = 0;
  for (const feature of schema.features) {
    const at = place(feature.column);
    for (const [row, cells] of kept.entries())
      writeFeature(features, row * inputsCount + from, feature, cells[at] ?? "");
    from += widthOf(feature);
  }
  const labels = Uint16Array.from(kept, (row) => classes.get(row[labelAt] ?? "") ?? 0);
  if (!unitOf) return { features, labels };
  const starts = kept.flatMap((row, at) =>
    at === 0 || unitOf(row) !== unitOf(kept[at - 1] ?? []) ? [at] : [],
  );
  return { features, labels, unitStarts: Uint32Array.from([...starts, kept.length]) };
}

/** The same rows, those of a unit together, in the order in which units first appear. */
function grouped(
  rows: readonly (readonly string[])[],
  unitOf: (row: readonly string[]) => string,
): readonly (readonly string[])[] {
  const units = new Map<string, (readonly string[])[]>();
  for (const row of rows) {
    const known = units.get(unitOf(row));
    if (known) known.push(row);
    else units.set(unitOf(row), [row]);
  }
  return [...units.values()].flat();
}

/** Where a column is. @throws BaseError `TABLE_COLUMN` */
export function columnPlace(head: readonly string[], name: string): number {
  const at = head.indexOf(name);
  if (at >= 0) return at;
  throw new BaseError(
    "Usage",
    "TABLE_COLUMN",
    "the table lacks a column that is asked for; see its first line",
  );
}

function writeFeature(features: Float32Array, at: number, feature: FeatureColumn, text: string): void {
  if ("values" in feature) {
    const index = feature.values.indexOf(text);
    if (index >= 0) features[at + index] = 1;
    return;
  }
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isNaN(value)) return;
  if ("ranges" in feature) {
    const index = feature.ranges.findIndex((group) =>
      group.some(([from, to]) => value >= from && value < to),
    );
    if (index >= 0) features[at + index] = 1;
  } else features[at] = Math.min(1, Math.max(0, (value - feature.low) / (feature.high - feature.low)));
}

function malformed(message: string): BaseError {
  return new BaseError("Decode", "TABLE_SCHEMA", `this is no schema of a table: ${message}`);
}
