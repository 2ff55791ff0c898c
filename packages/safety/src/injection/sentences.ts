import type { Range, Token } from "../tokens.ts";

/** A "sentence" without an end is cut here. */
const MAX_WORDS = 60;
/** Words of letters. */
const PERSONAL: ReadonlySet<string> = new Set(
  "i im ive id ill my me mine myself we our us please thanks thank hello hi dear regards subject sir madam".split(
    " ",
  ),
);

/** A sentence of a text. */
export interface Sentence extends Range {
  /** The mark that ends it, or nothing. */
  readonly end: string;
  readonly isPersonal: boolean;
}

function sentenceOf(text: string, tokens: readonly Token[], { from, to }: Range): Sentence {
  const end = tokens[to]?.end ?? text.length;
  return {
    from,
    to,
    end: text.charAt(end),
    isPersonal: tokens.slice(from, to + 1).some((token) => PERSONAL.has(token.text)),
  };
}

/** The sentences of a text, none longer than sixty words. */
export function sentencesIn(text: string, tokens: readonly Token[]): Sentence[] {
  const out: Sentence[] = [];
  let from = 0;
  for (let at = 0; at <= tokens.length; at += 1) {
    const isEnd = at === tokens.length || tokens[at]?.text === ".";
    if (!isEnd && at - from < MAX_WORDS) continue;
    if (at > from) out.push(sentenceOf(text, tokens, { from, to: at - 1 }));
    from = isEnd ? at + 1 : at;
  }
  return out;
}
