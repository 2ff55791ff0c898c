import type { Article } from "./article.ts";
import { type SentenceSpan, splitSentences } from "./sentences.ts";

/** Part of an article that fits on a card: what a citation opens. */
export interface Passage {
  /** Stable while headings stay: the heading's words, and a number where a section has several parts. */
  readonly id: string;
  /** The heading that it stands under; none for the opening. */
  readonly heading?: string;
  /** A verbatim part of the article's text. */
  readonly text: string;
  /** Sentences in reading order, as they stand in `text`. */
  readonly sentences: readonly SentenceSpan[];
}

/** A section longer than this is split at a sentence end. */
const MAX_PASSAGE_LENGTH = 1200;

function slug(heading: string): string {
  const words = heading.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.join("-").slice(0, 60) || "section";
}

interface Section {
  readonly heading?: string;
  readonly text: string;
}

function sectionsOf(text: string): Section[] {
  const out: Section[] = [];
  for (const part of text.split(/^(?=#{1,6} )/m)) {
    const match = /^#{1,6} (.*)\n?/.exec(part);
    const body = (match === null ? part : part.slice(match[0].length)).trim();
    if (body === "") continue;
    out.push(match === null ? { text: body } : { heading: (match[1] ?? "").trim(), text: body });
  }
  return out;
}

/** Ranges of sentences, each up to the maximum length; a single longer sentence stands alone. */
function cut(sentences: readonly SentenceSpan[]): SentenceSpan[][] {
  const parts: SentenceSpan[][] = [];
  for (const sentence of sentences) {
    const part = parts.at(-1);
    const start = part?.[0]?.start ?? 0;
    if (part === undefined || sentence.end - start > MAX_PASSAGE_LENGTH) parts.push([sentence]);
    else part.push(sentence);
  }
  return parts;
}

/** Splits an article at its headings, and long sections at sentence ends. */
export function splitPassages(article: Pick<Article, "text">): Passage[] {
  const used = new Map<string, number>();
  const out: Passage[] = [];
  for (const { heading, text } of sectionsOf(article.text)) {
    for (const part of cut(splitSentences(text))) {
      const start = part[0]?.start ?? 0;
      const name = heading === undefined ? "intro" : slug(heading);
      const count = (used.get(name) ?? 0) + 1;
      used.set(name, count);
      out.push({
        id: count === 1 ? name : `${name}-${count}`,
        ...(heading === undefined ? {} : { heading }),
        text: text.slice(start, part.at(-1)?.end ?? text.length),
        sentences: part.map((span) => ({ start: span.start - start, end: span.end - start })),
      });
    }
  }
  return out;
}
