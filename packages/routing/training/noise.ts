import type { Seeded } from "../../../tools/training/seeded.ts";

const typing: readonly (readonly [RegExp, string])[] = [
  [/\byou\b/gi, "u"],
  [/\bare\b/gi, "r"],
  [/\bplease\b/gi, "pls"],
  [/\bwhat\b/gi, "wat"],
  [/\bbecause\b/gi, "cuz"],
  [/\band\b/gi, "n"],
];

function misspelt(word: string, random: Seeded): string {
  if (word.length < 5 || !/^[a-z]+$/.test(word)) return word;
  const at = 1 + random.below(word.length - 2);
  const [a, b] = [word[at] ?? "", word[at + 1] ?? ""];
  const tail = word.slice(at + 2);
  return word.slice(0, at) + random.pick([b, a + a + b, b + a, `e${b}`]) + tail;
}

/** A text as somebody in a hurry may type it. */
export function roughen(clean: string, random: Seeded): string {
  let text = clean;
  if (random.oneIn(2)) text = text.toLowerCase();
  else if (random.oneIn(12)) text = text.toUpperCase();
  if (random.oneIn(3)) text = text.replaceAll(/[?.]$/g, "");
  if (random.oneIn(3)) text = text.replaceAll("'", "");
  if (random.oneIn(10)) for (const [from, to] of typing) text = text.replaceAll(from, to);
  if (!random.oneIn(5)) return text;
  return text
    .split(" ")
    .map((word) => (random.oneIn(7) ? misspelt(word, random) : word))
    .join(" ");
}
