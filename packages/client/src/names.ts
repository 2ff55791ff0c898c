import { toUtf8 } from "@cloister/bytes";

const maxNameBytes = 120;
/**
 * Control, format (such as those that turn the direction of text), private and unassigned characters, lone
 * surrogates. The two joiners stay: names in many scripts need them.
 */
const unshowable = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?![\u200C\u200D])\p{Cf}/gu;

/** A name or title as others may be shown it: one line, nothing invisible, at most `maxBytes` of UTF-8. */
export function cleanName(text: string, maxBytes = maxNameBytes): string {
  const line = text.normalize("NFC").replace(/\s+/gu, " ").replace(unshowable, "").trim();
  let out = "";
  let bytesCount = 0;
  for (const character of line) {
    bytesCount += toUtf8(character).length;
    if (bytesCount > maxBytes) break;
    out += character;
  }
  return out.trim();
}

/** Text with lone surrogates replaced, so that it has an encoding in UTF-8. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\uFFFD");
}
