import { type Discount, type Scope, scopesOf, sentencesOf } from "./context.ts";
import { requireMessage } from "./limits.ts";
import { lexiconWords } from "./model/concepts.ts";
import { opinionMatcher } from "./opinions.ts";
import { type Match, Matcher } from "./patterns.ts";
import { mindFindings, patterns } from "./rules/all.ts";
import { wordClasses } from "./rules/words.ts";
import { Corrector } from "./spelling.ts";
import { type Range, type Token, tokenise } from "./tokens.ts";
import { readingsOf } from "./vitals.ts";

/** Where a finding stands, in tokens. */
export type Hit = Match<string>;
/** Findings by name, each list in the order of the text. */
export type Hits = ReadonlyMap<string, readonly Hit[]>;

/** A text as the rules and the model see it. */
export interface TextReading {
  readonly tokens: readonly Token[];
  readonly sentences: readonly Range[];
  readonly scopes: readonly Scope[];
  /** Every finding that is mentioned. */
  readonly present: Hits;
  /** Those that count: not absent, past, somebody else's or only asked about. */
  readonly counted: Hits;
  /** The same in the order of the text. */
  readonly found: readonly Hit[];
}

const matcher = new Matcher<string>(patterns, wordClasses);
const corrector = new Corrector(new Set([...matcher.vocabulary, ...lexiconWords]), (word) =>
  matcher.knows(word),
);

/** Idioms that only look like findings; their words are not read. */
const masks = new Matcher<string>(
  [
    "hay fever",
    "stroke of",
    "stroke order",
    "head over heels",
    "heart attack when",
    "dead end",
    "killing me",
    "make/makes/making sense of",
    "swollen gland/glands/lymph",
    "comfortable at rest",
    "breathe/breath/breathing through ~ nose/it",
    "poo/poop/poos/stool/stools/snot/mucus/pee/wee/phlegm ~ yellow/green/brown",
    "but im confused",
    "blood work/test/tests/pressure/type/group/donation/donor/count/results/bank/drive",
    "give/donate/giving/donating blood",
  ].map((pattern) => ["mask", pattern] as const),
  {},
);

/** The token without its word; that a sentence may begin here stays. */
function unread({ start, end, isCapital }: Token): Token {
  return isCapital === true ? { text: "", start, end, isCapital } : { text: "", start, end };
}

/** Idioms are not read, nor are the words of opinions; what stands between those words is. */
function masked(tokens: readonly Token[]): Token[] {
  const out = [...tokens];
  const mask = ({ from, to }: Range, isMasked: (word: string) => boolean): void => {
    for (let at = from; at <= to; at += 1) {
      const token = tokens[at];
      if (token !== undefined && isMasked(token.text)) out[at] = unread(token);
    }
  };
  for (const idiom of masks.match(tokens)) mask(idiom, () => true);
  for (const opinion of opinionMatcher.match(tokens))
    mask(opinion, (word) => opinionMatcher.vocabulary.has(word));
  return out;
}

/** Asking for a way to die is never education, and wanting to die for years is no less urgent. */
const exceptions: Readonly<Partial<Record<Discount, ReadonlySet<string>>>> = {
  asked: new Set(["method-seeking", "violence-intent"]),
  "long-standing": mindFindings,
};

const none: Set<Discount> = new Set();

/** Why the findings of each token do not count. */
function discountsOf(tokens: readonly Token[], scopes: readonly Scope[]): ReadonlySet<Discount>[] {
  const out: Set<Discount>[] = Array.from(tokens, () => none);
  for (const { discount, from, to } of scopes) {
    for (let at = from; at <= to && at < out.length; at += 1) {
      if (out[at] === none) out[at] = new Set([discount]);
      else out[at]?.add(discount);
    }
  }
  return out;
}

function counts({ name, from }: Hit, discounts: readonly ReadonlySet<Discount>[]): boolean {
  return [...(discounts[from] ?? none)].every((discount) => exceptions[discount]?.has(name) === true);
}

function byName(hits: readonly Hit[]): Hits {
  const out = new Map<string, Hit[]>();
  for (const hit of hits) {
    const list = out.get(hit.name);
    if (list === undefined) out.set(hit.name, [hit]);
    else list.push(hit);
  }
  return out;
}

/**
 * Folds, corrects and reads a text: its findings and what discounts them.
 * @throws BaseError `SAFETY_TEXT`
 */
export function readText(text: string): TextReading {
  requireMessage(text);
  const tokens = masked(corrector.correctAll(tokenise(text)));
  const scopes = scopesOf(tokens);
  const all = [...matcher.match(tokens), ...readingsOf(tokens)].sort((a, b) => a.from - b.from);
  const discounts = discountsOf(tokens, scopes);
  const found = all.filter((hit) => counts(hit, discounts));
  return {
    tokens,
    sentences: sentencesOf(tokens),
    scopes,
    present: byName(all),
    counted: byName(found),
    found,
  };
}
