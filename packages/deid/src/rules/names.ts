import type { Span } from "../labels.ts";
import { flagsOf } from "../lexicon/lexicon.ts";
import { isSlip } from "../lexicon/slips.ts";
import { foldWord, wordFlags } from "../lexicon/words.ts";

const TITLE =
  /(?<![\p{L}\p{N}])(?:(?:dr|mr|mrs|ms|mx|prof|dra|herr|frau|mme|mlle|srta|sra)\.?|mister|missus|miss|doctor|professor|nurse|señora?)[ \n]{1,2}(?=\p{L})/giu;
const ABBREVIATED = /^(?:dr|mister|mr|mrs|ms|mx|prof|dra|herr|frau|mme|mlle|srta|sra)/i;
const NAME_WORD = /(?:\p{Lu}\.[ ]?){0,2}[\p{L}\p{M}]+(?:['-][\p{L}\p{M}]+)*/uy;
const MORE_WORDS =
  /(?:[ \n](?:(?:de|la|del|van|der|von|den|di|da|el|al|bin|le|st\.) ){0,2}(?:\p{Lu}\.|\p{Lu}[\p{L}\p{M}]+(?:['-][\p{L}\p{M}]+)*)){0,3}/uy;
/** Words that follow a title without being a name. */
const NO_NAME = new Set(
  "is was are were be been will would can could should may might must shall has had have does did do said says told tells called calls wants want thinks thought gave gives put puts recommended prescribed ordered started stopped sent asked at on in to for of from with by about and or but who whom when where what why how if that this the a an my your his her our their today tomorrow yesterday please office visit visits appointment appointments clinic note notes name team here there not no yes also just then now so i you he she it we they me him us them practitioner manager station line aide assistant specialist informed aware notified present available check checked examined wrote signed order orders opinion advice saw seen suggested recommends prescribes knows know referred stated advised".split(
    " ",
  ),
);

/** What forms call the parts of a name. */
const NAME_FIELD =
  /(?<![\p{L}\p{N}])(?:(?:first|last|middle|maiden|given|family|full|legal|preferred|birth)[ -]?name|surname|forename|apellidos?|cognome|nachname|vorname|prénom|nazwisko|imię)(?: is|s are)?[ :=]{1,3}(?=\p{L})/giu;

/** Whether no dictionary and no text on medicine has a word. */
function isUnheardOf(word: string): boolean {
  const folded = foldWord(word);
  const flags = flagsOf(folded);
  return (flags & (wordFlags.common | wordFlags.rare | wordFlags.medical)) === 0 && !isSlip(folded);
}

/** "last name Love": what a form calls a name is one, unless only dictionaries know it. */
function findFields(text: string): Span[] {
  return [...text.matchAll(NAME_FIELD)].flatMap(({ 0: field, index }) => {
    const start = index + field.length;
    const word = wordAt(NAME_WORD, text, start);
    const isName = (flagsOf(foldWord(word)) & (wordFlags.given | wordFlags.surname)) !== 0;
    if (word === "" || NO_NAME.has(word.toLowerCase()) || !(isName || isUnheardOf(word))) return [];
    return [{ start, end: start + word.length, label: "NAME" as const }];
  });
}

function wordAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}

/** "Dr. Rich", "mrs ó briain", "Nurse Joy": what follows a title is a name, whatever else it means; so is what a form says is one. */
export function findTitled(text: string): Span[] {
  const spans: Span[] = findFields(text);
  const isUpper = !/\p{Ll}/u.test(text);
  for (const match of text.matchAll(TITLE)) {
    const start = match.index + match[0].length;
    const word = wordAt(NAME_WORD, text, start);
    const isCapital = /^\p{Lu}/u.test(word) && !isUpper;
    const isCaseless = /^[^\p{Lu}\p{Ll}]/u.test(word);
    if (word === "" || NO_NAME.has(word.toLowerCase())) continue;
    if (!isCapital && !isCaseless && !ABBREVIATED.test(match[0]) && !isUnheardOf(word)) continue;
    const more = isCapital ? wordAt(MORE_WORDS, text, start + word.length) : "";
    const last = more.split(/[ \n]/).at(-1)?.toLowerCase() ?? "";
    const kept = NO_NAME.has(last) ? more.slice(0, more.length - last.length - 1) : more;
    spans.push({ start: match.index, end: start + word.length + kept.length, label: "NAME" });
  }
  return spans;
}
