const VOWEL = /[aeiouy]/;

/**
 * Undoes what -ed and -ing did to the stem: "swelled" and "stopping" lose the doubled letter, "caused" gets
 * its e back by losing it everywhere (see the last rule of {@link stem}).
 */
function undouble(word: string): string {
  const last = word.at(-1);
  return last !== undefined && last === word.at(-2) && !"lsz".includes(last) ? word.slice(0, -1) : word;
}

function withoutPlural(word: string): string {
  if (word.endsWith("sses")) return word.slice(0, -2);
  if (word.endsWith("ies")) return word.length > 4 ? `${word.slice(0, -3)}y` : word.slice(0, -1);
  if (/(?:ss|us|is)$/.test(word) || !word.endsWith("s")) return word;
  return word.slice(0, -1);
}

function withoutTense(word: string): string {
  for (const ending of ["ing", "ed"]) {
    const rest = word.slice(0, -ending.length);
    if (word.endsWith(ending) && rest.length >= 3 && VOWEL.test(rest) && !rest.endsWith("e"))
      return undouble(rest);
  }
  return word;
}

/** Irregular forms that letters about health use. */
const irregular: ReadonlyMap<string, string> = new Map(
  `ate eat|eaten eat|bent bend|bit bite|bitten bite|bled bleed|broke break|broken break|burnt burn|caught catch|children child
drank drink|fallen fall|feet foot|fell fall|forgot forget|forgotten forget|fought fight|froze freeze|frozen freeze|grew grow|grown grow
hurting hurt|men man|shook shake|shrunk shrink|slept sleep|spat spit|spilt spill|stuck stick|stung sting|swelled swell|swollen swell
teeth tooth|threw throw|thrown throw|tired tiredness|took take|tore tear|torn tear|woke wake|woken wake|women woman|wore wear|worn wear`
    .split(/[|\n]/)
    .map((pair) => pair.split(" ") as [string, string]),
);

/** British spellings and the American ones they meet. */
const spellings: readonly (readonly [RegExp, string])[] = [
  [/aem/g, "em"],
  [/aed/g, "ed"],
  [/naec/g, "nec"],
  [/oed/g, "ed"],
  [/rrhoe/g, "rrhe"],
  [/^oes/, "es"],
  [/^foet/, "fet"],
  [/(\w{3})our(?=s?$|less)/, "$1or"],
  [/(\w{3})tre(?=s?$)/, "$1ter"],
];

function american(word: string): string {
  return spellings.reduce((out, [british, replacement]) => out.replace(british, replacement), word);
}

/** Families that matter in medical text, longest ending first; what is left has at least four letters. */
const endings: readonly (readonly [string, string])[] = [
  ["ization", "ize"],
  ["isation", "ize"],
  ["ational", "ate"],
  ["fulness", "ful"],
  ["ousness", "ous"],
  ["iveness", "ive"],
  ["ically", "ic"],
  ["ation", "ate"],
  ["ities", "ity"],
  ["iness", "y"],
  ["ement", "e"],
  ["ment", ""],
  ["ness", ""],
  ["tion", "t"],
  ["sion", "s"],
  ["ical", "ic"],
  ["able", ""],
  ["ible", ""],
  ["ally", "al"],
  ["ancy", "ant"],
  ["ency", "ent"],
  ["ise", "ize"],
  ["ful", ""],
  ["ly", ""],
];

/**
 * A light English stemmer for search, in the manner of Porter's: plurals, tenses and the suffixes that
 * medical and lay words share ("allergies" and "allergy", "treatment" and "treated"); British spellings meet
 * the American ones. `word` is lower case; words of up to three letters stay.
 */
export function stem(word: string): string {
  const base = irregular.get(word);
  if (base !== undefined) return stem(base);
  if (word.length <= 3 || !VOWEL.test(word)) return word;
  let out = withoutTense(withoutPlural(american(word)));
  for (const [ending, replacement] of endings) {
    if (out.endsWith(ending) && out.length - ending.length >= 4) {
      out = out.slice(0, -ending.length) + replacement;
      break;
    }
  }
  if (out.endsWith("e") && out.length > 3) out = out.slice(0, -1);
  if (out.endsWith("y") && out.length > 3) out = `${out.slice(0, -1)}i`;
  return out;
}
