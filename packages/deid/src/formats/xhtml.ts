import { type Coding, escaped } from "./region.ts";

const PART = /<[^<>]*>|&(?:[a-z]{2,8}|#\d{1,7}|#x[\da-f]{1,6});/gi;
const INLINE = /^<\/?(?:a|abbr|b|bdo|big|cite|code|dfn|em|font|i|q|s|small|span|strong|sub|sup|tt|u)\b/i;
const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&nbsp;": "\u00a0",
};
const WRITTEN: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

function meaning(part: string): string {
  if (part.startsWith("<")) return INLINE.test(part) ? "" : "\n";
  const [, hex, decimal] = /^&#(?:x([\da-f]+)|(\d+));$/i.exec(part) ?? [];
  const point = hex === undefined ? Number(decimal ?? Number.NaN) : Number.parseInt(hex, 16);
  if (point > 0 && point <= 0x10_ffff) return String.fromCodePoint(point);
  return ENTITIES[part.toLowerCase()] ?? part;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>]/g, (character) => WRITTEN[character] ?? character);
}

/** Attributes that may hold anything, in a tag as it stands in the text of a JSON document. */
export const ATTRIBUTE = /\s(?:href|src|cite|alt|title|name|longdesc)=(\\?["'])(.*?)\1/gi;

/**
 * The text of a narrative (XHTML). A replaced part keeps the tags that it held, in their order, so that what was
 * well formed stays it.
 */
export const xhtml: Coding = {
  ...escaped(
    PART,
    meaning,
    (text, raw) => escape(text) + (raw.match(/<[^<>]*>/g) ?? []).join("").replaceAll(ATTRIBUTE, ""),
  ),
  // Put back between the tags, as it stands.
  back: { read: (raw) => ({ text: raw }), write: (text) => text },
};
