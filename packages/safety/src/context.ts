import { type Cue, cueMatcher } from "./cues.ts";
import type { Range, Token } from "./tokens.ts";

/** Why a finding does not count: absent, over, there for years, somebody else's past, or only asked about. */
export type Discount = "negated" | "past" | "long-standing" | "family" | "asked";

/** Tokens, both ends included, in which findings are discounted; the cue itself lies outside. */
export interface Scope {
  readonly discount: Discount;
  readonly from: number;
  readonly to: number;
}

const wordSet = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** Words that end what a negation reaches. */
const breaks = wordSet(
  "but however although though except yet only just because cause since which despite now then so while until still",
);
const subjects = wordSet("i im ive my he hes she shes his her it its we they there have has am is");
/** What general questions begin with, once greetings are passed over. */
const questionWords = wordSet(
  "what whats which how hows why when where who is are can could does do did should would tell explain define describe give list information info symptoms signs causes treatment stages steps any",
);
const openers = wordSet(
  "hi hello hey dear please just curious wondering asking and so also doctor dr question quick curious ok okay , : in first aid",
);

const ABSENT = /^(?:no|none|negative|absent|denied|nil)$/;
const MAX_ANSWER = 6;
const newToday = wordSet("now today tonight suddenly sudden worse worsening currently just");

/** How many tokens a negation, and a "history of", can reach. */
const MAX_NEGATED = 12;
const MAX_HISTORY = 6;
const MAX_LIST = 14;
/** A shorter beginning ("doctor, what") is no question of its own. */
const MIN_QUESTION = 3;

interface CueMatch extends Range {
  readonly name: Cue;
}

/** A "sentence" without an end is cut here, so that the work stays linear in the text. */
const MAX_SENTENCE = 200;

/** Ranges between sentence ends. */
export function sentencesOf(tokens: readonly Token[]): Range[] {
  const out: Range[] = [];
  let from = 0;
  for (let at = 0; at <= tokens.length; at += 1) {
    const ends = at === tokens.length || tokens[at]?.text === ".";
    if (!ends && at - from < MAX_SENTENCE) continue;
    if (at > from) out.push({ from, to: at - 1 });
    from = ends ? at + 1 : at;
  }
  return out;
}

function within(range: Range, { from, to }: Range): boolean {
  return from >= range.from && to <= range.to;
}

function scope(discount: Discount, { from, to }: Range): Scope {
  return { discount, from, to };
}

/** Reads the cues of one sentence. */
class Sentence {
  readonly #tokens: readonly Token[];
  readonly #range: Range;
  readonly #cues: readonly CueMatch[];

  constructor(tokens: readonly Token[], range: Range, cues: readonly CueMatch[]) {
    this.#tokens = tokens;
    this.#range = range;
    this.#cues = cues;
  }

