import type { PatternRule } from "./rule.ts";

/** Lines for anybody in distress: no identifiers, and they must stay legible. */
const HOTLINES = new Set([
  "8002221222",
  "8002738255",
  "8006624357",
  "8007997233",
  "8006564673",
  "8004224453",
  "8004888386",
  "8009853990",
  "8662464673",
  "8778878463",
  "8332426382",
  "8332736235",
  "8002324636",
  "8003321088",
  "8336756262",
  "116123",
]);

const EXTENSION = String.raw`(?:[ ,;]{0,2}(?:ext|x|extension|ext no|poste)\.?[ :#]{0,2}\d{1,6}(?!\d))?`;
const NANP = String.raw`(?<![\w$#/.-])(?:\+?1[-. ]{0,2})?(?:\(\d{3}\)[-. \n]{0,2}|\d{3}[-. \n/])\d{3}[-. \n]\d{4}(?!\d|[-./]\d)`;

export function isHotline(text: string): boolean {
  return HOTLINES.has(text.replaceAll(/\D/g, "").replace(/^1(?=8\d{9}$)/, ""));
}

function isPrivateNumber(text: string): boolean {
  return !isHotline(text);
}

const FILE = String.raw`\.(?:jpe?g|png|gif|heic|heif|webp|bmp|tiff?|dcm|mp4|mov|avi|raw)(?![\w])`;

