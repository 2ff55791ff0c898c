const named: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  ndash: "–",
  mdash: "—",
  rsquo: "’",
  lsquo: "‘",
  ldquo: "“",
  rdquo: "”",
  deg: "°",
  hellip: "…",
};
const LAST_CODE_POINT = 0x10ffff;

function entity(whole: string, body: string): string {
  if (!body.startsWith("#")) return named[body.toLowerCase()] ?? whole;
  const code = /^#x/i.test(body) ? Number.parseInt(body.slice(2), 16) : Number.parseInt(body.slice(1), 10);
  return code > 0 && code <= LAST_CODE_POINT ? String.fromCodePoint(code) : "";
}

/**
 * The words of an HTML fragment in the form that articles have: headings, lists and paragraphs. Scripts, styles
 * and all other tags are left out; what remains is text, never markup.
 */
export function htmlText(html: string): string {
  return html
    .replace(/<(script|style|head)\b[\s\S]*?<\/\1\s*>|<!--[\s\S]*?-->/gi, " ")
    .replace(/\s+/g, " ")
    .replace(/<h[1-6]\b[^>]*>/gi, "\n\n## ")
    .replace(/<li\b[^>]*>\s*(?:<p\b[^>]*>)?/gi, "\n- ")
    .replace(/<(?:br|\/tr)\b[^>]*>/gi, "\n")
    .replace(/<\/?(?:p|div|section|ul|ol|table|h[1-6])\b[^>]*>/gi, "\n\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&(#?\w{1,10});/g, entity)
    .replace(/[^\S\n]+/g, " ")
    .replace(/ *\n */g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .replace(/\n\n(?=- )/g, "\n")
    .trim();
}
