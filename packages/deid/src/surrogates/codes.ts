import type { IdentifierLabel } from "../labels.ts";
import { passesLuhn } from "../rules/check-digits.ts";
import type { Draw } from "./draw.ts";
import { isCommonWord, type WordBook } from "./words.ts";

const CAPITALS = "ABCDEFGHJKLMNPRSTUVWXYZ";
const HEX = "0123456789abcdef";
/** A shorter number would be met in every text, as a dose or a count, and be taken for the surrogate. */
const LONG_DIGITS = 7;
/** Words in codes that say what they are. */
const KEPT =
  /^(?:ext|x|extension|case|subj|mrn|med|rx|fp|vp|iris|face|img|photo|scan|id|acct|dot|at|com|org|net|edu|plus|underscore|dash|https?|www|png|jpe?g|gif|heic|webp|bmp|tiff?|dcm|mp4|mov|headshot|clinic)$/i;

function letterLike(draw: Draw, like: string): string {
  if (!/\p{Script=Latin}/u.test(like)) return like;
  const letter = draw.pick(CAPITALS);
  return like === like.toLowerCase() ? letter.toLowerCase() : letter;
}

/** Letters for letters and digits for digits; words that name the kind of code stay, names go to their surrogates. */
function sameForm(draw: Draw, text: string, book: WordBook): string {
  return text.replaceAll(/\p{L}+|\d/gu, (run) => {
    if (/^\d$/.test(run)) return draw.digits(1);
    if (KEPT.test(run)) return run;
    return (
      (run.length > 2 ? book.known(run) : undefined) ??
      run.replaceAll(/\p{L}/gu, (letter) => letterLike(draw, letter))
    );
  });
}

/** A text with other digits in the places of its own; where those run out, with random ones. */
function withDigits(draw: Draw, text: string, digits: string): string {
  let at = 0;
  return text.replaceAll(/\d/g, () => {
    at += 1;
    return digits[at - 1] ?? draw.digits(1);
  });
}

/** 555-0100 to 555-0199 are reserved for fiction; area codes with 9 in the middle, never given out, hold what these do not. */
function northAmerican(draw: Draw): string {
  const first = 2 + draw.below(8);
  if (draw.below(2) === 0) return `${first}${draw.below(9)}${draw.digits(1)}55501${draw.digits(2)}`;
  return `${first}9${draw.digits(1)}${2 + draw.below(8)}${draw.digits(6)}`;
}

function phone(draw: Draw, text: string): string {
  const extension = text.search(/[ ,;]*(?:ext|x|extension)\.? ?\d+$/i);
  const number = extension < 0 ? text : text.slice(0, extension);
  if (/\p{L}/u.test(number)) return spoken(draw, text);
  const digits = number.replaceAll(/\D/g, "");
  const isAbroad = number.startsWith("+") && !number.startsWith("+1");
  const fresh = () => {
    if (isAbroad) return digits.slice(0, 2);
    if (digits.length === 7) return `55501${draw.digits(2)}`;
    if (digits.length === 10) return northAmerican(draw);
    return digits.length === 11 && digits.startsWith("1") ? `1${northAmerican(draw)}` : "";
  };
  const rest = extension < 0 ? "" : text.slice(extension);
  return withDigits(draw, number, fresh()) + withDigits(draw, rest, "");
}

const SPOKEN = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"];

function spoken(draw: Draw, text: string): string {
  return text.replaceAll(/\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b/gi, () =>
    draw.pick(SPOKEN),
  );
}

/** 9xx is no area that is given out, with a middle group that the taxpayer numbers do not use. */
function socialSecurity(draw: Draw, text: string): string {
  const fresh = `9${draw.digits(2)}${String(1 + draw.below(49)).padStart(2, "0")}${String(1 + draw.below(9999)).padStart(4, "0")}`;
  return withDigits(draw, text, fresh.slice(Math.max(0, 9 - text.replaceAll(/\D/g, "").length)));
}

const DOMAINS = ["example.org", "example.com", "example.net"];

function email(draw: Draw, text: string, book: WordBook): string {
  const at = text.lastIndexOf("@");
  if (at < 0) return sameForm(draw, text, book);
  const domain = draw.pick(DOMAINS);
  const local = sameForm(draw, text.slice(0, at), book);
  return `${local}@${text === text.toUpperCase() ? domain.toUpperCase() : domain}`;
}

function url(draw: Draw, text: string, book: WordBook): string {
  const [, scheme = "", host = "", path = ""] = /^((?:[a-z]{2,5}:\/\/)?)([^/?#]*)(.*)$/is.exec(text) ?? [];
  const fresh = `${/^www\./i.test(host) ? "www." : ""}${sameForm(draw, "xxxxxx", book)}.${draw.pick(DOMAINS)}`;
  const shown = path
    .replaceAll(/\p{L}+/gu, (word) =>
      isCommonWord(word) && word.length > 3 ? word : sameForm(draw, word, book),
    )
    .replaceAll(/\d/g, () => draw.digits(1));
  return scheme + fresh + shown;
}

/** RFC 2544 addresses for benchmarks; RFC 3849's for documentation in version 6. */
function ip(draw: Draw, text: string): string {
  const hex = (count: number) => Array.from({ length: count }, () => draw.pick(HEX)).join("");
  if (text.includes(":")) return `2001:db8:${Array.from({ length: 6 }, () => hex(4)).join(":")}`;
  return `198.${18 + draw.below(2)}.${draw.below(256)}.${draw.below(256)}${text.replace(/^[\d.]+/, "")}`;
}

function hexLike(draw: Draw, text: string): string {
  const isUpper = /[A-F]/.test(text);
  return text.replaceAll(/[0-9a-f]/gi, () => (isUpper ? draw.pick(HEX).toUpperCase() : draw.pick(HEX)));
}

/** Locally administered, as no maker's address is. */
function mac(draw: Draw, text: string): string {
  return `02${hexLike(draw, text.slice(2))}`;
}

/** Payment cards begin with 0, which no bank's do, and keep a right check digit. */
function card(draw: Draw, text: string): string {
  const body = `0${draw.digits(text.replaceAll(/\D/g, "").length - 2)}`;
  const check =
    Array.from({ length: 10 }, (_, last) => String(last)).find((last) => passesLuhn(body + last)) ?? "0";
  return withDigits(draw, text, body + check);
}

/** A surrogate of the same form, in a range that belongs to nobody where there is one. */
export function codeSurrogate(
  draw: Draw,
  label: IdentifierLabel,
  { text, book }: { readonly text: string; readonly book: WordBook },
): string {
  if (/^\d{1,3}$/.test(text)) return draw.digits(LONG_DIGITS);
  if (label === "PHONE" || label === "FAX") return phone(draw, text);
  if (label === "SSN" && /\d/.test(text)) return socialSecurity(draw, text);
  if (label === "EMAIL" && !/\s/.test(text)) return email(draw, text, book);
  if (label === "URL" && !/\s/.test(text)) return url(draw, text, book);
  if (label === "IP" && /^[\d.:a-f]+(?:[/%]\w+)?$/i.test(text)) return ip(draw, text);
  if (label === "ACCOUNT" && /^\d[\d -]{11,}$/.test(text) && passesLuhn(text)) return card(draw, text);
  if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text)) return hexLike(draw, text);
  return /^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text) ? mac(draw, text) : sameForm(draw, text, book);
}
