import type { IdentifierLabel, Span } from "../labels.ts";
import { isDea, isIban, isNhsNumber, isNpi, passesLuhn } from "./check-digits.ts";
import { isHotline } from "./contact.ts";
import { classifications, cueWords, plainWords } from "./cues.ts";

/** Runs of letters and digits held together by single marks, with a digit in them; at most 64 characters are looked at. */
const CODE =
  /(?<![\p{L}\p{N}_])[#@]?[\p{L}\p{N}*]{1,64}(?:(?:[-_/.:+]|::)[\p{L}\p{N}*]{1,48}){0,12}(?![\p{L}\p{N}])/gu;
const LEFT_WORD = /[\p{L}\p{N}][\p{L}\p{N}'/-]*#?|#|[.;!?](?=\s)|\n|[:=|,("^]/gu;
const UNIT_AFTER =
  /^(?:[ -]?(?:mg|mcg|µg|ug|μg|kg|g|grams?|ml|l|cc|dl|iu|units?|u|meq|mmol|mol|nmol|pg|ng|mm ?hg|mm|cm|m|in|ft|lbs?|pounds|oz|kcal|cal|calories|hz|khz|bpm|kpa|°|degrees|percent|hours?|hrs?|h|minutes?|mins?|seconds?|secs?|s|days?|d|weeks?|wks?|months?|mos?|years?|yrs?|y|times|tablets?|tabs?|pills?|capsules?|caps|puffs?|drops|doses?|patients|people|cases|women|men|children|adults|participants|dollars|usd|eur|cells|copies|steps|beats|miles|km|to|x|k|million|thousand|billion|percentile|births|individuals|live|deaths|per) ?(?![\p{L}\p{N}])|[ ]?[%°$€£])/iu;
const CLASSIFICATION = /^[A-TV-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?$/i;
const YEAR = /^(?:1[89]|20)\d{2}(?:s|[-/](?:(?:1[89]|20)?\d{2}))?$/;
const DECIMAL = /^[<>~±]?\d{1,4}(?:[.]\d{1,3})?(?:[-/:](?:\d{1,4})(?:\.\d{1,3})?){0,2}$/;
/** A band of a chromosome: "22q11.2". */
const CYTOBAND = /^(?:\d{1,2}|[XY])[pq]\d{1,2}(?:\.\d{1,3})?(?:[-pq]\S{0,8})?$/i;
const MONEY_BEFORE = /[$€£¥]\s?$/;
const MAX_WORDS_BACK = 7;
const CONTEXT_LENGTH = 64;

interface Cue {
  readonly label: IdentifierLabel;
  /** Words between the cue and the code. */
  readonly distance: number;
}

interface Context {
  readonly cue?: Cue;
  /** The code is a classification's, a measure's, a price. */
  readonly plain: boolean;
  /** The code is a classification's, whatever it looks like. */
  readonly classified?: true;
}

const FILLER = new Set(
  'is was are a an the number no num nr id # : = and of for my his her their your our on ( " | , code card plan model at following as reads says ends ending with last first final four 4 digits'.split(
    " ",
  ),
);

/** The nearest cue to the left, within the sentence and a few words. */
function contextOf(text: string, start: number): Context {
  const from = Math.max(0, start - CONTEXT_LENGTH);
  const left = text.slice(from, start).toLowerCase();
  const words = left.match(LEFT_WORD) ?? [];
  let weak: Cue | undefined;
  let distance = 0;
  for (let at = words.length - 1; at >= 0 && distance < MAX_WORDS_BACK; at -= 1) {
    const word = words[at] ?? "";
    if (
      /^[.;!?]$/.test(word) &&
      !/^(?:no|acct|lic|ser|ref|ph|nr|tel|num|mr|med|rec|pt|ins|dr|acc)$/.test(words[at - 1] ?? "")
    )
      break;
    if (word === "\n" && distance > 0) break;
    if (classifications.has(word) && distance < 2) return { plain: true, classified: true };
    if (plainWords.has(word) && distance < 2) return { plain: true };
    const label = cueWords.get(word) ?? cueWords.get(word.replace(/#$|'s$/, ""));
    if (label !== undefined && label !== "OTHER_ID") return { cue: { label, distance }, plain: false };
    if (label === "OTHER_ID" && weak === undefined) weak = { label, distance };
    if (!FILLER.has(word)) distance += 1;
  }
  return weak === undefined ? { plain: false } : { cue: weak, plain: false };
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Codes that say by themselves what they are. */
function selfEvident(code: string): IdentifierLabel | undefined {
  if (/^[A-HJ-NPR-Z0-9]{17}$/i.test(code) && /\d.*\d.*\d/.test(code) && /[A-Z].*[A-Z]/i.test(code))
    return "VEHICLE";
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(code)) return "OTHER_ID";
  if (
    /^[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}$/i.test(
      code,
    )
  )
    return "HEALTH_PLAN";
  if (isDea(code)) return "LICENSE";
  if (/^(?:FP|VP|IRIS|FACE|RET|PALM|BIO|FID|VOICE|RETINA|FINGER|HAND|GAIT)[-:_]?[0-9A-F-]{5,}$/i.test(code))
    return "BIOMETRIC";
  if (/^\d{13,19}$/.test(code) && passesLuhn(code)) return "ACCOUNT";
  if (isNpi(code)) return "LICENSE";
  return undefined;
}

/** Whether a number without a cue is what texts about health are full of: measures, years, ranges, doses. */
function isMeasure(code: string, before: string, after: string): boolean {
  if (MONEY_BEFORE.test(before)) return true;
  if (/\d{6}/.test(code) && !/^ ?(?:mg|mcg|ml|units?|iu|cells|copies)\b/i.test(after)) return false;
  if (UNIT_AFTER.test(after) || CYTOBAND.test(code)) return true;
  if (YEAR.test(code) || CLASSIFICATION.test(code)) return true;
  if (/^\d{1,3}(?:[.,]\d{3})+$/.test(code) || /^,\d{3}(?![\d,-])/.test(after)) return true;
  return DECIMAL.test(code) && !/^\d{5,}/.test(code);
}

/** Without a cue a code must look like nothing else: long digits, or letters with many digits. */
function looksLikeCode(code: string): boolean {
  const digits = countOf(code, /\d/g);
  const letters = countOf(code, /\p{L}/gu);
  if (letters === 0) return digits >= 6 && /^[\d-]+$/.test(code);
  if (
    /^\d+(?:st|nd|rd|th|s|x|mg|ml|mcg|kg|g|am|pm|h|k|hz|cm|mm|f|c|w|d|y|m|yo|lbs?|hr|hrs|min|wks?|iu|units?|ui|gb|mph|l|cc|meq|mmol)$/i.test(
      code,
    )
  )
    return false;
  return (
    digits >= 4 ||
    (digits >= 3 && /[-_/:]/.test(code) && /^[A-Z]{1,5}[-_/:]?\d/.test(code) && digits + letters >= 6)
  );
}

interface Candidate extends Span {
  readonly text: string;
}

/** "W0392 83399", "4042 6649 9831 1315", "1GRS 678": groups after a cue that belong together. */
const MORE_GROUPS =
  /^(?:[ \n-](?=[\p{L}]{0,4}\d)(?!\d{1,2}\/|(?:1[89]|20)\d\d(?!\d)|\d{1,3} ?(?:mg|ml|mcg|%))[\p{Lu}\p{Ll}\d*]{2,12}(?![\p{L}\p{N}'/.:-]\w)){1,6}/u;
const GROUPED: ReadonlySet<IdentifierLabel> = new Set([
  "HEALTH_PLAN",
  "ACCOUNT",
  "SSN",
  "LICENSE",
  "VEHICLE",
  "MRN",
  "DEVICE",
  "BIOMETRIC",
  "OTHER_ID",
  "PHONE",
  "FAX",
]);

function grouped(text: string, candidate: Candidate, label: IdentifierLabel): number {
  if (!GROUPED.has(label)) return candidate.end;
  const more = MORE_GROUPS.exec(text.slice(candidate.end, candidate.end + 48));
  if (more === null) return candidate.end;
  const joined = candidate.text + more[0];
  return countOf(joined, /\d/g) >= 4 ? candidate.end + more[0].length : candidate.end;
}

/** Capitals before the digits that belong to the code: "XQH 4471". */
const PREFIX = /(?<![\p{L}\p{N}])([A-Z]{2,4}) $/u;

function prefixed(text: string, start: number): number {
  const [all = "", word = ""] = PREFIX.exec(text.slice(Math.max(0, start - 7), start)) ?? [];
  const lower = word.toLowerCase();
  const isOwn =
    word !== "" && !FILLER.has(lower) && !cueWords.has(lower) && !plainWords.has(lower) && /[a-z]/.test(text);
  return isOwn ? start - all.length : start;
}

function judge(text: string, candidate: Candidate): Span | undefined {
  const { text: code, start, end } = candidate;
  const digits = countOf(code, /\d/g);
  const before = text.slice(Math.max(0, start - 24), start);
  const after = text.slice(end, end + 24);
  const { cue, plain, classified } = contextOf(text, start);
  if (classified || isHotline(code) || (plain && digits < 9)) return undefined;
  const own = selfEvident(code);
  if (own !== undefined) return { start, end, label: own };
  const measure = isMeasure(code, before, after);
  if (
    cue !== undefined &&
    GROUPED.has(cue.label) &&
    (cue.distance === 0 || cue.label === "PHONE" || cue.label === "FAX")
  ) {
    const joined = grouped(text, candidate, cue.label);
    const isLong = joined > end && countOf(text.slice(start, joined), /\d/g) >= 6;
    if (isLong || (digits >= 7 && (cue.label === "PHONE" || cue.label === "FAX"))) {
      return { start: prefixed(text, start), end: joined, label: cue.label };
    }
  }
  if (cue !== undefined) {
    const enough =
      cue.distance === 0
        ? digits >= 3 || (digits >= 2 && /\p{L}/u.test(code) && code.length >= 4)
        : digits >= 4 && !YEAR.test(code);
    const strong =
      cue.distance <= 1 &&
      digits >= 4 &&
      !UNIT_AFTER.test(after) &&
      !MONEY_BEFORE.test(before) &&
      !(YEAR.test(code) && cue.distance > 0) &&
      !/^\d{1,3}(?:,\d{3})/.test(code + after) &&
      !/^\d+[.:/]\d/.test(code);
    if (
      enough &&
      (!measure || strong) &&
      (looksLikeCode(code) || strong || (cue.distance === 0 && !measure))
    ) {
      const from = GROUPED.has(cue.label) ? prefixed(text, start) : start;
      return { start: from, end: grouped(text, candidate, cue.label), label: cue.label };
    }
  }
  if (measure || !looksLikeCode(code)) return undefined;
  return { start, end, label: isNhsNumber(code) ? "MRN" : "OTHER_ID" };
}

const CARD = /(?<![\w.-])(?:\d{4}[ -]){3}\d{1,7}(?![\w-])|(?<![\w.-])3[47]\d{2}[ -]\d{6}[ -]\d{5}(?!\w)/g;
const IBAN = /(?<![\w-])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?![\w-])/gi;
const PLATE =
  /(?<=(?<![\p{L}])(?:plates?|tag|license|licence|car|truck|vehicle|registration)(?![\p{L}])[^.\n]{0,16}?[ :#]{1,2})(?=[A-Z0-9]{0,4}[ -]?[A-Z0-9]{0,3}\d)(?=[A-Z0-9]{0,4}[ -]?[A-Z0-9]{0,3}[A-Z])(?:[A-Z]{2,3}[ -]\d{2,5}[A-Z]{0,3}|\d[A-Z]{3}[ -]\d{3}|\d{1,4}[ -][A-Z]{2,3}\d{0,4}|[A-Z0-9]{5,8})(?![\w-])/giu;

/** Identifiers made of letters and digits: by check digit, by form, by the words before them. */
export function findCodes(text: string): Span[] {
  const spans: Span[] = [];
  for (const match of text.matchAll(CODE)) {
    const [code] = match;
    if (!/\d/.test(code)) continue;
    const span = judge(text, {
      start: match.index,
      end: match.index + code.length,
      text: code,
      label: "OTHER_ID",
    });
    if (span !== undefined) spans.push(span);
  }
  for (const match of text.matchAll(CARD)) {
    spans.push({ start: match.index, end: match.index + match[0].length, label: "ACCOUNT" });
  }
  for (const match of text.matchAll(IBAN)) {
    if (isIban(match[0]) || /^[A-Z]{2}\d{2} \w{4} /i.test(match[0])) {
      spans.push({ start: match.index, end: match.index + match[0].length, label: "ACCOUNT" });
    }
  }
  for (const match of text.matchAll(PLATE)) {
    spans.push({ start: match.index, end: match.index + match[0].length, label: "VEHICLE" });
  }
  return spans;
}
