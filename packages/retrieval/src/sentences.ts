/** Where a sentence stands in its passage, in UTF-16 code units. */
export interface SentenceSpan {
  readonly start: number;
  readonly end: number;
}

const ABBREVIATION =
  /(?:^|[\s(])(?:dr|mr|mrs|ms|prof|st|no|vs|approx|fig|al|inc|e\.g|i\.e|u\.s|u\.k|[a-z])$/i;
/** A list is read as one sentence with its lead ("Call if: …") up to this length. */
const MAX_LIST_LENGTH = 420;

function spansOfLine(text: string, start: number, end: number): SentenceSpan[] {
  const out: SentenceSpan[] = [];
  let from = start;
  for (const match of text.slice(start, end).matchAll(/[.!?]+["”')\]]*\s+(?=["“'([]?[\p{Lu}\p{N}-])/gu)) {
    const at = start + match.index;
    if (match[0].startsWith(". ") && ABBREVIATION.test(text.slice(from, at))) continue;
    const stop = at + match[0].trimEnd().length;
    out.push({ start: from, end: stop });
    from = at + match[0].length;
  }
  if (from < end) out.push({ start: from, end });
  return out;
}

/** Joins "lead:" with the list below it, so that no sentence is quoted without its end. */
function withLists(text: string, spans: readonly SentenceSpan[]): SentenceSpan[] {
  const out: SentenceSpan[] = [];
  for (const span of spans) {
    const lead = out.at(-1);
    const isItem = text.slice(0, span.start).endsWith("- ");
    const open = lead !== undefined && /:(?:\n+- [^\n]*)*$/.test(text.slice(lead.start, lead.end));
    if (isItem && open && span.end - lead.start <= MAX_LIST_LENGTH)
      out[out.length - 1] = { start: lead.start, end: span.end };
    else out.push(span);
  }
  return out;
}

/** Finds the sentences of plain text; line breaks end sentences, list marks are not part of them. */
export function splitSentences(text: string): SentenceSpan[] {
  const spans: SentenceSpan[] = [];
  for (const line of text.matchAll(/[^\n]+/g)) {
    const trimmed = line[0].trim();
    if (trimmed === "") continue;
    const start = line.index + line[0].indexOf(trimmed);
    const end = start + trimmed.length;
    spans.push(...spansOfLine(text, trimmed.startsWith("- ") ? start + 2 : start, end));
  }
  return withLists(text, spans);
}
