import { flagsOf } from "../lexicon/lexicon.ts";
import { foldWord, wordFlags } from "../lexicon/words.ts";
import { femaleNames } from "./pools.ts";
import type { WordBook, WordKind } from "./words.ts";

/** Parts of names that say nothing of who it is. */
const TITLES = new Set(
  "dr mr mrs ms mx miss prof professor doctor nurse sir lady rev fr sr jr ii iii iv md rn np phd sra srta dra herr frau mme mlle señora señor madame monsieur capt lt col sgt uncle aunt auntie grandma grandpa".split(
    " ",
  ),
);
/** Kept between other names; at the head they may be somebody's name. */
const PARTICLES = new Set(
  "de la del della di da do dos das du le les el al bin binti ibn ben bat van von der den ter ten zu af y e st and or pa".split(
    " ",
  ),
);
const FEMALE = new Set(femaleNames.map((name) => name.toLowerCase()));
const FEMALE_BEFORE =
  /\b(?:ms|mrs|miss|mme|mlle|frau|sra|srta|she|her|wife|mother|mom|mum|daughter|sister|aunt|grandma|niece|girl|woman|lady|female)\b[^.]{0,16}$/i;
const MALE_BEFORE =
  /\b(?:mr|sir|herr|monsieur|he|his|him|husband|father|dad|son|brother|uncle|grandpa|nephew|boy|man|gentleman|male)\b[^.]{0,16}$/i;

function genderOf(word: string, before: string): "female" | "male" {
  if (FEMALE_BEFORE.test(before)) return "female";
  if (MALE_BEFORE.test(before)) return "male";
  const folded = foldWord(word);
  return FEMALE.has(folded) || /(?:a|ie|ine|elle|ette|lyn|een|ice|ia|ah|yn|iko|mi)$/.test(folded)
    ? "female"
    : "male";
}

interface NamePart {
  readonly text: string;
  readonly isWord: boolean;
}

function partsOf(mention: string): NamePart[] {
  return [...mention.matchAll(/[\p{L}\p{M}]+|[^\p{L}\p{M}]+/gu)].map(([text]) => ({
    text,
    isWord: /^\p{L}/u.test(text),
  }));
}

function isInitial(word: string): boolean {
  return word.length === 1 && /\p{Script=Latin}/u.test(word);
}

/** "JM" for a person, in a mention that is nothing else. */
function areInitials(mention: string): boolean {
  return /^\p{Lu}{2,3}$/u.test(mention) && flagsOf(foldWord(mention)) === 0;
}

/** Which of a name's words are given names and which the surname. */
function kindsOf(words: readonly string[], mention: string, before: string): WordKind[] {
  const given = genderOf(words[0] ?? "", before);
  if (words.length === 1) {
    const flags = flagsOf(foldWord(words[0] ?? ""));
    const isSurname =
      /\b(?:dr|mr|mrs|ms|prof|doctor)\b\.?\s*$/i.test(before) ||
      TITLES.has(mention.split(/[\s.]/)[0]?.toLowerCase() ?? "") ||
      ((flags & wordFlags.surname) !== 0 && (flags & wordFlags.given) === 0);
    return [isSurname ? "surname" : given];
  }
  if (/^[^,]+,/.test(mention))
    return words.map((_, at) => (at === 0 ? "surname" : genderOf(words[1] ?? "", before)));
  const last = words.length - 1;
  const firstOfLast =
    last - (mention.match(/[\p{L}\p{M}]+(?:-[\p{L}\p{M}]+)+(?=[^\p{L}]*$)/u)?.[0].split("-").length ?? 1) + 1;
  return words.map((_, at) => (at >= Math.max(1, firstOfLast) ? "surname" : given));
}

/** The given name and the surname of one person, and what stands for them. */
export interface Persona {
  readonly given: string;
  readonly surname: string;
  readonly givenTo: string;
  readonly surnameTo: string;
}

/** A mention with its surrogate, and the given name and surname in it where it has both. */
export interface NameSurrogate {
  readonly text: string;
  /** It has initials, so that words alone do not lead back. */
  readonly hasInitials: boolean;
  readonly persona?: Persona;
}

/** One mention of a person with every word replaced; marks, titles and particles stay. */
export function nameSurrogate(
  book: WordBook,
  {
    mention,
    before,
    present,
  }: { readonly mention: string; readonly before: string; readonly present: ReadonlySet<string> },
): NameSurrogate {
  if (areInitials(mention)) {
    return { text: mention.replaceAll(/\p{L}/gu, (letter) => book.initialOf(letter)), hasInitials: true };
  }
  const parts = partsOf(mention);
  const first = parts.findIndex(({ text, isWord }) => isWord && !TITLES.has(text.toLowerCase()));
  const isKept = (text: string, at: number) =>
    TITLES.has(text.toLowerCase()) || (at > first && PARTICLES.has(text.toLowerCase()));
  const isReplaced = ({ text, isWord }: NamePart, at: number) =>
    isWord && !isInitial(text) && !isKept(text, at);
  const words = parts.filter(isReplaced).map(({ text }) => text);
  const kinds = kindsOf(words, mention, before);
  let next = 0;
  let hasInitials = false;
  const out = parts.map((part, at) => {
    if (isReplaced(part, at)) {
      const kind = kinds[next] ?? "surname";
      next += 1;
      return book.surrogateOf(part.text, kind, present);
    }
    // The O of O'Brien is no initial.
    if (!part.isWord || !isInitial(part.text) || parts[at + 1]?.text === "'") return part.text;
    hasInitials = true;
    return book.initialOf(part.text);
  });
  const text = out.join("");
  const persona = personaOf(mention, text);
  return { text, hasInitials, ...(persona !== undefined ? { persona } : {}) };
}

/** "Given Surname" and what became of it. */
function personaOf(mention: string, text: string): Persona | undefined {
  const form = /^(?:\p{L}+\. )?(\p{Lu}[\p{L}\p{M}]+)(?: \p{Lu}\.)? ((?:O'|Mc)?\p{Lu}[\p{L}\p{M}'-]+)$/u;
  const [, given, surname] = form.exec(mention) ?? [];
  const [, givenTo, surnameTo] = form.exec(text) ?? [];
  const isWhole =
    given !== undefined && surname !== undefined && givenTo !== undefined && surnameTo !== undefined;
  return isWhole ? { given, surname, givenTo, surnameTo } : undefined;
}
