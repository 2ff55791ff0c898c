import { readFile } from "node:fs/promises";
import { BaseError } from "@cloister/bytes";
import { type Dataset, encodeTable, parseCsv, type TableSchema } from "@cloister/privacy/training";

/** @throws BaseError `TABLE_FILE`, and those of CSV and schema */
export async function readTable(file: string, schema: TableSchema): Promise<Dataset> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new BaseError("Usage", "TABLE_FILE", `${file} cannot be read`, { cause });
  });
  return encodeTable(parseCsv(text), schema);
}
