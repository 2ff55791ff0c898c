/*
 * Small closed classes of words on which a claim and its source must agree: groups of people, how often, how
 * sure, which way. Words as `words()` gives them: lower case, without apostrophes.
 */

const list = (text: string): readonly string[] => text.trim().split(/\s+/);
const table = <T>(rows: readonly (readonly [T, string])[]): ReadonlyMap<string, T> =>
  new Map(rows.flatMap(([value, text]) => list(text).map((word): [string, T] => [word, value])));

/** Whom a sentence is about. */
export const peopleGroups = table<string>([
  ["infant", "baby babies infant infants newborn newborns"],
  ["child", "child children kid kids toddler toddlers childhood boys girls boy girl childs"],
  ["teen", "teen teens teenager teenagers adolescent adolescents teenage"],
  ["adult", "adult adults"],
  ["old", "elderly seniors"],
  ["pregnant", "pregnant pregnancy pregnancies"],
  ["woman", "woman women female females womens"],
  ["man", "man men male males mens"],
]);

/** How often, or for how many: 0 never to 5 always. */
export const frequency = table<number>([
  [0, "never"],
  [1, "rarely seldom few hardly barely rare uncommon uncommonly"],
  [2, "sometimes occasionally some"],
  [3, "often commonly frequently frequent common many"],
  [4, "usually normally generally mostly most typically"],
  [5, "always all every everybody everyone"],
]);

export const possible: ReadonlySet<string> = new Set(
  list("may might can could possible possibly perhaps sometimes maybe"),
);
export const certain: ReadonlySet<string> = new Set(list("will definitely certainly surely guaranteed"));

/** Words that point up or down, start or end, good or bad: the same axis with the other sign contradicts. */
export const directions = table<readonly [axis: string, sign: 1 | -1]>([
  [
    ["amount", 1],
    "more higher increase increases increased increasing raise raises raised greater longer over above faster rise rises rising older heavier larger bigger",
  ],
  [
    ["amount", -1],
    "less limit limits limiting lower reduce reduces reduced reducing decrease decreases decreased fewer shorter under below slower younger lighter smaller lowers lowered lowering",
  ],
  [["quality", 1], "better improve improves improved"],
  [["quality", -1], "worse worsen worsens worsened"],
  [["level", 1], "high"],
  [["level", -1], "low"],
  [["early", 1], "early earlier"],
  [["early", -1], "late later"],
  [["order", 1], "before"],
  [["order", -1], "after"],
  [["begin", 1], "start starts started starting begin begins"],
  [["begin", -1], "stop stops stopped stopping"],
  [["inside", 1], "internal inner inside"],
  [["inside", -1], "external outer outside"],
  [["thyroid", 1], "overactive hyperthyroidism"],
  [["thyroid", -1], "underactive hypothyroidism"],
  [["common", 1], "common likely"],
  [["common", -1], "rare uncommon unlikely"],
  [["severity", 1], "severe serious"],
  [["severity", -1], "mild minor"],
]);

/** Words that deny what follows them. */
export const negators: ReadonlySet<string> = new Set(
  list(
    `not no never nobody none nothing neither nor cannot cant dont doesnt didnt isnt arent wasnt werent wont wouldnt
    shouldnt couldnt mustnt hasnt havent hadnt without unable`,
  ),
);
/** Words at which a denial ends. */
export const scopeEnds: ReadonlySet<string> = new Set(
  list(
    "but and because since unless if when while although though until so which who as except even only before",
  ),
);
