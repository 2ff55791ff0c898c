import type { Seeded } from "../../../tools/training/seeded.ts";
import type { Sources } from "./sources.ts";
import { romanised, wordNames } from "./vocabulary.ts";

export interface Person {
  readonly first: string;
  readonly last: string;
}

const PARTICLES = [
  "de",
  "van",
  "van der",
  "de la",
  "von",
  "del",
  "da",
  "Al",
  "bin",
  "Mac",
  "St.",
  "dos",
  "le",
  "ter",
  "ben",
  "di",
];
const NATIVE = new Set([
  "ru",
  "uk",
  "zh_CN",
  "zh_TW",
  "ja",
  "ko",
  "ar",
  "fa",
  "he",
  "el",
  "th",
  "hy",
  "ka_GE",
  "mk",
  "ur",
]);

/** Whether a word is kept from training, to test on names that were never seen. */
function isHeldOut(word: string): boolean {
  let hash = 7;
  for (const character of word.toLowerCase())
    hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return hash % 10 === 3;
}

/** Draws people and places; `heldOut` draws only names that training never sees. */
export class People {
  readonly #sources: Sources;
  readonly #random: Seeded;
  readonly #latin: Sources["locales"];
  readonly #native: Sources["locales"];
  readonly #usCities: readonly string[];
  readonly #worldCities: readonly string[];
  readonly #heldOut: boolean;

  constructor(sources: Sources, random: Seeded, heldOut: boolean) {
    this.#sources = sources;
    this.#random = random;
    this.#heldOut = heldOut;
    const latin = (names: readonly string[]) =>
      names.every((name) => /^[\p{Script=Latin}\p{M}' -]+$/u.test(name));
    this.#latin = sources.locales.filter(
      ({ given, surnames }) => given.length > 20 && surnames.length > 15 && latin(given) && latin(surnames),
    );
    this.#native = sources.locales.filter(({ locale }) => NATIVE.has(locale));
    const usable = sources.cities.filter(({ name }) => /^[\p{L}\p{M}' .-]{2,30}$/u.test(name));
    this.#usCities = usable.filter(({ country }) => country === "US").map(({ name }) => name);
    this.#worldCities = usable
      .filter(({ country, population }) => country !== "US" && population > 15_000)
      .map(({ name }) => name);
  }

  #choose(names: readonly string[]): string {
    for (let attempt = 0; attempt < 60; attempt += 1) {
      const name = this.#random.pick(names);
      if (isHeldOut(name) === this.#heldOut) return name;
    }
    return this.#random.pick(names);
  }

  #western(): Person {
    const { censusGiven, censusSurnames } = this.#sources;
    const surnames = this.#random.chance(35) ? censusSurnames.slice(0, 3000) : censusSurnames;
    return { first: this.#choose(censusGiven), last: this.#choose(surnames) };
  }

  #plainPerson(): Person {
    const roll = this.#random.below(100);
    if (roll < 38) return this.#western();
    if (roll < 68) {
      const { given, surnames } = this.#random.pick(this.#latin);
      return { first: this.#choose(given), last: this.#choose(surnames) };
    }
    if (roll < 82)
      return { first: this.#random.pick(romanised.given), last: this.#random.pick(romanised.surnames) };
    if (roll < 89) {
      const { given, surnames } = this.#random.pick(this.#native);
      return { first: this.#random.pick(given), last: this.#random.pick(surnames) };
    }
    const first = this.#random.chance(60) ? this.#random.pick(wordNames.given) : this.#western().first;
    return {
      first,
      last: this.#random.chance(65) ? this.#random.pick(wordNames.surnames) : this.#western().last,
    };
  }

  person(): Person {
    const { first, last } = this.#plainPerson();
    const roll = this.#random.below(100);
    if (/[^\p{Script=Latin}\p{M}' -]/u.test(first + last)) return { first, last };
    if (roll < 4) return { first, last: `${this.#random.pick(PARTICLES)} ${last}` };
    if (roll < 8) return { first, last: `${last}-${this.#western().last}` };
    if (roll < 10) return { first, last: `O'${last}` };
    if (roll < 12) return { first, last: `Mc${last}` };
    if (roll < 14) return { first: `${first}-${this.#western().first}`, last };
    if (roll < 16) return { first, last: `${last} ${this.#western().last}` };
    if (roll < 23)
      return this.#random.chance(50)
        ? { first: this.misspelt(first), last }
        : { first, last: this.misspelt(last) };
    return { first, last };
  }

  misspelt(word: string): string {
    if (word.length < 4) return word;
    const at = 1 + this.#random.below(word.length - 2);
    const [head, a, b, tail] = [word.slice(0, at), word[at] ?? "", word[at + 1] ?? "", word.slice(at + 2)];
    switch (this.#random.below(4)) {
      case 0:
        return head + b + a + tail;
      case 1:
        return head + a + a + b + tail;
      case 2:
        return head + b + tail;
      default:
        return head + this.#random.pick("aeioumnrt".split("")) + b + tail;
    }
  }

  city(): string {
    const roll = this.#random.below(100);
    if (roll < 50) return this.#choose(this.#usCities);
    if (roll < 85) return this.#choose(this.#worldCities);
    const { cities } = this.#random.pick(this.#sources.locales);
    return cities.length > 0 ? this.#random.pick(cities) : this.#choose(this.#worldCities);
  }
}
