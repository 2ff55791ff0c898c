import { lexiconWords } from "./model/concepts.ts";
import type { Token } from "./tokens.ts";

/** Words of languages that a text may be in instead. */
const foreign: ReadonlySet<string> = new Set(
  `der die das und ich nicht ist mein meine habe hat mit ein eine seit sehr kann auf für ist bin er sie
  le la les des et je ne pas est mon ma mes avec une depuis très que qui dans pour j'ai ai mal il elle
  el los las y yo no es mi tengo con una desde muy que del por está hace duele
  il gli che di non ho mio mia con una da molto sono ha mi fa dolore
  o os as e eu não é meu minha tenho com uma muito está dói
  de het een ik niet mijn heb met sinds zeer kan pijn en
  jestem mam nie się od jest bardzo moja mój ból w na
  och jag inte är min har med mycket ont
  ve ben bir çok var ağrı değil ağrıyor
  nu am este meu cu durere foarte sunt mea`.split(/\s+/),
);
const english: ReadonlySet<string> = new Set(
  `the and i my me is are was has have had it to of in on a an for with this that he she his her they we you your im ive dont cant
  cannot wont not no but so what when how why can do does did be been am at from since after now just if or as up out all get got
  like feel feels it's its there their very more some any will would should could about by them who which`.split(
    /\s+/,
  ),
);
const ENGLISH_ONLY_MIN = 0.2;
const MIN_WORDS = 3;
const LATIN = /^[\p{Script=Latin}\p{M}]+$/u;
const MAX_OTHER_SCRIPT = 0.3;

/**
 * Whether the rules can read a text: they know English. Text in another language is no harmless text; whoever
 * shows a result says that nothing was checked.
 */
export function isReadable(tokens: readonly Token[]): boolean {
  const words = tokens.filter(({ text, value }) => value === undefined && /\p{L}/u.test(text));
  if (words.length === 0) return true;
  const otherScript = words.filter(({ text }) => !LATIN.test(text)).length;
  if (otherScript / words.length > MAX_OTHER_SCRIPT) return false;
  if (words.length < MIN_WORDS) return true;
  const functionWords = words.filter(({ text }) => english.has(text)).length;
  const foreignWords = words.filter(({ text }) => foreign.has(text) && !english.has(text)).length;
  if (foreignWords > functionWords) return false;
  const known = words.filter(({ text }) => english.has(text) || lexiconWords.has(text)).length;
  return known / words.length >= ENGLISH_ONLY_MIN;
}
