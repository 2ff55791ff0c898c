import { hasClinicalShape, isBodily, isMedicineName } from "../clinical.ts";
import { conceptOf, isBuiltIn } from "../concepts.ts";
import { type SentenceSpan, splitSentences } from "../sentences.ts";
import { weakWords } from "../words.ts";
import { everydayEnglish } from "./everyday-english.ts";
import { soundsLikeMedicine } from "./medicine-names.ts";
import { firstUnfounded } from "./quantities.ts";
import { type Reading, read, shares, type Word } from "./reading.ts";
import { turnedAround } from "./relations.ts";
import { certain, directions, frequency, peopleGroups, possible } from "./scales.ts";

/** Why a passage does not bear out a claim. */
export type Unsupported =
  | "NOT_SAID"
  | "ENTITY"
  | "NEGATION"
  | "NUMBER"
  | "UNIT"
  | "PEOPLE"
  | "STRENGTH"
  | "DIRECTION"
  | "ORDER"
  | "CAUSE";

/** What became of a claim. */
export type Support =
  /** Bears it out; `from` is where in the passage. */
  | { readonly supported: true; readonly from: SentenceSpan }
  | { readonly supported: false; readonly reason: Unsupported };

/** A sentence and the passage that it cites. */
export interface SupportRequest {
  /** One sentence of at most 600 characters. Attacker-controlled: a model wrote it. */
  readonly claim: string;
  readonly passage: string;
  /** What the passage's article is about. */
  readonly title: string;
}

/** No sentence is longer, in UTF-16 units. */
const MAX_CLAIM_LENGTH = 600;
/** Share of what a claim says that must be in its source. */
const MIN_COVERAGE = 0.5;
/** What a second sentence must add to be taken together with the first. */
const MIN_GAIN = 0.2;
/** A place on the scale of {@link frequency}. */
const RARELY = 1;
/** Words of letters and small talk weigh less. */
const WEAK = 0.5;

const weight = ({ text }: Word): number => (weakWords.has(text) ? WEAK : 1);

interface Source {
  readonly span: SentenceSpan;
  readonly reading: Reading;
  readonly coverage: number;
}

/** What a sentence stands in. */
interface Context {
  readonly title: Reading;
  readonly passage: Reading;
}

function coverageOf(claim: Reading, source: Reading, title: Reading): number {
  let said = 0;
  let total = 0;
  for (const word of claim.words) {
    if (!word.isContent) continue;
    // The title names what the claim is about, which is not yet what it says of it.
    if (shares(word.keys, title.keys)) continue;
    total += weight(word);
    if (shares(word.keys, source.keys)) said += weight(word);
  }
  return total === 0 ? 0 : said / total;
}

/** The sentence that says most of a claim, alone and with its best neighbour. */
function sourcesFor(claim: Reading, passage: string, title: Reading): Source[] {
  const source = (span: SentenceSpan): Source => {
    const reading = read(passage.slice(span.start, span.end));
    return { span, reading, coverage: coverageOf(claim, reading, title) };
  };
  const spans = splitSentences(passage);
  const singles = spans.map(source).sort((a, b) => b.coverage - a.coverage);
  const [best] = singles;
  if (best === undefined) return [];
  const pairs = spans.slice(1).map(({ end }, i) => source({ start: spans[i]?.start ?? 0, end }));
  const pair = pairs.sort((a, b) => b.coverage - a.coverage)[0];
  const others = singles.filter(({ coverage }) => coverage >= best.coverage);
  return pair !== undefined && pair.coverage >= best.coverage + MIN_GAIN ? [...others, pair] : others;
}

const ordinary: ReadonlySet<string> = new Set(everydayEnglish.map(conceptOf));

/** Names a medicine, a condition or a sign. */
function isName({ text, stem, keys }: Word): boolean {
  return (
    isMedicineName(stem) ||
    hasClinicalShape(stem) ||
    soundsLikeMedicine(text) ||
    [...keys].some((key) => isBuiltIn(key) && !ordinary.has(key))
  );
}

/** Names must stand in the sentence or the title; parts of the body may stand elsewhere in the passage. */
function foreignEntity(claim: Reading, source: Reading, { title, passage }: Context): boolean {
  const named = new Set([...source.keys, ...title.keys]);
  return claim.words.some(
    (word) =>
      word.isContent &&
      ((isName(word) && !shares(word.keys, named)) ||
        (isBodily(word.stem) && !shares(word.keys, named) && !shares(word.keys, passage.keys))),
  );
}

const isSaid = ({ isContent, isGroup }: Word): boolean => isContent || isGroup;

