import { describe, expect, it } from "vitest";
import { parseCsv } from "../training/csv.ts";
import type { TableSchema } from "../training/table.ts";
import { discretiserFor } from "./discrete-table.ts";

const schema: TableSchema = {
  features: [
    { column: "age", low: 0, high: 100 },
    { column: "sex", values: ["f", "m"] },
    { column: "code", ranges: [[[1, 10]], [[10, 20]]] },
    { column: "age", ranges: [[[0, 50]]] },
  ],
  label: { column: "ill", classes: { no: 0, yes: 1 } },
  unit: "patient",
};
const table = parseCsv("patient,age,sex,code,ill\n7,55,f,3,no\n8,,x,12,yes\n7,-5,m,99,yes\n9,1,f,1,unknown");

describe("a table of numbered values", () => {
  it("has one row for each unit, and comes back in the words of the schema", () => {
    const { columns, read, write } = discretiserFor(schema);
    expect(columns).toEqual(["age", "sex", "code", "ill"]);
    const first = read(table, () => 0);
    expect(first.sizes).toEqual([11, 3, 3, 2]);
    expect([...first.rows]).toEqual([5, 0, 0, 0, 10, 2, 1, 1]);
    expect([...read(table, (count) => count - 1).rows.subarray(0, 4)]).toEqual([0, 1, 2, 1]);
    expect(write(first)).toEqual([
      ["55", "f", "1", "no"],
      ["", "", "10", "yes"],
    ]);
    expect(
      read(
        [["patient", ...columns], ...write(first).map((cells, at) => [String(at)].concat(cells))],
        () => 0,
      ),
    ).toEqual(first);
  });

  it("takes each row as a unit where the schema names none, and needs its columns", () => {
    const { unit: _, ...rest } = schema;
    expect(discretiserFor(rest).read(table, () => 0).rows).toHaveLength(12);
    expect(() => discretiserFor(schema).read([["age"]], () => 0)).toThrow(
      expect.objectContaining({ code: "TABLE_COLUMN" }),
    );
  });
});