export const contactRules: readonly PatternRule[] = [
  {
    label: "EMAIL",
    pattern:
      /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,6}/gu,
  },
  // Addresses spoken or disguised: "ann dot lee at example dot org", "ann (at) example.org".
  {
    label: "EMAIL",
    needs: /\bdot\b/i,
    pattern:
      /(?<![\p{L}\p{N}._-])[\p{L}\p{N}._-]{1,40}(?: (?:dot|underscore|dash|hyphen|plus) [\p{L}\p{N}_-]{1,30}){0,4} ?(?: at |\(at\)|\[at\]|\{at\}| @ ) ?[\p{L}\p{N}-]{1,40}(?: ?(?: dot | \. |\(dot\)|\[dot\]|\{dot\}) ?[\p{L}\p{N}-]{2,30}){1,3}(?![\p{L}\p{N}])/giu,
  },
  {
    label: "EMAIL",
    needs: /(?:\bat|\(at\)|\[at\]|\{at\}) ?[\w-]{1,40}\.[a-z]{2}/i,
    pattern:
      /(?<![\p{L}\p{N}._-])[\p{L}\p{N}._-]{1,40} ?(?:\(at\)|\[at\]|\{at\}| at ) ?[\p{L}\p{N}-]{1,40}\.(?:com|org|net|edu|gov|co|io|de|uk|fr|health)(?![\p{L}\p{N}])/giu,
  },
  {
    label: "PHOTO",
    needs: new RegExp(FILE, "i"),
    pattern: new RegExp(String.raw`(?<![^\s<>"'(\[,;=])(?:https?:\/\/)?[^\s<>"'(),;=]{1,300}${FILE}`, "gi"),
  },
  { label: "URL", pattern: /(?<![\w])(?:https?|ftp|sftp):\/\/[^\s<>"'`{}|\\^]{2,2000}/gi },
  { label: "URL", needs: /www\./i, pattern: /(?<![\w.@-])www\.[^\s<>"'`{}|\\^]{2,500}/gi },
  {
    label: "URL",
    needs: /\w\.[a-z]{2}/i,
    pattern:
      /(?<![\w.@/-])(?:[a-z0-9-]{1,63}\.){1,5}(?:com|org|net|edu|gov|io|me|co|us|uk|de|fr|info|health|clinic|care|app|dev|page|blog|site|tv|ly|gd|be)(?:\/[^\s<>"'`{}|\\^]{1,500})/gi,
  },
  {
    label: "URL",
    needs: /\w\.[a-z]{2}/i,
    pattern:
      /(?<![\w.@/-])(?:[a-z0-9-]{2,63}\.){1,5}(?:com|org|net|edu|io|me|info|health|clinic|blog|site|app|dev)(?![\w@-]|\.\w)/gi,
  },
  {
    label: "IP",
    pattern:
      /(?<![\w.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?::\d{1,5}|\/\d{1,2})?(?![\w]|\.\d)/g,
  },
  {
    label: "DEVICE",
    pattern: /(?<![\w:-])(?:[0-9a-f]{2}[:-]){5}(?:[0-9a-f]{2}[:-][0-9a-f]{2}[:-])?[0-9a-f]{2}(?![\w:-])/gi,
  },
  { label: "DEVICE", pattern: /(?<![\w.])[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?![\w.])/gi },
  {
    label: "IP",
    pattern:
      /(?<![\w:.])(?:[0-9a-f]{1,4}:){2,7}(?::?[0-9a-f]{1,4}){0,6}(?::[0-9a-f]{1,4}|::)(?:%\w{1,12}|\/\d{1,3})?(?![\w:])/gi,
    accept: (match) => match.includes("::") || match.split(":").length === 8,
  },
  { label: "SSN", pattern: /(?<![\w.$-])\d{3}([-\u00b7_.])\d{2}\1\d{4}(?![\w-])/g },
  { label: "SSN", pattern: /(?<![\w.$-]|\d )\d{3} \d{2} \d{4}(?!\w|[- ]\d)/g },
  {
    label: "SSN",
    pattern: /(?<![\w.*$-])(?:[X*#\u2022]{3}[- ]?[X*#\u2022]{2}[- ]?|[X*\u2022]{5,7})\d{4}(?!\w)/gi,
  },
  {
    label: "PHONE",
    needs: /\d\D{0,4}\d/,
    pattern: new RegExp(NANP + EXTENSION, "gi"),
    accept: isPrivateNumber,
  },
  {
    label: "PHONE",
    needs: /\d\D{0,4}\d/,
    pattern: new RegExp(
      String.raw`(?<![\w.-])\+\d{1,3}(?:[-. \n/]{0,2}\(?\d{1,5}\)?){2,6}(?!\d)` + EXTENSION,
      "gi",
    ),
    accept: (match) => /(?:\d\D*){8}/.test(match) && !isHotline(match),
  },
  {
    label: "PHONE",
    needs: /00[1-9]/,
    pattern: /(?<![\w.-])00[1-9]\d{0,2}(?:[-. /]{0,2}\(?\d{2,5}\)?){2,5}(?!\d)/g,
    accept: (match, { before }) => /(?:\d\D*){10}/.test(match) && !/\bndc\b/i.test(before.slice(-12)),
  },
  {
    label: "PHONE",
    needs: /\d\D{0,4}\d/,
    pattern: new RegExp(
      String.raw`(?<![\w.$/-]|\d[ ,])\(?0\d{1,4}\)?(?:[-. /]\d{2,4}){2,4}(?![\d.-])` + EXTENSION,
      "gi",
    ),
    accept: (match, { before }) => /(?:\d\D*){9}/.test(match) && !/\bndc\b/i.test(before.slice(-12)),
  },
  { label: "PHONE", pattern: /(?<![\w.])\(\d{2,5}\)[-. ]{0,2}\d{3,5}[-. ]?\d{3,5}(?!\d|[-.]\d)/g },
  {
    label: "PHONE",
    needs: /\d\D{0,4}\d/,
    pattern: new RegExp(String.raw`(?<![\w.$/()-]|\d )[2-9]\d{2}[-.]\d{4}(?![\w]|[-./]\d)` + EXTENSION, "gi"),
  },
  {
    label: "PHONE",
    needs:
      /(?:oh|zero|one|two|three|four|five|six|seven|eight|nine)[ ,.-]{1,2}(?:oh|zero|one|two|three|four|five|six|seven|eight|nine)/i,
    pattern:
      /(?<![\p{L}])(?:(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|double|triple|area code)[ ,.-]{1,2}){6,16}(?:oh|zero|one|two|three|four|five|six|seven|eight|nine)(?![\p{L}])/giu,
  },
  { label: "OTHER_ID", pattern: /(?<![\p{L}\p{N}._@-])@[\p{L}\p{N}][\p{L}\p{N}_.]{1,30}[\p{L}\p{N}_]/gu },
];
