import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** Public data beside the repository; see the README of `training` for what is used and its licence. */
const folder = new URL("../../../../shared/data/", import.meta.url);

export const hasSharedData = existsSync(folder);

/** The rows of a file of JSON lines. */
export function sharedRows(name: string): Readonly<Record<string, unknown>>[] {
  const bytes = readFileSync(new URL(name, folder));
  return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes)
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

/** One column as text. */
export function column(rows: readonly Readonly<Record<string, unknown>>[], name: string): string[] {
  return rows.map((row) => String(row[name]));
}

/** Every n-th of a list, from the given one on. */
export function every<T>(list: readonly T[], nth: number, from = 0): T[] {
  return list.filter((_, at) => at % nth === from);
}
