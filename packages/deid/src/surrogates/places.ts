import type { Draw } from "./draw.ts";
import type { WordBook } from "./words.ts";

/** What kind of place it is, and words between: these stay, so that a text still reads. */
const KEPT = new Set(
  (
    "street st avenue ave av road rd drive dr lane ln boulevard blvd court ct circle cir place pl way terrace ter trail trl parkway pkwy highway hwy square sq loop row alley crescent cres close plaza apt apartment suite ste unit floor fl room rm building bldg box po p o lot route rte rr " +
    "hospital hospitals clinic clinics medical center centre health urgent care family practice general memorial community regional university children's childrens children s women women's womens veterans county city town township village north south east west n e w ne nw se sw new " +
    "pharmacy hospice rehab rehabilitation nursing home surgery surgical cancer heart eye dental pediatrics institute infirmary imaging office er va group associates medicine internal psychiatric wellness saint santa san mount mt lake the of in at and on near corner de la le du des del der and " +
    "rue via calle avenida platz str strasse straße school library hotel church"
  ).split(" "),
);
const STATES = new Set(
  "al ak az ar ca co ct de fl ga hi id il ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada ohio oklahoma oregon pennsylvania tennessee texas utah vermont virginia washington wisconsin wyoming".split(
    " ",
  ),
);

function stays(word: string, isLastWord: boolean): boolean {
  const lower = word.toLowerCase();
  if (STATES.has(lower)) return lower.length > 2 ? isLastWord : word === word.toUpperCase() || isLastWord;
  return KEPT.has(lower);
}

/** As many digits, at random; ZIP codes from the unassigned 000 to 004 while they last. */
function digitsLike(draw: Draw, digits: string): string {
  const fresh = draw.digits(digits.length);
  if (digits.length === 5 && draw.below(4) > 0) return `00${draw.below(5)}${draw.below(10)}${draw.below(10)}`;
  return digits.startsWith("0") || digits.length === 1 ? fresh : `${1 + draw.below(9)}${fresh.slice(1)}`;
}

/** One mention of a place with its own words and numbers replaced; `changed` is false where nothing in it was its own. */
export function placeSurrogate(
  book: WordBook,
  draw: Draw,
  { mention, present }: { readonly mention: string; readonly present: ReadonlySet<string> },
): string {
  const parts = [...mention.matchAll(/[\p{L}\p{M}]+|\p{N}+|[^\p{L}\p{M}\p{N}]+/gu)].map(([text]) => text);
  const lastWord = parts.findLastIndex((part) => /^\p{L}/u.test(part));
  const only =
    parts.filter((part) => /^\p{L}/u.test(part)).every((part) => stays(part, false)) &&
    !/\p{N}/u.test(mention);
  return parts
    .map((part, at) => {
      if (/^\p{N}/u.test(part)) return digitsLike(draw, part);
      if (!/^\p{L}/u.test(part) || part.length === 1) return part;
      return !only && stays(part, at === lastWord && at > 0)
        ? part
        : book.surrogateOf(part, "place", present);
    })
    .join("");
}
