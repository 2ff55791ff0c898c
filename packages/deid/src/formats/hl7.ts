import { BaseError } from "@cloister/bytes";
import { components, type FieldType, segments, valueTypes } from "./hl7-fields.ts";
import { isMachineDate, moveMachineDate } from "./machine-dates.ts";
import { type Coding, type Content, escaped, plain, type Region } from "./region.ts";

/** How the messages of a file part things; each MSH says it anew (chapter 2.5). */
interface Marks {
  readonly field: string;
  readonly component: string;
  readonly repetition: string;
  readonly escape: string;
  readonly subcomponent: string;
  readonly coding: Coding;
}

interface Part {
  readonly start: number;
  readonly text: string;
}

const HEADERS = new Set(["MSH", "FHS", "BHS"]);
/** Long digits in a field that nobody described are more likely a time than a number to keep. */
const TIMESTAMP = /^(?:19|20)\d{6}(?:\d{4}(?:\d{2}(?:\.\d{1,4})?)?(?:[+-]\d{4})?)?$/;

/**
 * What to search in HL7 version 2 messages: one, or several with or without batch headers and MLLP frames.
 * Delimiters are those that each message names. Segments end in CR, LF or both.
 * @throws BaseError `DOCUMENT_HL7`
 */
export function hl7Regions(source: string): Region[] {
  let marks: Marks | undefined;
  const regions: Region[] = [];
  for (const match of source.matchAll(/[^\r\n\v]+/g)) {
    const segment = { start: match.index, text: match[0] };
    const name = segment.text.replace(/^\ufeff/, "").slice(0, 3);
    if (HEADERS.has(name)) marks = marksOf(segment.text.replace(/^\ufeff/, ""));
    if (marks === undefined)
      throw new BaseError(
        "Decode",
        "DOCUMENT_HL7",
        "this is no HL7 version 2 message: it does not begin with MSH; use --format text",
      );
    regions.push(...segmentRegions(segment, name, marks));
  }
  if (marks === undefined)
    throw new BaseError("Decode", "DOCUMENT_HL7", "there is no message in this; give a file with one");
  return regions;
}

function marksOf(header: string): Marks {
  const [field = "", component = "", repetition = "", escape = "", subcomponent = ""] = header.slice(3, 8);
  const given = [field, component, repetition].filter((mark) => !/[\w\s]/.test(mark) && mark !== "");
  if (given.length < 3 || new Set(given).size < 3)
    throw new BaseError(
      "Decode",
      "DOCUMENT_HL7",
      "the MSH segment names no delimiters such as |^~\\&; mend it or use --format text",
    );
  const absent = (mark: string) => (mark === field || mark === "" ? "" : mark);
  const marks = {
    field,
    component,
    repetition,
    escape: absent(escape),
    subcomponent: absent(escape) === "" ? "" : absent(subcomponent),
  };
  return { ...marks, coding: codingOf(marks) };
}

const literal = (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);

/** Escape sequences (chapter 2.7): delimiters and line breaks are read; what formats is kept where it stands. */
function codingOf(marks: Omit<Marks, "coding">): Coding {
  const { escape, field, component, subcomponent, repetition } = marks;
  if (escape === "") return plain;
  const e = literal(escape);
  const letters: Readonly<Record<string, string>> = {
    F: field,
    S: component,
    T: subcomponent,
    R: repetition,
    E: escape,
    ".br": "\n",
    ".sp": "\n",
  };
  const written = new Map(Object.entries(letters).map(([letter, mark]) => [mark, escape + letter + escape]));
  written.set("\n", `${escape}.br${escape}`);
  const known = `${e}(?:[FSTRE]|\\.br|\\.sp)${e}`;
  const formats = `${e}(?:[HN]|[XCMZ][\\dA-Za-z]{0,64}|\\.(?:in|ti|fi|nf|ce|sk)[+-]?\\d{0,4})${e}`;
  const delimiters = [field, component, subcomponent, repetition, escape].filter((mark) => mark !== "");
  const toWrite = new RegExp(`${formats}|[\\n${delimiters.map(literal).join("")}]`, "g");
  const meaning = (sequence: string) => letters[sequence.slice(1, -1)] ?? "";
  const write = (text: string) => text.replaceAll(toWrite, (mark) => written.get(mark) ?? mark);
  return {
    ...escaped(
      new RegExp(`${known}|${formats}`, "g"),
      meaning,
      (text, raw) => write(text) + (raw.match(new RegExp(formats, "g")) ?? []).join(""),
    ),
    back: escaped(new RegExp(known, "g"), meaning, write),
  };
}

function split({ start, text }: Part, mark: string): Part[] {
  if (mark === "") return [{ start, text }];
  let at = start;
  return text.split(mark).map((piece) => {
    const part = { start: at, text: piece };
    at += piece.length + mark.length;
    return part;
  });
}

function segmentRegions(segment: Part, name: string, marks: Marks): Region[] {
  const isHeader = HEADERS.has(name);
  const [, ...rest] = split(segment, marks.field);
  // The field separator is itself the first field of a header, the other delimiters the second.
  const known = segments[name] ?? {};
  const valueType = name === "OBX" ? valueTypes[rest[1]?.text ?? ""] : undefined;
  return rest.flatMap((field, at) => {
    const number = at + (isHeader ? 2 : 1);
    if (isHeader && number === 2) return [];
    const declared: FieldType = known[number] ?? "text";
    const type = declared === "value" ? (valueType ?? "text") : declared;
    if (declared === "value" && /^(?:ED|RP)$/.test(rest[1]?.text ?? "")) return encapsulated(field, marks);
    return split(field, marks.repetition).flatMap((repetition) => fieldRegions(repetition, type, marks));
  });
}

function fieldRegions(field: Part, type: FieldType, marks: Marks): Region[] {
  if (type === "kept" || field.text === "" || field.text === '""') return [];
  const inComponents = components[type];
  return split(field, marks.component).flatMap((component, at) => {
    const declared = inComponents === undefined ? type : inComponents[at + 1];
    if (declared === undefined) return [];
    return split(component, marks.subcomponent).flatMap((part) => partRegion(part, declared, marks));
  });
}

function partRegion({ start, text }: Part, type: string, { coding }: Marks): Region[] {
  if (text === "" || text === '""') return [];
  return [{ start, end: start + text.length, content: contentOf(type, text), coding }];
}

function contentOf(type: string, text: string): Content {
  if (type === "date" || type === "birth") return { type: "date", isBirth: type === "birth" };
  if (type !== "text")
    return { type: "identifier", label: type as Extract<Content, { type: "identifier" }>["label"] };
  const isDate = isMachineDate(text) || (TIMESTAMP.test(text) && moveMachineDate(text, 0) !== undefined);
  return isDate ? { type: "date" } : { type: "text" };
}

/** A picture or a document in a message: its last component goes, for it cannot be searched. */
function encapsulated(field: Part, marks: Marks): Region[] {
  return split(field, marks.repetition).flatMap((repetition) => {
    const { start, text } = split(repetition, marks.component).at(-1) ?? repetition;
    return [
      {
        start,
        end: start + text.length,
        content: { type: "removed", label: "PHOTO", by: "" },
        coding: marks.coding,
      },
    ];
  });
}
