/** A text as the detector reads it, and the way back to the text as it came. */
export interface NormalisedText {
  readonly text: string;
  /** Offset in the original (UTF-16 code units) of the unit at `offset`. */
  readonly startOf: (offset: number) => number;
  /** Offset in the original just after the unit before `offset`. */
  readonly endOf: (offset: number) => number;
}

const ASCII_ONLY = /^[\n\r\t -~]*$/;
/** A base character with its marks, so that they are composed together. */
const CLUSTER = /[\s\S]\p{M}*/gu;
/** Characters that show nothing: zero-width spaces and joiners, direction marks, soft hyphen, byte order mark. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;
const PLAIN: Readonly<Record<string, string>> = {
  "\u2010": "-",
  "\u2011": "-",
  "\u2012": "-",
  "\u2013": "-",
  "\u2014": "-",
  "\u2212": "-",
  "\u2018": "'",
  "\u2019": "'",
  "\u201b": "'",
  "\u02bc": "'",
  "\u201c": '"',
  "\u201d": '"',
  "\u2028": "\n",
  "\u2029": "\n",
};

/** Decimal digits of other scripts, which NFKC leaves alone, as the ASCII ones. */
function asciiDigits(text: string): string {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9\u0966-\u096f]/g, (digit) =>
    String.fromCharCode(
      48 + ((digit.charCodeAt(0) - (digit < "\u06f0" ? 0x0660 : digit < "\u0900" ? 0x06f0 : 0x0966)) % 10),
    ),
  );
}

/** A cluster as the detector reads it; empty when it shows nothing. */
function plainOf(cluster: string): string {
  const base = cluster.length === 1 ? PLAIN[cluster] : undefined;
  return base ?? asciiDigits(cluster.normalize("NFKC").replaceAll(INVISIBLE, ""));
}

/**
 * NFKC with invisible characters left out, and dashes, quotes and digits made plain, with a map of offsets.
 * Lookalikes stay what they are. Linear in the text.
 */
export function normalise(original: string): NormalisedText {
  if (ASCII_ONLY.test(original)) {
    return { text: original, startOf: (offset) => offset, endOf: (offset) => offset };
  }
  const starts: number[] = [];
  const ends: number[] = [];
  let text = "";
  const known = new Map<string, string>();
  for (const match of original.matchAll(CLUSTER)) {
    const [cluster] = match;
    let plain = known.get(cluster);
    if (plain === undefined) {
      plain = plainOf(cluster);
      known.set(cluster, plain);
    }
    text += plain;
    for (let at = 0; at < plain.length; at += 1) {
      starts.push(match.index);
      ends.push(match.index + cluster.length);
    }
  }
  return {
    text,
    startOf: (offset) => starts[offset] ?? original.length,
    endOf: (offset) => (offset === 0 ? 0 : (ends[offset - 1] ?? original.length)),
  };
}
