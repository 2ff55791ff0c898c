import type { Word } from "./words.ts";

const asSet = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** Small words of languages that a text may be in instead, as {@link Word} has them (no accents). */
const foreign = asSet(
  `der die das und ich nicht ist mein meine meiner habe hat mit ein eine seit sehr kann auf fur bin er sie welche wie wird sind bei oder wenn von zu den dem
  la le les des et je ne pas est mon ma mes avec une depuis tres que qui dans pour jai ai mal il elle quels quelles sont du au quest comment cest
  el los las y yo es mi tengo tiene con una desde muy del por esta hace duele cuales como son se puede para mis hijo hija madre
  gli che di non ho mio mia una da molto sono ha mi fa dolore il quali della nel piu cosa
  o os as e eu nao meu minha tenho com uma muito esta sao quais
  de het een ik niet mijn heb met sinds zeer kan pijn en wat zijn bij heeft van
  jestem mam nie sie od jest bardzo moja moj bol w na czy jakie sa
  och jag inte min har med mycket ont vad det att hur mig vilka kan er ar
  ve ben bir cok var agri degil agriyor nedir icin benim mi
  nu am este meu cu durere foarte sunt mea ce pentru
  ang ng sa ako ko mga ay hindi po ba na yung may
  toi bi khong cua la va bao nhieu bị cho
  saya tidak yang dan apa dengan sakit adalah untuk anak
  mimi yangu ninaumwa kwa nini wangu dalili za
  minulla on ei ja olen kipu
  jeg ikke min har og hva hvad det er mit
  mam me se jsem bolest neni
  nekem van nem fáj a az es`,
);
const english = asSet(
  `the and i my me is are was has have had it to of in on a an for with this that he she his her they we you your im ive dont cant
  cannot wont not no but so what when how why can does did be been am at from since after now just if or as up out all get got
  like feel its there their very more some any will would should could about by them who which do where much many take long safe
  between during while than into these those after before because may might must need without per`,
);
const MIN_WORDS = 3;
const LATIN = /^[\p{Script=Latin}\p{M}]+$/u;
const MAX_OTHER_SCRIPT = 0.3;
/** Control characters, halves of characters, characters that nobody has assigned. */
const STRANGE = /[^\P{C}\t\n\r\p{Cf}]/gu;
const MAX_STRANGE = 0.1;
/** So many of a text's words must be known; a question after a rare disease has enough around it. */
const MIN_KNOWN = 0.34;

/**
 * Whether a text may be in English, the language that cases are told from questions in. Text in another language is
 * nobody's general question: whoever cannot read it must not let it out. The same holds for names alone.
 */
export function isReadable(
  text: string,
  words: readonly Word[],
  isKnown: (word: string) => boolean,
): boolean {
  if ((text.match(STRANGE)?.length ?? 0) > MAX_STRANGE * text.length) return false;
  const letters = words.filter((word) => /\p{L}/u.test(word.text));
  if (letters.length === 0) return true;
  const otherScript = letters.filter((word) => !LATIN.test(word.text)).length;
  if (otherScript / letters.length > MAX_OTHER_SCRIPT) return false;
  if (letters.filter((word) => isKnown(word.text)).length / letters.length < MIN_KNOWN) return false;
  if (letters.length < MIN_WORDS) return true;
  const own = letters.filter((word) => english.has(word.text)).length;
  const other = letters.filter((word) => foreign.has(word.text) && !english.has(word.text)).length;
  return other <= own;
}
