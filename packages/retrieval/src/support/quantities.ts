/** A number in a text with its unit, in the base unit of its dimension; or a unit whose number is left open. */
export interface Quantity {
  /** Undefined for "a few weeks". */
  readonly value: number | undefined;
  /** "time", "mass", …; empty for a bare number. */
  readonly dimension: string;
  /** The unit as it is counted in: "week" for "three weeks". */
  readonly unit: string;
}

interface Unit {
  readonly name: string;
  readonly dimension: string;
  readonly inBase: (value: number) => number;
}

const times = (factor: number) => (value: number) => value * factor;

const unitTable: readonly (readonly [names: string, dimension: string, inBase: (value: number) => number])[] =
  [
    ["second seconds sec secs", "time", times(1)],
    ["minute minutes min mins", "time", times(60)],
    ["hour hours hr hrs", "time", times(3600)],
    ["day days daily", "time", times(86_400)],
    ["week weeks weekly", "time", times(604_800)],
    ["month months monthly", "time", times(2_629_800)],
    ["year years yearly", "time", times(31_557_600)],
    ["mcg μg µg microgram micrograms", "mass", times(1e-6)],
    ["mg milligram milligrams", "mass", times(1e-3)],
    ["g gram grams gramme grammes", "mass", times(1)],
    ["kg kilogram kilograms kilo kilos", "mass", times(1000)],
    ["ounce ounces oz", "mass", times(28.3495)],
    ["pound pounds lb lbs", "mass", times(453.592)],
    ["ml millilitre millilitres milliliter milliliters", "volume", times(1e-3)],
    ["l litre litres liter liters", "volume", times(1)],
    ["teaspoon teaspoons", "teaspoon", times(1)],
    ["tablespoon tablespoons", "tablespoon", times(1)],
    ["cup cups", "cup", times(1)],
    ["mm millimetre millimetres millimeter millimeters", "length", times(1e-3)],
    ["cm centimetre centimetres centimeter centimeters", "length", times(1e-2)],
    ["m metre metres meter meters", "length", times(1)],
    ["inch inches", "length", times(0.0254)],
    ["foot feet ft", "length", times(0.3048)],
    ["°c celsius", "temperature", (value) => value],
    ["°f fahrenheit", "temperature", (value) => (value - 32) / 1.8],
    ["mmhg", "pressure", times(1)],
    ["kpa", "pressure", times(7.50062)],
    ["% percent", "share", times(0.01)],
    ["per thousand", "share", times(0.001)],
    ["iu", "iu", times(1)],
    ["kcal calories calorie", "energy", times(1)],
  ];

const units: ReadonlyMap<string, Unit> = new Map(
  unitTable.flatMap(([names, dimension, inBase]) => {
    const all = names === "per thousand" ? [names] : names.split(" ");
    const [name = ""] = all;
    return all.map((one): [string, Unit] => [one, { name, dimension, inBase }]);
  }),
);

const numberWords: ReadonlyMap<string, number> = new Map(
  Object.entries({
    zero: 0,
    half: 0.5,
    one: 1,
    two: 2,
    three: 3,
    four: 4,
    five: 5,
    six: 6,
    seven: 7,
    eight: 8,
    nine: 9,
    ten: 10,
    eleven: 11,
    twelve: 12,
    fifteen: 15,
    twenty: 20,
    thirty: 30,
    forty: 40,
    fifty: 50,
    sixty: 60,
    hundred: 100,
    twice: 2,
  }),
);

const unitPattern = [...units.keys()]
  .filter((name) => /^[a-z]/.test(name))
  .sort((a, b) => b.length - a.length)
  .join("|");
const number = `\\d+(?:[.,]\\d+)*|\\b(?:${[...numberWords.keys()].join("|")})\\b`;
const token = new RegExp(
  `(?<number>${number})|(?<open>\\b(?:an?|per|each|every|same|that|all|the|few|several|many)\\s+)?(?<unit>°\\s?[cf]\\b|%|\\b(?:${unitPattern})\\b)|(?<word>[\\p{L}\\p{N}/]+)|(?<mark>[.,;:()])`,
  "giu",
);
/** What may stand between the numbers of a range. */
const joints: ReadonlySet<string> = new Set([
  "to",
  "or",
  "and",
  "-",
  "/",
  "a",
  "an",
  "about",
  "of",
  "more",
  "less",
  "full",
  "whole",
]);

function valueOf(text: string): number {
  return numberWords.get(text.toLowerCase()) ?? Number(text.replace(/,(?=\d{3}\b)/g, "").replace(",", "."));
}

function isOne(open: string | undefined): boolean {
  return open !== undefined && /^(?:an?|per|each|every)$/i.test(open.trim());
}

/** The quantities of a text in reading order. A range gives both of its ends the unit: "24 to 48 hours". */
export function quantitiesIn(text: string): Quantity[] {
  const out: Quantity[] = [];
  let waiting: number[] = [];
  const drop = (): void => {
    for (const value of waiting) out.push({ value, dimension: "", unit: "" });
    waiting = [];
  };
  for (const { groups = {} } of text.normalize("NFKC").replaceAll("°", " °").matchAll(token)) {
    const { number: found, unit: name, open, word, mark } = groups;
    if (found !== undefined) waiting.push(valueOf(found));
    else if (name !== undefined) {
      const unit = units.get(name.toLowerCase().replace(/\s/g, ""));
      if (unit === undefined) continue;
      const { dimension, inBase } = unit;
      if (waiting.length === 0) {
        out.push({ value: isOne(open) ? inBase(1) : undefined, dimension, unit: unit.name });
      }
      for (const value of waiting) out.push({ value: inBase(value), dimension, unit: unit.name });
      waiting = [];
    } else if (mark !== undefined || !joints.has((word ?? "").toLowerCase())) drop();
  }
  drop();
  return out;
}

const isNear = (a: number, b: number): boolean =>
  Math.abs(a - b) <= 0.015 * Math.max(Math.abs(a), Math.abs(b));

/**
 * The first of a claim's quantities that the source does not have, and whether its unit is what is wrong. What
 * the source says once, a claim may not say twice.
 */
export function firstUnfounded(
  claimed: readonly Quantity[],
  given: readonly Quantity[],
): "NUMBER" | "UNIT" | undefined {
  const left = [...given];
  const take = (matches: (one: Quantity) => boolean): boolean => {
    const at = left.findIndex(matches);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  };
  for (const { value, dimension, unit } of claimed) {
    // "One of them", "when one is injured".
    if (dimension === "" && value === 1) continue;
    const isAlike = (one: Quantity): boolean => one.dimension === dimension;
    const isFound =
      value === undefined
        ? take((one) => one.unit === unit && one.value === undefined) || take((one) => one.unit === unit)
        : take((one) => isAlike(one) && one.value !== undefined && isNear(one.value, value)) ||
          take((one) => one.unit === unit && one.value === undefined && isOneOf(value, unit));
    if (isFound) continue;
    return value === undefined || (dimension !== "" && !given.some(isAlike)) ? "UNIT" : "NUMBER";
  }
  return undefined;
}

/** Whether a value is one of its unit, which people leave out: "in a day" and "the same day". */
function isOneOf(value: number, unit: string): boolean {
  const found = units.get(unit);
  return found !== undefined && isNear(value, found.inBase(1));
}