/** Whether what one denies, the other affirms. */
function contradicts(claim: Reading, source: Reading): boolean {
  const agrees = (word: Word, { words }: Reading): boolean | undefined => {
    const same = words.filter((other) => isSaid(other) && shares(word.keys, other.keys));
    if (same.length === 0) return undefined;
    // "Children must not have aspirin" and "aspirin must not be given to children".
    const mayTurn = word.denied && (word.isGroup || isName(word));
    return same.some(({ denied, isSubject }) => denied === word.denied || (mayTurn && isSubject));
  };
  const against = (from: Reading, to: Reading): boolean =>
    from.denials.some((scope) => {
      // What comes first after "not" is what it denies.
      const first = scope.map((word) => agrees(word, to)).find((verdict) => verdict !== undefined);
      return first === undefined ? from === claim && to.denials.length === 0 : !first;
    });
  return against(claim, source) || against(source, claim);
}

/** Whether a claim is about people whom its source does not name. "Had a baby" is about a birth. */
function otherPeople(claim: Reading, source: Reading, title: Reading): boolean {
  const given = [...source.words, ...title.words].filter(({ isGroup }) => isGroup);
  const known = new Set(given.map(({ text }) => peopleGroups.get(text)));
  return claim.words.some(
    ({ text, isGroup, keys }) => isGroup && !known.has(peopleGroups.get(text)) && !shares(keys, source.keys),
  );
}

/** Whether a claim is surer, or says it of more, than its source does. */
function isStronger(claim: Reading, source: Reading): boolean {
  const levels = ({ words }: Reading): number[] =>
    words.flatMap(({ text }, at) => {
      // "They all help" says no more than "they help".
      const next = words[at + 1]?.text ?? "";
      if (text === "all" && !/[^s]s$/.test(next)) return [];
      if (text === "every" && /^(?:day|week|month|year|hour|night|few|\d)/.test(next)) return [];
      const level =
        words[at - 1]?.text === "than" || words[at - 2]?.text === "than" ? undefined : frequency.get(text);
      if (level === undefined) return [];
      return words[at - 1]?.text === "less" ? RARELY : level;
    });
  const has = ({ words }: Reading, set: ReadonlySet<string>): boolean =>
    words.some(({ text }) => set.has(text));
  const given = levels(source);
  const most = Math.max(-1, ...given);
  const least = Math.min(9, ...given);
  const isBeyond = levels(claim).some(
    (level) =>
      (level === 5 && most < 5) ||
      (level === 4 && most >= 0 && most < 3) ||
      (level === RARELY && least > RARELY) ||
      (level === 3 && most >= 0 && most < 2),
  );
  return isBeyond || (has(claim, certain) && has(source, possible) && !has(source, certain));
}

/** Whether something goes up, begins or comes early in one and the other way in the other. */
function otherDirection(claim: Reading, source: Reading): boolean {
  const signsOf = ({ words }: Reading) =>
    words.flatMap(({ text, denied }, at) => {
      // "No longer" and "rather than" are about whether, not about how much.
      const isAside = words[at - 1]?.text === "no" || frequency.get(words[at + 1]?.text ?? "") === RARELY;
      const found = isAside ? undefined : directions.get(text);
      const head = words.slice(at + 1, at + 4).find(({ isContent }) => isContent);
      return found ? [{ axis: found[0], sign: denied ? -found[1] : found[1], head }] : [];
    });
  const given = signsOf(source);
  const claimed = signsOf(claim);
  return claimed.some(({ axis, sign, head }) => {
    const alike = given.filter((one) => one.axis === axis);
    const onSame = alike.filter((one) => head && one.head && shares(head.keys, one.head.keys));
    if (onSame.length > 0) return onSame.every((one) => one.sign !== sign);
    const own = axis === "begin" ? claimed.filter((one) => one.axis === axis) : [{ sign }];
    return alike.length > 0 && own.every((mine) => alike.every((one) => one.sign !== mine.sign));
  });
}

function faultOf(claim: Reading, { reading, coverage }: Source, context: Context): Unsupported | undefined {
  const { title } = context;
  if (coverage < MIN_COVERAGE) return "NOT_SAID";
  if (foreignEntity(claim, reading, context)) return "ENTITY";
  const quantity = firstUnfounded(claim.quantities, [...reading.quantities, ...title.quantities]);
  if (quantity !== undefined) return quantity;
  if (otherPeople(claim, reading, title)) return "PEOPLE";
  if (contradicts(claim, reading)) return "NEGATION";
  if (isStronger(claim, reading)) return "STRENGTH";
  if (otherDirection(claim, reading)) return "DIRECTION";
  return turnedAround(claim, reading);
}

/**
 * Whether a passage bears out a sentence that cites it. Compares what both say in small, explainable steps and
 * knows no model; it errs towards refusing, for what is refused is quoted instead. Figures: docs/assistant.md.
 */
export function checkSupport({ claim, passage, title }: SupportRequest): Support {
  if (claim.length > MAX_CLAIM_LENGTH) return { supported: false, reason: "NOT_SAID" };
  const said = read(claim);
  const context = { title: read(title), passage: read(passage) };
  const sources = sourcesFor(said, passage, context.title);
  let reason: Unsupported = "NOT_SAID";
  for (const source of sources) {
    const fault = faultOf(said, source, context);
    if (fault === undefined) return { supported: true, from: source.span };
    reason = fault;
  }
  return { supported: false, reason };
}
