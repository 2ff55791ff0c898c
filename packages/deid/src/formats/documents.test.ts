import { systemRandom } from "@cloister/crypto/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Vault } from "../vault.ts";
import { type DocumentFormat, deidentifyDocument, formatOf, type Masking, restoreDocument } from "./index.ts";
import { parseJson } from "./json-tree.ts";

function masking(parts: Partial<Masking> = {}): Masking {
  return { vault: Vault.create(systemRandom), mode: "balanced", dates: "shift", year: 2026, ...parts };
}

/** De-identifies, checks that nothing of `hidden` is left, and that the vault leads back. */
function roundTrip(source: string, format: DocumentFormat, hidden: readonly string[]): string {
  const how = masking();
  const { text, spans } = deidentifyDocument(source, format, how);
  for (const word of hidden) expect(text).not.toContain(word);
  for (const { start, end } of spans) expect(source.slice(start, end)).not.toBe("");
  const back = restoreDocument(text, format, how.vault);
  // Escapes that JSON does not need may be written without them.
  if (format === "json") expect(back.split("\n").map(unescaped)).toEqual(source.split("\n").map(unescaped));
  else expect(back).toBe(source);
  return text;
}

const unescaped = (json: string) => json.replaceAll("\\u00e9", "é");

describe("tables", () => {
  const table = [
    "\ufeffid;Name;DOB;phone;note;hba1c",
    '17;"Marchetti; Lucia";05/03/1961;617-555-2368;"Lucia said ""yes"" to Dr. Okonkwo',
    'on 2024-03-01";7.1',
    "18;Bogdan Ilves;11/02/1974;(617) 555-4471;none;6.02",
    "19;N/A;unknown;;short row",
    "",
  ].join("\r\n");

  it("are searched by the heads of their columns, and cells stay cells", () => {
    const text = roundTrip(table, "csv", [
      "Marchetti",
      "Lucia",
      "05/03/1961",
      "2368",
      "Okonkwo",
      "Ilves",
      "2024-03-01",
    ]);
    const rows = text.split("\r\n");
    expect(rows[0]).toBe("\ufeffid;Name;DOB;phone;note;hba1c");
    expect(rows[1]).toMatch(/^\d{7};"[^";]+; [^";]+";\d+\/\d+\/196\d;[\d-]{12};".+ ""yes"" to Dr\. \w+$/);
    expect(rows[3]).toMatch(/;none;6\.02$/);
    expect(rows[4]).toMatch(/^\d{7};N\/A;unknown;;short row$/);
  });

  it("keep intervals between dates, also where a moved date is another's own", () => {
    const days = Array.from({ length: 400 }, (_, at) =>
      new Date(Date.UTC(2023, 0, 1 + at)).toISOString().slice(0, 10),
    );
    const { text } = deidentifyDocument(`visit date\n${days.join("\n")}\n`, "csv", masking());
    const moved = text
      .trim()
      .split("\n")
      .slice(1)
      .map((day) => Date.parse(day));
    expect(new Set(moved.map((day, at) => day - Date.parse(days[at] ?? ""))).size).toBe(1);
    expect(moved[0]).not.toBe(Date.parse(days[0] ?? ""));
  });

  it("leave short numbers alone whatever became of the numbers of records", () => {
    const rows = Array.from(
      { length: 200 },
      (_, at) => `${at + 1},${(at * 7) % 100},${at % 10}.${at % 7},take ${at % 10} a day,${80 + (at % 20)}`,
    );
    const { text } = deidentifyDocument(`id,pulse,hba1c,note,age\n${rows.join("\n")}`, "csv", masking());
    const measures = text
      .split("\n")
      .slice(1)
      .map((row) => row.split(","));
    expect(measures.map((row) => row.slice(1, 4).join(","))).toEqual(
      rows.map((row) => row.split(",").slice(1, 4).join(",")),
    );
    expect(new Set(measures.map(([id]) => id)).size).toBe(200);
    expect(Math.max(...measures.map((row) => Number(row[4])))).toBe(90);
  });

  it("refuses a quote that is never closed without quoting what is in it", () => {
    const broken = 'name,note\nAda Quill,"she was born\nin Leeds';
    expect(() => deidentifyDocument(broken, "csv", masking())).toThrow(
      expect.objectContaining({ code: "DOCUMENT_CSV", message: expect.not.stringMatching(/Quill|Leeds/) }),
    );
  });

  it("takes quotes inside a bare cell as they stand", () => {
    const text = roundTrip('name,size\nAda Quill,5" wide\n', "csv", ["Quill"]);
    expect(text).toMatch(/,5" wide\n$/);
  });
});

describe("JSON", () => {
  it("keeps numbers, escapes, spaces and repeated keys as they are", () => {
    const source =
      '{ "patientName" : "Lucia Marchetti", "hr":72.50, "ssn": 123456789, "big":12345678901234567890,\n "note":"tab\\t \\u00e9 Dr. Okonkwo \\"x\\" Lucia", "note":"second", "Bogdan Ilves": [1e5] }';
    const text = roundTrip(source, "json", ["Lucia", "Marchetti", "Okonkwo", "Ilves", "123456789,"]);
    expect(text).toContain('"hr":72.50');
    expect(text).toContain("12345678901234567890");
    expect(text).toContain("tab\\t \\u00e9 Dr. ");
    expect(JSON.parse(text)).toMatchObject({ hr: 72.5, note: "second", ssn: expect.any(Number) });
  });

  it("reads lines of it, and the date of each", () => {
    const text = roundTrip(
      '{"name":"Bogdan Ilves","at":"2024-02-29T10:00:00Z"}\n{"at":"2024-03"}\n',
      "json",
      ["Ilves", "2024-02-29"],
    );
    for (const line of text.trim().split("\n")) expect(JSON.parse(line)).toHaveProperty("at");
  });

  it("is as deep and as long as it likes", () => {
    const deep = `${"[".repeat(200_000)}"Bogdan Ilves"${"]".repeat(200_000)}`;
    expect(deidentifyDocument(deep, "json", masking()).text).not.toContain("Ilves");
    const long = `{"x":"${"pain 1 ".repeat(40_000)}\\n"}`;
    expect(deidentifyDocument(long, "json", masking()).text).toHaveLength(long.length);
  });

  it.each([
    "",
    "{",
    '{"a":}',
    '{"a" 1}',
    "[1,]",
    '{"a":1,}',
    "[1 2]",
    '"\u0001"',
    String.raw`"\x"`,
    "nul",
    "01",
    '"open',
    "]",
    "{]",
    '{"a":1]',
    "1 ,",
  ])("refuses %j and says where, not what", (source) => {
    expect(() => deidentifyDocument(source, "json", masking())).toThrow(
      expect.objectContaining({ code: "DOCUMENT_JSON" }),
    );
  });

  it("accepts what the language's own parser accepts, and nothing else", () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom("", '"', ",", "{", "]", "\\", "0"),
        (json, at, put) => {
          const cut = at % (json.length + 1);
          const source = json.slice(0, cut) + put + json.slice(cut);
          let value: unknown;
          try {
            value = JSON.parse(source);
          } catch {
            value = undefined;
          }
          let rootsCount = 0;
          try {
            rootsCount = parseJson(source).filter(({ parent }) => parent === undefined).length;
          } catch (error) {
            expect(error).toMatchObject({ code: "DOCUMENT_JSON" });
          }
          // Several values that follow one another are lines, which only ours reads.
          if (rootsCount <= 1) expect(rootsCount === 1).toBe(value !== undefined);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe("text", () => {
  it("is replaced at the spans, and years alone are left of dates in the mode of years", () => {
    const source = "Lucia Marchetti, DOB 05/03/1961, seen on March 4, 2024 and again on Monday 5/9.";
    roundTrip(source, "text", ["Lucia", "Marchetti", "05/03/1961", "March 4"]);
    const { text } = deidentifyDocument(source, "text", masking({ dates: "year" }));
    expect(text).toMatch(/, DOB 1961, seen on 2024 and again on /);
    expect(text).not.toMatch(/5\/9|March|05\/03/);
  });

  it("takes a line of 100 kB in linear time", () => {
    const line = `Seen by Dr. Okonkwo for Lucia Marchetti. ${"1-1-a.a. no pain ".repeat(6_000)}`;
    const startMs = performance.now();
    expect(deidentifyDocument(line, "text", masking({ mode: "strict" })).text).not.toContain("Okonkwo");
    expect(performance.now() - startMs).toBeLessThan(3_000);
  });
});

describe("the format", () => {
  it.each([
    ["MSH|^~\\&|A", "", "hl7"],
    ["\vMSH|^~\\&|A", "x.txt2", "hl7"],
    ['{"resourceType":"Patient"}', "a.json", "fhir"],
    ['{"entry":[{"resource":{}}],"resourceType":"Bundle"}', "", "fhir"],
    ['{"type":"Patient"}', "a.json", "json"],
    ["a,b", "a.csv", "csv"],
    ["a,b", "", "text"],
  ] as const)("of %j named %j is %s", (source, name, format) => expect(formatOf(source, name)).toBe(format));
});
