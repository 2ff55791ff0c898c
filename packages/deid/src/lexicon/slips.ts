import { flagsOf } from "./lexicon.ts";
import { wordFlags } from "./words.ts";

const VOWELS = ["a", "e", "i", "o", "u"];
const NAMES =
  wordFlags.given | wordFlags.surname | wordFlags.place | wordFlags.placePart | wordFlags.frequentName;
const SHORTEST = 4;
const LONGEST = 14;

/** Whether a dictionary or texts on medicine have a word, and no list of names or places does. */
function isOrdinaryWord(word: string): boolean {
  const flags = flagsOf(word);
  return (flags & NAMES) === 0 && (flags & (wordFlags.common | wordFlags.medical)) !== 0;
}

/** Words that a slip makes into this one: letters swapped, one too many, one of a pair or a vowel left out. */
function* before(word: string): Generator<string> {
  for (let at = 0; at < word.length; at += 1) {
    const [head, letter, tail] = [word.slice(0, at), word[at] ?? "", word.slice(at + 1)];
    const next = tail[0];
    if (next !== undefined && next !== letter) yield head + next + letter + tail.slice(1);
    yield head + tail;
    yield head + letter + letter + tail;
    if (at > 0) for (const vowel of VOWELS) yield head + vowel + letter + tail;
  }
}

/** Whether a folded word of no list is an ordinary one with a slip of the pen: "agian", "evry", "diference". */
export function isSlip(word: string): boolean {
  if (word.length < SHORTEST || word.length > LONGEST || !/^[a-z]+$/.test(word)) return false;
  for (const meant of before(word)) if (meant.length >= SHORTEST && isOrdinaryWord(meant)) return true;
  return false;
}
