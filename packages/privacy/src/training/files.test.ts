import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCsv } from "./csv.ts";
import { parametersCount } from "./head.ts";
import { decodeModel, encodeModel, type Model } from "./model-file.ts";
import { encodeTable, inputsCountOf, outputsCountOf, readSchema, type TableSchema } from "./table.ts";

const code = (name: string): unknown => expect.objectContaining({ code: name });

describe("a CSV text", () => {
  it.each([
    ["", []],
    ["a", [["a"]]],
    [
      "a,b\r\n1,\n",
      [
        ["a", "b"],
        ["1", ""],
      ],
    ],
    [
      'a,b\n"x, ""y""\nz",2',
      [
        ["a", "b"],
        ['x, "y"\nz', "2"],
      ],
    ],
    [
      "a,b\n1,",
      [
        ["a", "b"],
        ["1", ""],
      ],
    ],
  ])("%j", (text, rows) => {
    expect(parseCsv(text)).toEqual(rows);
  });

  it.each(["a,b\n1", 'a\n"x', 'a\nx"y', 'a\n"x"y'])("is not %j", (text) => {
    expect(() => parseCsv(text)).toThrow(code("CSV"));
  });

  it("comes back", () => {
    const cells = fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 2 }), { minLength: 1 });
    fc.assert(
      fc.property(cells, (rows) => {
        const quoted = rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(","));
        expect(parseCsv(quoted.join("\n"))).toEqual(rows);
      }),
    );
  });
});

const schema: TableSchema = {
  features: [
    { column: "age", low: 0, high: 100 },
    { column: "sex", values: ["f", "m"] },
    {
      column: "code",
      ranges: [
        [
          [1, 10],
          [90, 99],
        ],
        [[10, 20]],
      ],
    },
  ],
  label: { column: "ill", classes: { no: 0, yes: 1, perhaps: 1 } },
  unit: "patient",
};
const table = parseCsv(
  "patient,age,sex,code,ill\n7,50,f,95,no\n8,?,x,10,yes\n7,200,m,-,perhaps\n9,1,f,1,unknown\n9,-5,m,1e9,no",
);

describe("a table", () => {
  it("becomes examples by its schema, units together", () => {
    const { features, labels, unitStarts } = encodeTable(table, schema);
    expect([inputsCountOf(schema), outputsCountOf(schema)]).toEqual([5, 1]);
    expect(Array.from({ length: 4 }, (_, row) => [...features.subarray(5 * row, 5 * row + 5)])).toEqual([
      [0.5, 1, 0, 1, 0],
      [1, 0, 1, 0, 0],
      [0, 0, 0, 0, 1],
      [0, 0, 1, 0, 0],
    ]);
    expect(Array.from(labels)).toEqual([0, 1, 1, 0]);
    expect(Array.from(unitStarts ?? [])).toEqual([0, 2, 3, 4]);
  });

  it("has a row as the unit where the schema names none", () => {
    const { unit: _, ...rest } = schema;
    expect(encodeTable(table, rest).unitStarts).toBeUndefined();
    expect(outputsCountOf({ ...rest, label: { column: "ill", classes: { a: 0, b: 2 } } })).toBe(3);
  });

  it("must have the schema's columns", () => {
    expect(() => encodeTable([["age"]], schema)).toThrow(code("TABLE_COLUMN"));
  });

  it.each([
    null,
    {},
    { ...schema, features: [] },
    { ...schema, features: [{ column: "age", low: 1, high: 1 }] },
    { ...schema, features: [{ column: "age", values: [1] }] },
    { ...schema, features: [{ column: "age", ranges: [[[1]]] }] },
    { ...schema, features: [{ low: 0, high: 1 }] },
    { ...schema, label: { column: "ill", classes: { no: -1 } } },
    { ...schema, label: { column: "ill", classes: {} } },
    { ...schema, unit: 3 },
  ])("has no schema such as %o", (input) => {
    expect(() => readSchema(input)).toThrow(code("TABLE_SCHEMA"));
  });

  it("has a schema that survives JSON", () => {
    expect(readSchema(JSON.parse(JSON.stringify(schema)))).toEqual(schema);
  });
});

describe("a model's file", () => {
  const shapes = [
    { inputsCount: 5, hiddenCount: 0, outputsCount: 1 },
    { inputsCount: 4, hiddenCount: 3, outputsCount: 2 },
  ];
  const modelOf = (shape: (typeof shapes)[number]): Model => ({
    shape,
    parameters: Float64Array.from({ length: parametersCount(shape) }, (_, at) => at / 4 - 2),
    card: {
      data: "invented",
      epsilon: 1,
      delta: 1e-6,
      unit: "patient",
      reservation: "00".repeat(16),
      spentEpsilon: 1.5,
      training: { samplingRate: 0.1, noiseMultiplier: 2, stepsCount: 10, clippingNorm: 1 },
    },
  });

  it.each(shapes)("comes back: %o", (shape) => {
    const model = modelOf(shape);
    expect(decodeModel(encodeModel(model))).toEqual(model);
    expect(decodeModel(encodeModel({ ...model, schema }))).toEqual({ ...model, schema });
  });

  it("is safetensors: a header of JSON with types, shapes and offsets, then the numbers", () => {
    const [shape = { inputsCount: 0, hiddenCount: 0, outputsCount: 0 }] = shapes;
    const bytes = encodeModel(modelOf(shape));
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
    expect(header).toMatchObject({
      "output.weight": { dtype: "F32", shape: [1, 5], data_offsets: [0, 20] },
      "output.bias": { dtype: "F32", shape: [1], data_offsets: [20, 24] },
    });
    expect(bytes).toHaveLength(8 + headerBytes + 24);
    expect((8 + headerBytes) % 8).toBe(0);
  });

  it("with any byte cut off or a flipped header is none", () => {
    const bytes = encodeModel(modelOf({ inputsCount: 5, hiddenCount: 0, outputsCount: 1 }));
    for (const length of [0, 7, 8, 100, bytes.length - 1]) {
      expect(() => decodeModel(bytes.slice(0, length))).toThrow(code("MODEL_FILE"));
    }
    const changed = bytes.slice();
    changed[0] = 255;
    expect(() => decodeModel(changed)).toThrow(code("MODEL_FILE"));
    const nan = bytes.slice();
    nan.fill(255, bytes.length - 4);
    expect(() => decodeModel(nan)).toThrow(code("MODEL_FILE"));
  });
});
