import type { IdentifierLabel } from "../labels.ts";

/**
 * What a field of HL7 version 2 holds: the data types that identify (chapter 2A), `kept` for codes, `text` for
 * what is searched, `date`, `birth`, and a label for a whole field.
 */
export type FieldType =
  | "CX"
  | "XPN"
  | "XAD"
  | "XTN"
  | "XCN"
  | "XON"
  | "EI"
  | "NDL"
  | "PL"
  | "kept"
  | "text"
  | "date"
  | "birth"
  | "value"
  | IdentifierLabel;

/** Labels of components, counted from 1; `text` is searched, anything else stays. */
export const components: Readonly<
  Record<string, Readonly<Record<number, IdentifierLabel | "text" | "date">>>
> = {
  CX: { 1: "MRN", 7: "date", 8: "date" },
  XPN: { 1: "NAME", 2: "NAME", 3: "NAME", 9: "text" },
  XAD: {
    1: "LOCATION",
    2: "LOCATION",
    3: "LOCATION",
    5: "LOCATION",
    8: "LOCATION",
    9: "LOCATION",
    10: "LOCATION",
  },
  XTN: { 1: "PHONE", 4: "EMAIL", 6: "PHONE", 7: "PHONE", 8: "PHONE", 9: "text", 12: "PHONE" },
  XCN: { 1: "OTHER_ID", 2: "NAME", 3: "NAME", 4: "NAME" },
  XON: { 1: "LOCATION", 3: "OTHER_ID", 10: "OTHER_ID" },
  EI: { 1: "OTHER_ID", 3: "text" },
  NDL: { 1: "NAME", 2: "date", 3: "date" },
  PL: { 1: "text", 4: "LOCATION", 9: "text" },
};

function fields(text: string): Readonly<Record<number, FieldType>> {
  return Object.fromEntries(
    text.split(" ").flatMap((entry) => {
      const [numbers = "", type = ""] = entry.split(":");
      return numbers.split(",").map((number) => [Number(number), type as FieldType]);
    }),
  );
}

/** Fields by segment; those that are not listed are searched as text. */
export const segments: Readonly<Record<string, Readonly<Record<number, FieldType>>>> = {
  MSH: fields("3,5,9,11,12:kept 4,6:LOCATION 7:date 8:OTHER_ID 10:OTHER_ID"),
  FHS: fields("3,5:kept 4,6:LOCATION 7:date 9,11:OTHER_ID"),
  BHS: fields("3,5:kept 4,6:LOCATION 7:date 9,11:OTHER_ID"),
  MSA: fields("1,5,6:kept 2:OTHER_ID"),
  EVN: fields("1,4:kept 2,3,6:date 5:XCN 7:LOCATION"),
  PID: fields(
    "1,8,10,15,16,17,22:kept 2,3,4,18,21:CX 5,6,9:XPN 7:birth 11:XAD 12:LOCATION 13,14,40:XTN 19:SSN 20:LICENSE 23:LOCATION 29,33:date 34:LOCATION",
  ),
  PD1: fields("1,2,5,6,7:kept 3:XON 4:XCN 13:date"),
  NK1: fields(
    "1,3,7,14,15:kept 2,26,30:XPN 4,32:XAD 5,6,31,40,41:XTN 8,9:date 12,33:CX 13:XON 16:birth 37:SSN",
  ),
  PV1: fields("1,2,4,10,14,18:kept 3,6,11,42,43:PL 5,19,50:CX 7,8,9,17,52:XCN 25,44,45:date 39:LOCATION"),
  PV2: fields("3:text 8,9,14,26,33:date 13:XCN 23:XON"),
  ORC: fields("1,5,6:kept 2,3,4,8:EI 7,9,15:date 10,11,12,19:XCN 13:PL 14,23:XTN 21:XON 22,24:XAD"),
  OBR: fields(
    "1,4,5,11,24,25,44:kept 2,3:EI 6,7,8,14,22,36:date 10,16,28:XCN 13,20,21:text 17:XTN 32,33,34,35:NDL",
  ),
  OBX: fields("1,2,3,4,6,7,8,9,10,11,17:kept 5:value 12,14,19:date 15:text 16,25:XCN 18:EI 23:XON 24:XAD"),
  NTE: fields("1,2,4:kept 3:text 5:XCN 6:date"),
  DG1: fields("1,2,3,6,15,17,18:kept 4:text 5,19:date 16:XCN"),
  AL1: fields("1,2,3,4:kept 5:text 6:date"),
  PR1: fields("1,2,3,6:kept 4:text 5:date 8,11,12:XCN"),
  RXA: fields("1,2,5,6,7:kept 3,4,16:date 10:XCN 11:PL 15:OTHER_ID"),
  IN1: fields(
    "1,2,14,15,17:kept 3:CX 4,9,11:XON 5,19,44:XAD 6,16:XPN 7:XTN 8,10,36,49:HEALTH_PLAN 12,13,29:date 18:birth",
  ),
  IN2: fields("1:CX 2:SSN 3:XCN 6,7,8:HEALTH_PLAN 9,40:XPN 61:HEALTH_PLAN 63,64:XTN"),
  GT1: fields("1,9,10,11,15,20:kept 2,19:CX 3,4,16:XPN 5,17:XAD 6,7,18:XTN 8:birth 12:SSN 13,14:date 21:XON"),
  ACC: fields("1:date 2:kept 3:text"),
  MRG: fields("1,2,3,4,5,6:CX 7:XPN"),
  ROL: fields("1:EI 2,3:kept 4:XCN 5,6:date 11:XAD 12:XTN"),
  TXA: fields("1,2,3:kept 4,6,7,8:date 5,9,10,11,22:XCN 12,13,14,15:EI"),
  SCH: fields("1,2,4,5:EI 6,7,8,9,10:kept 12,16,20:XCN 13,17,21:XTN 14,18,22:XAD"),
  AIP: fields("1,2,4,5:kept 3:XCN 6:date"),
};

/** What OBX-5 holds, by OBX-2. */
export const valueTypes: Readonly<Record<string, FieldType>> = {
  NM: "kept",
  SN: "kept",
  ID: "kept",
  IS: "kept",
  TM: "kept",
  SI: "kept",
  CP: "kept",
  MO: "kept",
  CX: "CX",
  XPN: "XPN",
  PN: "XPN",
  XAD: "XAD",
  AD: "XAD",
  XTN: "XTN",
  TN: "XTN",
  XCN: "XCN",
  CN: "XCN",
  XON: "XON",
  EI: "EI",
  PL: "PL",
  DT: "date",
  TS: "date",
  DTM: "date",
};
