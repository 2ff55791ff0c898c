import type { IdentifierLabel, Span } from "../labels.ts";
import { foldCase } from "./casing.ts";
import { codeSurrogate } from "./codes.ts";
import { readDate, shiftDate } from "./dates.ts";
import type { Draw } from "./draw.ts";
import { nameSurrogate, type Persona } from "./names.ts";
import { placeSurrogate } from "./places.ts";
import type { Restoration } from "./restore.ts";
import { isWordCharacter, MentionTrie } from "./trie.ts";
import type { WordBook } from "./words.ts";

/** A label, the original and its surrogate. */
export type StoredMention = readonly [IdentifierLabel, string, string];

interface Place {
  readonly text: string;
  readonly start: number;
  readonly present: ReadonlySet<string>;
}

const HOLIDAYS = [
  "Thanksgiving",
  "Christmas Day",
  "Labor Day",
  "Easter Sunday",
  "Memorial Day",
  "Halloween",
  "Independence Day",
  "New Year's Day",
  "Good Friday",
  "Veterans Day",
];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const OVER_90 = [
  "90+",
  "over 90",
  "past 90",
  "above 90",
  "90 plus",
  "beyond 90",
  "ninety-plus",
  "more than 90",
  "well over 90",
  "90 and over",
  "90 or more",
  "upwards of 90",
  "north of 90",
  "some 90+",
  "about 90+",
  "older than 90",
];
/** Characters before a mention that may tell whose it is. */
const CONTEXT_LENGTH = 40;
const ATTEMPTS = 60;

/** Surrogates of whole mentions, each original's own, and the ways back from them. */
export class MentionBook {
  readonly #draw: Draw;
  readonly #words: WordBook;
  readonly weeks: number;
  readonly #byOriginal = new Map<string, StoredMention>();
  readonly #bySurrogate = new Map<string, StoredMention>();
  readonly #byDigits = new Map<string, string>();
  readonly #trie = new MentionTrie();
  readonly #personas = new Map<string, Persona>();
  readonly #initials = new Map<string, Set<string>>();
  /** Numbers that texts have held outside of mentions: never surrogates. */
  readonly #literals: Set<string>;
  #hasDates = false;

  constructor(from: {
    readonly draw: Draw;
    readonly words: WordBook;
    readonly weeks: number;
    readonly mentions: readonly StoredMention[];
    readonly personas: readonly Persona[];
    readonly literals: readonly string[];
  }) {
    this.#draw = from.draw;
    this.#words = from.words;
    this.weeks = from.weeks;
    this.#literals = new Set(from.literals);
    for (const mention of from.mentions) this.#remember(mention);
    for (const persona of from.personas) this.#meet(persona);
  }

