import type { Article } from "./article.ts";
import type { SynonymGroup } from "./concepts.ts";
import { words } from "./tokens.ts";
import { stopWords, weakWords } from "./words.ts";

/** Names are said early; the rest of a long text tells of other things. */
const OPENING_LENGTH = 1500;
const MAX_NAME_WORDS = 6;
const MIN_LONG_FORM_LENGTH = 8;

const ASPECTS =
  "symptoms?|signs?(?: and symptoms)?|treatments?|causes?|outlook|stages|complications?|genetic changes|risk factors|types|side effects|tests?";
const QUESTION_FRAMES = [
  `what (?:is|are) (?:the )?(?:${ASPECTS})(?: (?:of|for|from|related to))?`,
  "what (?:is|are)(?: \\(are\\))?",
  "what causes?",
  "what to do for",
  "what research .{0,40}?for",
  "how (?:to|is|are|can|do)(?: (?:i|you|people|we))? (?:diagnose|prevent|treat|manage|cope with)",
  "how (?:is|are|can|do)",
  "how many people are affected by",
  "who is at risk for",
  "do you have information about",
  "where to find support for people with",
  "is|are|can",
];
const QUESTION_FRAME = new RegExp(`^(?:${QUESTION_FRAMES.join("|")})\\s+`, "i");
const QUESTION_END = /\s*(?:inherited|diagnosed|treated|prevented|contagious)?[\s?]*$/i;

/** The subject of a title: "What are the symptoms of gout ?" is about "gout". */
export function subjectOf(title: string): string {
  if (!title.includes("?") && !/^(?:what|how|who|where|do you have)\b/i.test(title)) return title.trim();
  return title
    .replace(QUESTION_END, "")
    .replace(QUESTION_FRAME, "")
    .replace(/^(?:the|an?)\s+/i, "")
    .trim();
}

function keyOf(name: string): string {
  return words(name).join(" ");
}

/** Whether a name is specific enough to stand for a subject wherever it is read. */
function isName(name: string): boolean {
  const parts = words(name);
  if (parts.length === 0 || parts.length > MAX_NAME_WORDS) return false;
  if (parts.length === 1 && (parts[0] ?? "").length < 2) return false;
  return parts.some((part) => !stopWords.has(part) && !weakWords.has(part) && !/^\d+$/.test(part));
}

const ALSO_CALLED =
  /\b(?:also|sometimes|commonly|often|formerly|previously) (?:called|known as|referred to as|termed)\s+([^.;:()]{3,90})/gi;

/** One lower-case word in running text is as likely an adjective ("also called mild") as a name. */
function isDistinct(name: string): boolean {
  return words(name).length > 1 || /^[A-Z]/.test(name);
}

/** The names in "…, also called X, Y or Z, is …". */
function alsoCalled(sentence: string): string[] {
  const out: string[] = [];
  for (const match of sentence.matchAll(ALSO_CALLED)) {
    const list =
      (match[1] ?? "").split(/ (?:is|are|was|occurs?|affects?|which|that|because|when|in|and is)\b/, 1)[0] ??
      "";
    for (const name of list.split(/,| or | and (?=\S+(?: \S+)?$)/)) {
      out.push(
        name
          .replace(/^\s*(?:the|an?|or|and|simply)\s+/i, "")
          .replace(/["“”]/g, "")
          .trim(),
      );
    }
  }
  return out;
}

/**
 * The words before "(ABC)" that its letters abbreviate, or nothing: the shortest run that starts with the
 * first letter and holds the others in order (Schwartz and Hearst, 2003).
 */
export function longFormOf(abbreviation: string, before: string): string | undefined {
  const letters = abbreviation
    .toLowerCase()
    .replace(/[^a-z0-9]/g, "")
    .replace(/s$/, "");
  const maxWords = Math.min(letters.length + 5, letters.length * 2);
  const candidate = before.trim().split(/\s+/).slice(-maxWords).join(" ").toLowerCase();
  let letter = letters.length - 1;
  for (let at = candidate.length - 1; at >= 0; at -= 1) {
    if (candidate[at] !== letters[letter]) continue;
    const startsWord = at === 0 || /[\s-]/.test(candidate[at - 1] ?? "");
    if (letter === 0 && !startsWord) continue;
    if (letter === 0) return candidate.slice(at);
    letter -= 1;
  }
  return undefined;
}

const ABBREVIATION = /\(([A-Z][A-Za-z0-9-]{1,7})\)/g;
const LONG_FORM_REACH = 90;

function abbreviationsIn(text: string): [string, string][] {
  const out: [string, string][] = [];
  for (const match of text.matchAll(ABBREVIATION)) {
    const abbreviation = match[1] ?? "";
    if ((abbreviation.match(/[A-Z]/g) ?? []).length < 2) continue;
    const before =
      text
        .slice(Math.max(0, match.index - LONG_FORM_REACH), match.index)
        .split(/[().;:,!?\n]/)
        .at(-1) ?? "";
    const long = longFormOf(abbreviation, before);
    if (long !== undefined && long.length >= MIN_LONG_FORM_LENGTH) out.push([abbreviation, long]);
  }
  return out;
}

function inParentheses(title: string): string[] {
  const match = /^(.{3,80}?)\s*\(([^()]{3,60})\)$/.exec(title);
  return match === null ? [] : [match[1] ?? "", match[2] ?? ""];
}

/** Other names of an article's subject: from its metadata, its title, and the sentences that name it. */
function namesOf(article: Article): string[] {
  const subject = subjectOf(article.title);
  const names = [subject, ...inParentheses(subject), ...article.synonyms];
  const opening = article.text.slice(0, OPENING_LENGTH);
  const subjectKey = keyOf(subject);
  for (const sentence of opening.split(/(?<=[.!?])\s+|\n+/)) {
    if (keyOf(sentence).includes(subjectKey)) names.push(...alsoCalled(sentence).filter(isDistinct));
  }
  return names;
}

/**
 * Synonyms that a corpus teaches about itself: other names in metadata and titles, "also called …", and
 * abbreviations where they are introduced. Groups of one name are left out.
 */
export function learnSynonyms(articles: readonly Article[]): SynonymGroup[] {
  const groups = new Map<string, Map<string, string>>();
  const add = (subject: string, names: readonly string[]): void => {
    const group = groups.get(keyOf(subject)) ?? new Map<string, string>();
    groups.set(keyOf(subject), group);
    for (const name of [subject, ...names]) if (isName(name)) group.set(keyOf(name), name);
  };
  for (const article of articles) {
    const subject = subjectOf(article.title);
    if (isName(subject)) add(subject, namesOf(article));
    for (const [abbreviation, long] of abbreviationsIn(article.text)) {
      if (isName(abbreviation) && isName(long)) add(long, [abbreviation]);
    }
  }
  return Array.from(groups.values(), (group) => [...group.values()]).filter((group) => group.length > 1);
}
