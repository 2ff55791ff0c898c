import type { Seeded } from "../../../tools/training/seeded.ts";

/** How people begin and end whatever they write, emergency or not. */
const openers = `hi|hello|hello doctor|please help|hi there|sorry to bother you|not sure who to ask but|quick question|good morning|hey|dear doctor|so|ok so|um|I'm 34|I am 67|my age is 52|45F|M 61|I'm a 28 year old woman|writing for my mother|help|I feel silly asking|excuse my english|first time using this|I have diabetes|I have high blood pressure|I'm usually healthy|I was shopping earlier|we are on holiday`;
const closers = `what should I do|what do you think|it's probably nothing|probably just stress|my wife says I worry too much|my husband says it's nothing|should I be worried|please advise|thanks|can it wait until monday|any ideas|I don't want to make a fuss|don't want to bother anyone|maybe I'm overreacting|it's likely just anxiety|do I need to see someone|is this normal|started a while ago|since this morning|since yesterday|an hour ago|for about twenty minutes|I live alone|I'm at work|the kids are asleep|he says he's fine|she says don't call|what is it|sorry for the long message|I take ramipril|no allergies|I don't smoke`;
const texting: readonly (readonly [RegExp, string])[] = [
  [/\byou\b/g, "u"],
  [/\bare\b/g, "r"],
  [/\bplease\b/g, "pls"],
  [/\band\b/g, "n"],
  [/\bwith\b/g, "w"],
  [/\bminutes\b/g, "mins"],
  [/\bbecause\b/g, "cos"],
  [/\bmy\b/g, "me"],
  [/ing\b/g, "in"],
];

function misspelt(word: string, random: Seeded): string {
  if (word.length < 5 || !/^[a-z]+$/.test(word)) return word;
  const at = 1 + random.below(word.length - 2);
  const [head, a, b, tail] = [word.slice(0, at), word[at] ?? "", word[at + 1] ?? "", word.slice(at + 2)];
  switch (random.below(4)) {
    case 0:
      return head + b + tail;
    case 1:
      return head + a + a + b + tail;
    case 2:
      return head + b + a + tail;
    default:
      return head + random.pick("aeiou".split("")) + b + tail;
  }
}

/** A text as somebody in a hurry may write it: framed, misspelt, without capitals or apostrophes. */
export function roughen(clean: string, random: Seeded): string {
  let text = clean;
  if (random.oneIn(4)) text = `${random.pick(openers.split("|"))}${random.pick([", ", ". ", " "])}${text}`;
  if (random.oneIn(3)) text = `${text}${random.pick([". ", ", ", " "])}${random.pick(closers.split("|"))}`;
  if (random.oneIn(2)) text = text.toLowerCase();
  if (random.oneIn(3)) text = text.replaceAll("'", "");
  if (random.oneIn(10)) for (const [from, to] of texting) text = text.replaceAll(from, to);
  if (!random.oneIn(4)) return text;
  return text
    .split(" ")
    .map((word) => (random.oneIn(6) ? misspelt(word, random) : word))
    .join(" ");
}
