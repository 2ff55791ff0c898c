import type { Seeded } from "../../../tools/training/seeded.ts";
import type { Piece } from "./slots.ts";

type Change = (piece: Piece) => Piece;

const each =
  (change: (text: string, piece: Piece) => string): Change =>
  (piece) => ({ ...piece, text: change(piece.text, piece) });

/** A word with a slip: letters swapped, left out or doubled. */
export function typo(word: string, random: Seeded): string {
  if (word.length < 4 || !/^[a-z]+$/i.test(word)) return word;
  const at = 1 + random.below(word.length - 2);
  const [head, a, b, tail] = [word.slice(0, at), word[at] ?? "", word[at + 1] ?? "", word.slice(at + 2)];
  return random.pick([head + b + a + tail, head + b + tail, head + a + a + b + tail]);
}

/** As people type: all small, all capitals, no marks, misspelt, wrapped lines, odd characters. Labels stay with their words. */
export function roughen(pieces: readonly Piece[], random: Seeded): Piece[] {
  const roll = random.below(100);
  let out = [...pieces];
  const change = (by: Change) => {
    out = out.map(by);
  };
  if (roll < 26) change(each((text) => text.toLowerCase()));
  else if (roll < 33) change(each((text) => text.toUpperCase()));
  if (roll >= 18 && roll < 26)
    change(each((text, { label }) => (label === undefined ? text.replaceAll(/[.,;:!?'"()]/g, "") : text)));
  if ((roll >= 8 && roll < 18) || (roll >= 33 && roll < 42)) {
    change(
      each((text, { label }) =>
        label === undefined
          ? text.replaceAll(/[A-Za-z]+/g, (word) => (random.chance(12) ? typo(word, random) : word))
          : text,
      ),
    );
  }
  if (roll >= 42 && roll < 48)
    change(each((text) => text.replaceAll(/ /g, (space) => (random.chance(12) ? "\n" : space))));
  if (roll >= 48 && roll < 51)
    change(
      each((text) =>
        text.replaceAll("'", "\u2019").replaceAll(/ /g, (space) => (random.chance(20) ? "\u00a0" : space)),
      ),
    );
  if (roll >= 51 && roll < 56)
    change(each((text, { label }) => (label === "NAME" || label === "LOCATION" ? text.toLowerCase() : text)));
  return out;
}