  get stored() {
    return {
      weeks: this.weeks,
      mentions: [...this.#byOriginal.values()],
      personas: [...this.#personas.values()],
      literals: [...this.#literals],
    };
  }

  get originals(): Iterable<StoredMention> {
    return this.#byOriginal.values();
  }

  get restoration(): Restoration {
    return {
      mentions: this.#trie,
      words: this.#words,
      dateBack: (text) => this.#dateBack(text),
      digitsBack: (digits) =>
        this.#byDigits.get(digits.length === 11 && digits.startsWith("1") ? digits.slice(1) : digits),
      isAmbiguous: (text) => (this.#initials.get(text.replaceAll(/\s/g, ""))?.size ?? 0) > 1,
    };
  }

  /** Keeps the numbers of a text that stay in it from becoming surrogates. */
  avoid(kept: string): void {
    for (const [number] of kept.matchAll(/\d[\d/.:-]{0,10}/g))
      this.#literals.add(number.replace(/[^\d]+$/, ""));
  }

  /** Surrogates that a text holds by chance. */
  lookalikes(text: string): Span[] {
    const spans: Span[] = [];
    if (this.#bySurrogate.size === 0) return spans;
    for (let at = 0; at < text.length; at += 1) {
      if (isWordCharacter(text[at - 1]) && isWordCharacter(text[at])) continue;
      const match = this.#trie.match(text, at, true);
      if (match === undefined || match === "more") continue;
      spans.push({ start: at, end: at + match.length, label: "OTHER_ID" });
      at += match.length - 1;
    }
    return spans;
  }

  /** The surrogate of a mention: the one it has, or a new one. */
  surrogateOf(label: IdentifierLabel, original: string, place: Place): string {
    const stored = this.#byOriginal.get(original);
    if (stored !== undefined) return stored[2];
    if (label === "NAME") return this.#name(original, place);
    if (label === "LOCATION" && /\p{L}{2}/u.test(original)) return this.#location(original, place);
    const surrogate = this.#unused(original, place.text, (attempt) => this.#draft(label, original, attempt));
    this.#remember([label, original, surrogate]);
    return surrogate;
  }

  #name(original: string, { text, start, present }: Place): string {
    const before = text.slice(Math.max(0, start - CONTEXT_LENGTH), start);
    const name = nameSurrogate(this.#words, { mention: original, before, present });
    if (name.persona !== undefined) this.#meet(name.persona);
    if (name.hasInitials || name.text === original || /\p{N}/u.test(original))
      this.#remember(["NAME", original, name.text]);
    return name.text;
  }

  #location(original: string, { text, present }: Place): string {
    if (!/\p{N}/u.test(original))
      return placeSurrogate(this.#words, this.#draw, { mention: original, present });
    const surrogate = this.#unused(original, text, () =>
      placeSurrogate(this.#words, this.#draw, { mention: original, present }),
    );
    this.#remember(["LOCATION", original, surrogate]);
    return surrogate;
  }

  #unused(original: string, text: string, draft: (attempt: number) => string): string {
    for (let attempt = 0; ; attempt += 1) {
      const surrogate =
        attempt < ATTEMPTS
          ? draft(attempt)
          : `${draft(attempt)}${this.#draw.below(10 ** Math.min(6, 1 + Math.floor(attempt / ATTEMPTS)))}`;
      const holder = this.#bySurrogate.get(foldCase(surrogate).replaceAll(/\s+/g, " "));
      const isLiteral = this.#literals.has(surrogate);
      const isFree =
        !isLiteral &&
        (holder === undefined || (foldCase(holder[1]) === foldCase(original) && holder[2] !== surrogate));
      if (
        isFree &&
        surrogate !== original &&
        !this.#byOriginal.has(surrogate) &&
        !(surrogate.length > 3 && text.includes(surrogate))
      )
        return surrogate;
    }
  }

  #draft(label: IdentifierLabel, original: string, attempt: number): string {
    if (label === "DATE") return this.#date(original, attempt);
    if (label === "AGE90") return this.#age(original, attempt);
    return codeSurrogate(this.#draw, label, { text: original, book: this.#words });
  }

  /** Moved by the vault's weeks; by others where that is taken; another holiday, another day where it cannot be read. */
  #date(original: string, attempt: number): string {
    const date = readDate(original, false);
    if (date !== undefined) return shiftDate(date, this.weeks + attempt * (this.weeks > 0 ? 1 : -1));
    if (!/\d/.test(original) && attempt < ATTEMPTS / 2) return this.#draw.pick(HOLIDAYS);
    return `${this.#draw.pick(MONTHS)} ${1 + this.#draw.below(28)}, ${1990 + this.#draw.below(36)}`;
  }

  /** "90+" says all that may be said; where two ages need it, another wording tells them apart. */
  #age(original: string, attempt: number): string {
    const age = OVER_90[attempt] ?? `90+ (${attempt - OVER_90.length + 2})`;
    if (/\d/.test(original)) return original.replace(/\d+/, age);
    return original.replace(
      /^(?:ninet(?:y|ieth)(?:[- \n]+(?:one|two|three|four|five|six|seven|eight|nine|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth))?|(?:a|one)[- ]hundred(?:[- ](?:and )?\w+?)?)(?=[- \n]|$)/i,
      age,
    );
  }

  #dateBack(text: string): string | undefined {
    const date = this.#hasDates ? readDate(text, false) : undefined;
    return date?.precision === "day" ? shiftDate(date, -this.weeks) : undefined;
  }

  /** Both names of a person, so that initials of the surrogate lead back to initials. */
  #meet(persona: Persona): void {
    const { given, surname, givenTo, surnameTo } = persona;
    const key = `${given} ${surname}`;
    if (this.#personas.has(key)) return;
    this.#personas.set(key, persona);
    const initial = (word: string) => (word[0] ?? "").toUpperCase();
    const [g, s] = [initial(givenTo), initial(surnameTo)];
    const forms = [
      [`${g}. ${surnameTo}`, `${initial(given)}. ${surname}`],
      [`${g}.${s}.`, `${initial(given)}.${initial(surname)}.`],
      [`${g}. ${s}.`, `${initial(given)}. ${initial(surname)}.`],
      [`${givenTo} ${s}.`, `${given} ${initial(surname)}.`],
    ] as const;
    for (const [form, original] of forms) {
      const holders = this.#initials.get(form.replaceAll(/\s/g, "")) ?? new Set();
      holders.add(original);
      this.#initials.set(form.replaceAll(/\s/g, ""), holders);
      if (holders.size === 1) this.#trie.add(form, original);
    }
  }

  #remember(mention: StoredMention): void {
    const [label, original, surrogate] = mention;
    this.#byOriginal.set(original, mention);
    const folded = foldCase(surrogate).replaceAll(/\s+/g, " ");
    if (!this.#bySurrogate.has(folded)) this.#bySurrogate.set(folded, mention);
    this.#trie.add(surrogate, original);
    if (label === "DATE") this.#hasDates = true;
    const digits = surrogate.replaceAll(/\D/g, "");
    if (digits.length >= 7 && !/\p{L}/u.test(surrogate) && label !== "DATE" && label !== "LOCATION")
      this.#byDigits.set(digits.length === 11 && digits.startsWith("1") ? digits.slice(1) : digits, original);
    if (label === "LOCATION") this.#rememberParts(original, surrogate);
  }

  /** The lines and comma parts of an address, each by itself. */
  #rememberParts(original: string, surrogate: string): void {
    const from = surrogate.split(/[,\n]\s*/);
    const to = original.split(/[,\n]\s*/);
    if (from.length < 2 || from.length !== to.length) return;
    from.forEach((part, at) => {
      if (/\p{L}/u.test(part) && /\d/.test(part) && part.length > 5) this.#trie.add(part, to[at] ?? "");
    });
  }
}