  #text(at: number): string {
    return at <= this.#range.to ? (this.#tokens[at]?.text ?? ".") : ".";
  }

  #named(...names: readonly Cue[]): CueMatch[] {
    return this.#cues.filter(({ name }) => names.includes(name));
  }

  /** Whether a list of absent things goes on after a comma: it does when it closes on "or". */
  #listGoesOn(comma: number): boolean {
    for (let at = comma + 1; at <= comma + MAX_LIST; at += 1) {
      const text = this.#text(at);
      if (text === "or" || text === "nor") return true;
      if (text === "." || breaks.has(text)) return false;
    }
    return false;
  }

  #reach(cue: CueMatch, max: number, list: boolean): Range {
    let to = cue.to;
    while (to - cue.to < max) {
      const next = this.#text(to + 1);
      if (next === "." || breaks.has(next)) break;
      if (next === "and" && subjects.has(this.#text(to + 2))) break;
      if (next === "," && !(list && this.#listGoesOn(to + 1))) break;
      to += 1;
    }
    return { from: cue.to + 1, to };
  }

  /** The part of the sentence around a cue between commas and "but". */
  #clause({ from, to }: Range): Range {
    const ends = (at: number): boolean => {
      const text = this.#text(at);
      return (
        text === "," || text === "but" || text === "." || (text === "and" && subjects.has(this.#text(at + 1)))
      );
    };
    let start = from;
    while (start > this.#range.from && !ends(start - 1)) start -= 1;
    let end = to;
    while (end < this.#range.to && !ends(end + 1)) end += 1;
    return { from: start, to: end };
  }

  #negations(): Scope[] {
    const pseudo = this.#named("pseudo");
    const isReal = (cue: CueMatch): boolean => !pseudo.some((other) => other.from === cue.from);
    return this.#named("negation", "list-negation")
      .filter(isReal)
      .map((cue) => scope("negated", this.#reach(cue, MAX_NEGATED, cue.name === "list-negation")));
  }

  /** "Chest pain: no." and "Chest pain no." */
  #answers(): Scope[] {
    const out: Scope[] = [];
    for (let at = this.#range.from; at <= this.#range.to; at += 1) {
      if (this.#text(at) !== ":") continue;
      if (ABSENT.test(this.#text(at + 1)) && this.#text(at + 2) === ".") {
        out.push({ discount: "negated", from: this.#range.from, to: at });
      }
    }
    const { from, to } = this.#range;
    if (to - from < MAX_ANSWER && ABSENT.test(this.#text(to))) out.push({ discount: "negated", from, to });
    return out;
  }

  /** "For years" is no reason to wait when something is new today. */
  #isNow({ from, to }: Range): boolean {
    for (let at = from; at <= to; at += 1) if (newToday.has(this.#text(at))) return true;
    return false;
  }

  #isPresent(range: Range): boolean {
    return this.#named("present").some((cue) => within(range, cue));
  }

  #longStanding(): Scope[] {
    return this.#named("long-standing")
      .filter((cue) => this.#text(cue.from) !== "since" || this.#isYear(cue))
      .map((cue) => this.#clause(cue))
      .filter((clause) => !this.#isNow(clause))
      .map((clause) => scope("long-standing", clause));
  }

  #isYear(cue: CueMatch): boolean {
    const year = cue.to === cue.from + 1 ? this.#tokens[cue.to]?.value : undefined;
    if (year === undefined) return true;
    return year >= 1900 && year < 2100;
  }

  #pasts(): Scope[] {
    const resolved = this.#named("resolved").map((cue) => this.#clause(cue));
    const clauses = this.#named("past")
      .filter((cue) => this.#isYear(cue))
      .map((cue) => this.#clause(cue))
      .filter((clause) => !this.#isPresent(clause));
    const long = this.#named("long-past")
      .map((cue) => this.#clause(cue))
      .filter((clause) => !this.#named("again").some((cue) => within(clause, cue)));
    const histories = this.#named("history").map((cue) => this.#reach(cue, MAX_HISTORY, false));
    return [...clauses, ...long, ...histories, ...resolved].map((range) => scope("past", range));
  }

  #families(): Scope[] {
    const ranges = this.#named("family").map(() => this.#range);
    for (const relative of this.#named("relative")) {
      const clause = this.#clause(relative);
      const past = this.#named("relative-past").some((cue) => within(clause, cue));
      if (past && !this.#isPresent(clause)) ranges.push(clause);
      if (this.#named("treated").some(({ from }) => from > relative.to)) ranges.push(clause);
    }
    return ranges.map((range) => scope("family", range));
  }

  /** A question about people in general up to its first comma: no person in it but the one who asks. */
  #generalQuestion(): Range | undefined {
    const frames = new Set<number>();
    for (const { from, to } of this.#named("frame")) for (let at = from; at <= to; at += 1) frames.add(at);
    let first = this.#range.from;
    while (first < this.#range.to && openers.has(this.#text(first)) && !frames.has(first)) first += 1;
    const asks = frames.has(first) || questionWords.has(this.#text(first));
    if (!asks) return undefined;
    let { to } = this.#range;
    for (let at = to; at > first; at -= 1) if (this.#text(at) === "," && at - first >= MIN_QUESTION) to = at;
    const question = { from: this.#range.from, to };
    const isPersonal = (cue: CueMatch): boolean => within(question, cue) && !frames.has(cue.from);
    return this.#named("personal").some(isPersonal) ? undefined : question;
  }

  #questions(): Scope[] {
    if (this.#named("study").length > 0) return [scope("asked", this.#range)];
    const question = this.#generalQuestion();
    const { to } = this.#range;
    return [
      ...(question === undefined ? [] : [scope("asked", question)]),
      ...this.#named("if-someone").map((cue) => scope("asked", { from: cue.from, to })),
    ];
  }

  scopes(): Scope[] {
    return [
      ...this.#negations(),
      ...this.#answers(),
      ...this.#pasts(),
      ...this.#longStanding(),
      ...this.#families(),
      ...this.#questions(),
    ];
  }
}

/** Where in a text findings do not count, and why; after ConText (Harkema et al., 2009). */
export function scopesOf(tokens: readonly Token[]): Scope[] {
  const found = cueMatcher.match(tokens);
  let next = 0;
  return sentencesOf(tokens).flatMap((range) => {
    const own: CueMatch[] = [];
    for (let cue = found[next]; cue !== undefined && cue.from <= range.to; next += 1, cue = found[next]) {
      if (within(range, cue)) own.push(cue);
    }
    return new Sentence(tokens, range, own).scopes();
  });
}
