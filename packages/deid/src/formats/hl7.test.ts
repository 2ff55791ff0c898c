import { systemRandom } from "@cloister/crypto/random";
import { describe, expect, it } from "vitest";
import { Vault } from "../vault.ts";
import { deidentifyDocument, type Masking, restoreDocument } from "./index.ts";

const masking = (parts: Partial<Masking> = {}): Masking => ({
  vault: Vault.create(systemRandom),
  mode: "balanced",
  dates: "shift",
  year: 2026,
  ...parts,
});

const message = [
  String.raw`MSH|^~\&|LAB|DUNMORE GENERAL|EHR|DUNMORE GENERAL|202402030930||ORU^R01^ORU_R01|CTRL-99812|P|2.5.1`,
  "EVN|R01|20240203093000",
  "PID|1||44-4812^^^DG^MR~998877^^^XX^PI||MARCHETTI^LUCIA^INES^^MS.||19610503|F|MARCHETTI^LULU|2106-3|12 CANAL WALK^^DUNMORE^PA^18512^US||(617)555-2368^PRN^PH^lucia@mail.invalid|(617)555-4471||M||AC-55120|444-22-2222",
  "NK1|1|ILVES^BOGDAN|SPO^Spouse|12 CANAL WALK^^DUNMORE^PA^18512|(617)555-9876",
  "PV1|1|I|W2^201^1^DUNMORE GENERAL||||004777^OKONKWO^HANNAH^^^DR.|||SUR||||7|A0||||V-77341|||||||||||||||||||||||||202402011200",
  "OBR|1|845439^EHR|1045813^LAB|2345-7^GLUCOSE^LN|||202402030730",
  "OBX|1|NM|2345-7^GLUCOSE^LN||182|mg/dL|70-105|H|||F|||20240203",
  String.raw`OBX|2|TX|NOTE||Lucia Marchetti seen 02/03/2024 by Dr. Okonkwo \T\ team\.br\BP 120\F\80, \H\urgent\N\, call (617) 555-2368~husband Bogdan told||||||F`,
  "OBX|3|ED|PDF||LAB^application^pdf^Base64^JVBERi0xLjQK||||||F",
  "NTE|1||Mrs. Marchetti lives in Dunmore; Crohn's disease.",
  "ZXX|1|20240203|Okonkwo",
].join("\r");
const source = `${message}\r`;
const hidden = [
  "MARCHETTI",
  "Marchetti",
  "LUCIA",
  "Lucia",
  "LULU",
  "ILVES",
  "BOGDAN",
  "Bogdan",
  "OKONKWO",
  "Okonkwo",
  "HANNAH",
  "4812",
  "998877",
  "CANAL",
  "DUNMORE",
  "Dunmore",
  "18512",
  "2368",
  "4471",
  "9876",
  "mail.invalid",
  "55120",
  "444-22-2222",
  "004777",
  "77341",
  "99812",
  "1045813",
  "19610503",
  "20240203",
  "02/03/2024",
  "JVBERi",
];

describe("HL7 version 2", () => {
  it("loses every identifier and keeps segments, delimiters, codes and results", () => {
    const { text } = deidentifyDocument(source, "hl7", masking());
    for (const word of hidden) expect(text).not.toContain(word);
    const [before, after] = [source, text].map((whole) =>
      whole.split("\r").map((segment) => segment.split("|")),
    );
    expect(after?.map((segment) => [segment[0], segment.length])).toEqual(
      before?.map((segment) => [segment[0], segment.length]),
    );
    expect(after?.[0]?.slice(0, 3)).toEqual(["MSH", "^~\\&", "LAB"]);
    expect(after?.[2]?.slice(8, 9).concat(after[2]?.slice(10, 11) ?? [])).toEqual(["F", "2106-3"]);
    expect(after?.[2]?.[3]).toMatch(/^\d\d-\d{4}\^\^\^DG\^MR~\d{6}\^\^\^XX\^PI$/);
    expect(after?.[2]?.[11]).toMatch(/^\d\d [A-Z ]+\^\^[A-Z ]+\^PA\^\d{5}\^US$/);
    expect(after?.[6]?.slice(1, 7)).toEqual(["1", "NM", "2345-7^GLUCOSE^LN", "", "182", "mg/dL"]);
    expect(text).toContain(String.raw`\T\ team\.br\BP 120\F\80, \H\urgent\N\, call `);
    expect(text).toContain("Crohn's disease");
    expect(text).toContain("LAB^application^pdf^Base64^|");
  });

  it("moves all dates alike, times and precision kept, and comes back whole but for the document in it", () => {
    const how = masking();
    const { text } = deidentifyDocument(source, "hl7", how);
    const fields = text.split("\r").map((segment) => segment.split("|"));
    const day = (date = "") =>
      Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6, 8))) / 86_400_000;
    const moved = day(fields[0]?.[6]) - day("20240203");
    expect(fields[0]?.[6]).toMatch(/^\d{8}0930$/);
    expect(fields[1]?.[2]).toMatch(/^\d{8}093000$/);
    expect(day(fields[2]?.[7]) - day("19610503")).toBe(moved);
    expect(day(fields[6]?.[14]) - day("20240203")).toBe(moved);
    expect(day(fields.at(-2)?.[2]) - day("20240203")).toBe(moved);
    expect(restoreDocument(text, "hl7", how.vault)).toBe(source.replace("JVBERi0xLjQK", ""));
  });

  it("reads the delimiters of each message, frames, batches and any line end", () => {
    const odd =
      "\vMSH$*!/+$A$DUNMORE GENERAL$$$20240203\nPID$$$4812*$$ILVES+VAN*BOGDAN!QUILL*ADELINE\nNTE$1$$Ilves is/S/was well/E/\u001c\r\n";
    const two = `FHS|^~\\&|A\r${message}\r${odd}`;
    const how = masking();
    const { text } = deidentifyDocument(two, "hl7", how);
    for (const word of ["ILVES", "Ilves", "BOGDAN", "QUILL", "ADELINE", "4812", "MARCHETTI"])
      expect(text).not.toContain(word);
    expect(text).toMatch(
      /\nPID\$\$\$\d{4}\*\$\$[A-Z]+\+[A-Z]+\*[A-Z]+![A-Z]+\*[A-Z]+\nNTE\$1\$\$\w+ is\/S\/was well\/E\/\p{Cc}\r\n$/u,
    );
    expect(restoreDocument(text, "hl7", how.vault)).toContain(odd);
  });

  it("leaves null, empty and missing fields alone", () => {
    const spare = 'MSH|^~\\&|A\rPID|||""||""^\rPV1\rOBX\r';
    expect(deidentifyDocument(spare, "hl7", masking())).toEqual({ text: spare, spans: [] });
  });

  it("keeps years only where that is asked for", () => {
    const { text } = deidentifyDocument(
      source.replace("19610503", "19310503"),
      "hl7",
      masking({ dates: "year" }),
    );
    expect(text.split("\r")[2]?.split("|")[7]).toBe("1936");
    expect(text).toMatch(/\rEVN\|R01\|2024\r/);
  });

  it.each(["PID|||1", "", "MSH", "MSH|||", "hello"])("refuses %j", (broken) => {
    expect(() => deidentifyDocument(broken, "hl7", masking())).toThrow(
      expect.objectContaining({ code: "DOCUMENT_HL7" }),
    );
  });
});
