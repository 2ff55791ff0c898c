import { contentOfField } from "./field-names.ts";
import { type JsonNode, jsonString, type Place, parseJson, stringAt } from "./json-tree.ts";
import { isMachineDate } from "./machine-dates.ts";
import type { Coding, Content, Region } from "./region.ts";

/** A key that names a field, not a person. */
const FIELD_NAME = /^[A-Za-z_$@#][\w$.:@/-]{0,63}$/;

/** A number in a place that identifies: written as a number where its surrogate is one, else as a string. */
const jsonNumber: Coding = {
  read: (raw) => ({ text: raw }),
  write: (text) => (/^(?:0|[1-9]\d*)$/.test(text) ? text : JSON.stringify(text)),
  isWhole: true,
};

/** What to search in a JSON document: every string, keys that may be names, and numbers whose key says they identify. */
export function jsonRegions(source: string): Region[] {
  return parseJson(source).flatMap((node) => keyRegion(node).concat(valueRegion(source, node)));
}

function keyRegion({ key, name = "" }: JsonNode): Region[] {
  return key === undefined || FIELD_NAME.test(name) ? [] : [inQuotes(key, { type: "text" })];
}

function valueRegion(source: string, node: JsonNode): Region[] {
  const content = contentOfField(nameOf(node));
  if (node.kind === "string") {
    const isDate = content.type === "text" && isMachineDate(stringAt(source, node));
    return [inQuotes(node, isDate ? { type: "date" } : content)];
  }
  if (node.kind !== "number" || !/^(?:identifier|age)$/.test(content.type)) return [];
  return [{ start: node.start, end: node.end, content, coding: jsonNumber }];
}

/** The key of a value, or of the list that it stands in. */
export function nameOf(node: JsonNode | undefined): string {
  return node?.name ?? (node?.parent?.kind === "array" ? (node.parent.name ?? "") : "");
}

/** What stands between the quotes of a string. */
export function inQuotes({ start, end }: Place, content: Content, coding: Coding = jsonString): Region {
  return { start: start + 1, end: end - 1, content, coding };
}
