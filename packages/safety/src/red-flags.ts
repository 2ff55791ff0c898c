import { BaseError } from "@cloister/bytes";
import { adviceFor } from "./advice.ts";
import { type Discount, type Scope, scopesOf } from "./context.ts";
import { type Match, Matcher } from "./patterns.ts";
import { emergencyNumbers, type Region } from "./regions.ts";
import { mindFindings, patterns, rules } from "./rules/all.ts";
import type { EmergencyKind, Rule } from "./rules/kinds.ts";
import { wordClasses } from "./rules/words.ts";
import { Corrector } from "./spelling.ts";
import { type Token, tokenise } from "./tokens.ts";
import { readingsOf } from "./vitals.ts";

/** What the check found, and what to tell the person. */
export interface RedFlags {
  readonly emergency: boolean;
  /** `emergency`: act now; `urgent`: be seen today; `routine`: nothing found, which is no diagnosis. */
  readonly urgency: "emergency" | "urgent" | "routine";
  readonly kind?: EmergencyKind;
  /** One to three plain sentences with the region's numbers. */
  readonly advice?: string;
  /** Ids of the rules that fired, the deciding one first. */
  readonly rules: readonly string[];
  /** The words that made them fire, in UTF-16 code units, in order. */
  readonly spans: readonly { readonly start: number; readonly end: number }[];
}

/** Larger inputs are no message. */
const MAX_TEXT_LENGTH = 100_000;
/** Findings of one rule must lie this near, in tokens. */
const WINDOW = 80;

const matcher = new Matcher<string>(patterns, wordClasses);
const corrector = new Corrector(matcher.vocabulary, (word) => matcher.knows(word));

type Hit = Match<string>;
type Hits = ReadonlyMap<string, readonly Hit[]>;

/** Phrases that only look like findings; their words are not read. */
const masks = new Matcher<string>(
  [
    "hay fever",
    "stroke of",
    "stroke order",
    "head over heels",
    "heart attack when",
    "dead end",
    "killing me",
  ].map((pattern) => ["mask", pattern] as const),
  {},
);

function masked(tokens: readonly Token[]): Token[] {
  const out = [...tokens];
  for (const { from, to } of masks.match(tokens)) {
    for (let at = from; at <= to; at += 1) {
      const token = tokens[at];
      if (token !== undefined) out[at] = { text: "", start: token.start, end: token.end };
    }
  }
  return out;
}

/** Asking for a way to die is never education, and wanting to die for years is no less urgent. */
const exceptions: Readonly<Partial<Record<Discount, ReadonlySet<string>>>> = {
  asked: new Set(["method-seeking"]),
  "long-standing": mindFindings,
};

function counts({ name, from }: Hit, scopes: readonly Scope[]): boolean {
  return !scopes.some(
    (scope) => from >= scope.from && from <= scope.to && exceptions[scope.discount]?.has(name) !== true,
  );
}

function hitsOf(tokens: readonly Token[]): { present: Hits; counted: Hits } {
  const scopes = scopesOf(tokens);
  const present = new Map<string, Hit[]>();
  const counted = new Map<string, Hit[]>();
  const file = (map: Map<string, Hit[]>, hit: Hit): void => {
    const list = map.get(hit.name);
    if (list === undefined) map.set(hit.name, [hit]);
    else list.push(hit);
  };
  const all = [...matcher.match(tokens), ...readingsOf(tokens)].sort((a, b) => a.from - b.from);
  for (const hit of all) {
    file(present, hit);
    if (counts(hit, scopes)) file(counted, hit);
  }
  return { present, counted };
}

/** The first hit at or after a token, in hits ordered by their place. */
function firstFrom(hits: readonly Hit[], from: number): Hit | undefined {
  let low = 0;
  let high = hits.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((hits[middle]?.from ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return hits[low];
}

function hitsFor(names: string | readonly string[], hits: Hits): readonly Hit[] {
  if (typeof names === "string") return hits.get(names) ?? [];
  return names.flatMap((name) => hits.get(name) ?? []).sort((a, b) => a.from - b.from);
}

/** One hit for each requirement, all near the first one's, or nothing. */
function evidenceFor(rule: Rule, hits: Hits): Hit[] | undefined {
  const [anchors, ...others] = rule.all.map((entry) => hitsFor(entry, hits));
  for (const anchor of anchors ?? []) {
    const evidence = [anchor];
    for (const options of others) {
      const next = firstFrom(options, anchor.from - WINDOW);
      if (next !== undefined && next.from <= anchor.from + WINDOW) evidence.push(next);
    }
    if (evidence.length === rule.all.length) return evidence;
  }
  return undefined;
}

function spansOf(evidence: readonly Hit[], tokens: readonly Token[]): { start: number; end: number }[] {
  const spans = evidence.map(({ from, to }) => ({
    start: tokens[from]?.start ?? 0,
    end: tokens[to]?.end ?? 0,
  }));
  return spans.sort((a, b) => a.start - b.start || a.end - b.end);
}

/**
 * Looks for red flags in what a person wrote: lay, misspelt and indirect wordings; absent findings, family
 * history, past events and general questions do not count, and no opinion of the writer ("probably
 * nothing") lowers what was found. No model, no state; the time grows linearly with the text.
 *
 * It finds what its rules know. Finding nothing means nothing.
 * @param text up to 100,000 UTF-16 code units
 * @throws BaseError `SAFETY_TEXT`
 */
export function checkRedFlags(text: string, { region }: { readonly region?: Region } = {}): RedFlags {
  if (text.length > MAX_TEXT_LENGTH) {
    throw new BaseError("Usage", "SAFETY_TEXT", `check at most ${MAX_TEXT_LENGTH} characters at a time`);
  }
  const tokens = masked(corrector.correctAll(tokenise(text)));
  const { present, counted } = hitsOf(tokens);
  const fired: { rule: Rule; evidence: Hit[] }[] = [];
  for (const rule of rules) {
    if (rule.unless?.some((name) => present.has(name)) === true) continue;
    const evidence = evidenceFor(rule, counted);
    if (evidence !== undefined) fired.push({ rule, evidence });
  }
  fired.sort((a, b) => Number(b.rule.urgency === "emergency") - Number(a.rule.urgency === "emergency"));
  const [first] = fired;
  if (first === undefined) return { emergency: false, urgency: "routine", rules: [], spans: [] };
  const { kind, urgency } = first.rule;
  return {
    emergency: urgency === "emergency",
    urgency,
    kind,
    advice: adviceFor(kind, urgency, emergencyNumbers(region)),
    rules: fired.map(({ rule }) => rule.id),
    spans: spansOf(
      fired.flatMap(({ evidence }) => evidence),
      tokens,
    ),
  };
}
