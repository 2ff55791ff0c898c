import { ordinaryWords } from "./ordinary.ts";
import type { Token } from "./tokens.ts";

/** Words with fewer letters have too many neighbours. */
const MIN_LENGTH = 6;
const MIN_LENGTH_SWAP = 5;
const MAX_LENGTH = 20;
/** Words that sound alike may differ by so many letters, and longer ones by one more. */
const MAX_EDITS = 2;
const LONG_WORD = 9;
/** Fewer sounds say too little. */
const MIN_SOUNDS = 3;

/** Misspellings of words too short to guess at. */
const shortErrors: ReadonlyMap<string, string> = new Map(
  Object.entries({
    chest: "ches chst cheast chset",
    heart: "hart haert hert",
    breast: "brest",
    breath: "breth",
    blood: "blod blud bld",
    lungs: "lungz",
    stomach: "stomac stomack",
    seizure: "siezure seziure cezure",
    ankle: "ankel",
    knife: "nife",
    dying: "dieing dyin",
    pills: "pilz pils",
    poison: "poisin",
    vomit: "vomitt",
    fever: "fevr feaver",
    headache: "hedache headach",
    slurred: "slured",
    speech: "speach",
    numbness: "numness",
    weakness: "weekness",
    arm: "armm",
    baby: "babys",
    diabetes: "diabetis",
    suicide: "sucide suiside",
    unconscious: "unconcious",
    conscious: "concious consious",
    asthma: "astma asma azma astham",
    diarrhea: "diareah diarea diahrea diorrhea direa",
    throat: "throte throut throt",
    tongue: "tounge toung tung tonge",
    face: "facee fase",
    lips: "lipps",
    bleeding: "bleedin bledding",
    breathing: "breathin breffing",
    attack: "atak atack attak",
    stroke: "stok storke strok stroek",
    pregnant: "preg prego pregnet",
    stabbed: "stabed",
    burned: "burnd",
    cannot: "cnt carnt",
    temperature: "tempature temprature temprture",
  }).flatMap(([word, errors]) => errors.split(" ").map((error) => [error, word] as const)),
);

/** Words that the rules know by their beginnings only. */
const spelledOut =
  "anaphylaxis anaphylactic allergy allergic allergies asthmatic hallucinating hallucinations vomiting vomited palpitations collapsed overdosed swallowed swallowing swelling diarrhoea meningitis appendicitis septicaemia blistered jaundiced jaundice epilepsy epileptic suffocating strangled paralysed unresponsive drooling wheezing dribbling slurring haemorrhage hypoglycaemia dehydrated miscarriage contractions";

/** Pairs of letters that sound like one, and letters that sound like others; vowels, h, w and y are not heard. */
const pairs: ReadonlyMap<string, string> = new Map(
  Object.entries({ ph: "f", gh: "", ck: "k", ch: "x", sh: "x", th: "t", ce: "s", ci: "s", cy: "s" }),
);
const letters: ReadonlyMap<string, string> = new Map(Object.entries({ c: "k", q: "k", x: "ks", z: "s" }));
const SILENT = new Set("aeiouyhw");
/** Vowels that soften a c; they are read by themselves after it. */
const SOFT = new Set("eiy");
const SILENT_START: ReadonlySet<string> = new Set(["pn", "kn", "gn", "wr", "ps"]);

/** The consonants that one hears, twice the same only once, and whether a vowel begins the word. */
function soundOf(word: string): string {
  let out = "";
  let at = SILENT_START.has(word.slice(0, 2)) ? 1 : 0;
  if ("aeiou".includes(word.charAt(at))) out = "a";
  while (at < word.length) {
    const pair = pairs.get(word.slice(at, at + 2));
    const letter = word.charAt(at);
    const sound = pair ?? letters.get(letter) ?? (SILENT.has(letter) ? "" : letter);
    if (sound !== "" && !out.endsWith(sound)) out += sound;
    at += pair === undefined || SOFT.has(word.charAt(at + 1)) ? 1 : 2;
  }
  return out;
}

function deletions(word: string): string[] {
  return Array.from({ length: word.length }, (_, i) => word.slice(0, i) + word.slice(i + 1));
}

function isSwap(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2);
}

/** Whether two words differ by one insertion, deletion or substitution. */
function isOneEdit(a: string, b: string): boolean {
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const restA = a.slice(start + (a.length >= b.length ? 1 : 0));
  const restB = b.slice(start + (b.length >= a.length ? 1 : 0));
  return restA === restB;
}

/** Levenshtein's distance; words are at most {@link MAX_LENGTH} long. */
function editsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** Reads misspelt words as the words of the rules that they are nearest to. */
export class Corrector {
  readonly #isKnown: (word: string) => boolean;
  readonly #byDeletion = new Map<string, string>();
  readonly #bySound = new Map<string, string[]>();

  /** @param isKnown says which words are right as they are */
  constructor(vocabulary: ReadonlySet<string>, isKnown: (word: string) => boolean) {
    this.#isKnown = isKnown;
    for (const word of [...vocabulary, ...spelledOut.split(" ")]) {
      if (word.length < MIN_LENGTH_SWAP || word.length > MAX_LENGTH) continue;
      for (const key of [word, ...deletions(word)])
        if (!this.#byDeletion.has(key)) this.#byDeletion.set(key, word);
      const sound = soundOf(word);
      if (word.length >= MIN_LENGTH && sound.length >= MIN_SOUNDS)
        this.#bySound.set(sound, [...(this.#bySound.get(sound) ?? []), word]);
    }
  }

  /**
   * A word of the rules within one edit (insert, delete, substitute, swap) and with the same first letter, or
   * else one that sounds the same and is spelt almost so. The work depends on the length of the word alone.
   */
  correct(word: string): string | undefined {
    const known = shortErrors.get(word);
    if (known !== undefined) return known;
    if (word.length < MIN_LENGTH_SWAP || word.length > MAX_LENGTH || ordinaryWords.has(word))
      return undefined;
    if (this.#isKnown(word)) return undefined;
    return this.#neighbour(word) ?? this.#homophone(word);
  }

  /** Both words with one letter taken out must meet. */
  #neighbour(word: string): string | undefined {
    for (const key of [word, ...deletions(word)]) {
      const found = this.#byDeletion.get(key);
      if (found === undefined || found[0] !== word[0] || Math.abs(found.length - word.length) > 1) continue;
      const isLong = Math.min(word.length, found.length) >= MIN_LENGTH;
      if (isSwap(word, found) || (isLong && isOneEdit(word, found))) return found;
    }
    return undefined;
  }

  #homophone(word: string): string | undefined {
    if (word.length < MIN_LENGTH) return undefined;
    const limit = word.length >= LONG_WORD ? MAX_EDITS + 1 : MAX_EDITS;
    let best: string | undefined;
    let fewest = limit + 1;
    for (const candidate of this.#bySound.get(soundOf(word)) ?? []) {
      if (Math.abs(candidate.length - word.length) > limit) continue;
      const edits = editsBetween(word, candidate);
      if (edits >= fewest) continue;
      fewest = edits;
      best = candidate;
    }
    return best;
  }

  /** The same tokens with misspelt words corrected. */
  correctAll(tokens: readonly Token[]): Token[] {
    return tokens.map((token) => {
      const text = token.value === undefined ? this.correct(token.text) : undefined;
      return text === undefined ? token : { ...token, text };
    });
  }
}
