import type { Token } from "./tokens.ts";

/** A number that means something, by token index. */
export interface Reading {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** How many tokens around a number may say what it measures. */
const REACH = 5;
const TOOK_REACH = 10;

/** Any of the words within reach of a token, in the same sentence. */
function near(tokens: readonly Token[], at: number, words: ReadonlySet<string>, reach = REACH): boolean {
  for (const step of [-1, 1]) {
    for (let i = at + step; Math.abs(i - at) <= reach; i += step) {
      const text = tokens[i]?.text ?? ".";
      if (text === "." || (text === "," && reach === REACH)) break;
      if (words.has(text)) return true;
    }
  }
  return false;
}

const wordSet = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const temperatureWords = wordSet(
  "fever temp temperature thermometer degrees degree celsius fahrenheit c f feverish hot febrile",
);
const sugarWords = wordSet("sugar sugars glucose bg bm meter glucometer");
const oxygenWords = wordSet("oxygen o2 sats sat spo2 saturation oximeter");
const pulseWords = wordSet("bpm beats heart pulse heartrate");
const ketoneWords = wordSet("ketone ketones");
const pillWords = wordSet(
  "pill pills tablet tablets tabs capsule capsules paracetamol tylenol acetaminophen ibuprofen advil aspirin panadol antidepressants sleeping painkillers codeine xanax valium oxycodone percocet tramadol benadryl",
);
const tookWords = wordSet("took taking taken swallowed ate popped downed necked overdosed ingested");
const babyWords = wordSet("baby newborn infant little one son daughter boy girl");
const weeksWords = wordSet("week weeks wk wks");

interface Measure {
  readonly name: string;
  readonly fits: (value: number) => boolean;
  readonly words: ReadonlySet<string>;
}

const isFever = (value: number): boolean => (value >= 38 && value < 43) || (value >= 100.4 && value < 109);
const isExtremeFever = (value: number): boolean =>
  (value >= 41 && value < 43) || (value >= 105 && value < 109);

/** Temperature in °C or °F, glucose in mg/dL or mmol/L, oxygen in %, beats a minute. */
const measures: readonly Measure[] = [
  { name: "fever-value", fits: isFever, words: temperatureWords },
  { name: "fever", fits: isFever, words: temperatureWords },
  { name: "fever-extreme", fits: isExtremeFever, words: temperatureWords },
  {
    name: "sugar-high",
    fits: (value) => (value >= 17 && value < 35) || (value >= 300 && value < 1500),
    words: sugarWords,
  },
  {
    name: "sugar-low",
    fits: (value) => (value > 0.5 && value < 3.9) || (value >= 20 && value < 60),
    words: sugarWords,
  },
  { name: "ketones-high", fits: (value) => value >= 1.5 && value < 15, words: ketoneWords },
  { name: "oxygen-low", fits: (value) => value >= 50 && value < 92, words: oxygenWords },
  { name: "pulse-slow", fits: (value) => value >= 20 && value < 43, words: wordSet("bpm pulse heartrate") },
  { name: "pulse-fast", fits: (value) => value >= 140 && value < 300, words: pulseWords },
];

function tookMany(tokens: readonly Token[], at: number, value: number): boolean {
  return value >= 8 && value < 500 && near(tokens, at, pillWords) && near(tokens, at, tookWords, TOOK_REACH);
}

/** Ages and weeks: "5 weeks old", "a 4-year-old", "34 weeks pregnant". */
function ageReadings(tokens: readonly Token[], at: number, value: number): string[] {
  const unit = tokens[at + 1]?.text ?? "";
  const isOld = [2, 3].some((step) =>
    ["old", "baby", "newborn", "infant"].includes(tokens[at + step]?.text ?? ""),
  );
  const out: string[] = [];
  const days = /^(?:day|days)$/.test(unit)
    ? value
    : weeksWords.has(unit)
      ? 7 * value
      : /^months?$/.test(unit)
        ? 30.4 * value
        : NaN;
  const isBaby = isOld || (days < 92 && near(tokens, at, babyWords));
  if (isBaby && days < 92) out.push("young-infant");
  if (isOld && days < 730) out.push("child");
  if (/^(?:year|years|yr|yrs|yo|y)$/.test(unit) && value < 16) out.push("child");
  if (/^(?:year|years|yr|yrs|yo|y)$/.test(unit) && value >= 65 && value < 120) out.push("elderly");
  if (weeksWords.has(unit) && value >= 20 && value <= 43 && !isOld) out.push("late-pregnancy", "pregnant");
  return out;
}

/** Part of "3/27/14": numbers with one character between. */
function isDate(tokens: readonly Token[], at: number): boolean {
  return [at - 1, at].some((left) => {
    const [before, after] = [tokens[left], tokens[left + 1]];
    return before?.value !== undefined && after?.value !== undefined && after.start === before.end + 1;
  });
}

/** Numbers that count something else. */
const OTHER_UNIT =
  /^(?:year|yr|month|week|wk|day|hour|hr|minute|min|second|sec|time|mg|mcg|ml|kg|kilo|pound|mile|km|metre|meter|foot|inch)s?$/;

/** What the numbers of a text say. */
export function readingsOf(tokens: readonly Token[]): Reading[] {
  const out: Reading[] = [];
  const add = (name: string, from: number, to = from): void => {
    out.push({ name, from, to });
  };
  for (const [at, token] of tokens.entries()) {
    const { value } = token;
    if (value === undefined || isDate(tokens, at)) continue;
    if (!OTHER_UNIT.test(tokens[at + 1]?.text ?? "")) {
      if (!Number.isInteger(value) && isFever(value)) add("fever-value", at);
      for (const { name, fits, words } of measures) if (fits(value) && near(tokens, at, words)) add(name, at);
    }
    if (tookMany(tokens, at, value)) add("many-pills", at);
    for (const name of ageReadings(tokens, at, value)) add(name, at, at + 1);
  }
  return out;
}
