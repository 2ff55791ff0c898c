/**
 * Wrong versions of sentences: each changes one thing, so that the sentence no longer says what its source
 * says. Written before the checker and with word lists of its own; deterministic.
 */

/** What was changed. */
export const swapClasses = [
  "negation",
  "number",
  "unit",
  "medicine",
  "subject",
  "quantifier",
  "comparative",
  "order",
  "cause",
  "entity",
] as const;
export type SwapClass = (typeof swapClasses)[number];

/** Picks among possibilities; the same for the same sentence. */
type Pick = <T>(list: readonly T[]) => T | undefined;

function pickFor(text: string): Pick {
  let state = 2166136261;
  for (const char of text) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619) >>> 0;
  return (list) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return list[Math.floor((state / 2 ** 32) * list.length)];
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const small = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);
const words = (list: string): string[] => list.trim().split(/\s*,\s*/);

/** Replaces one of the places where a pattern matches, by what `change` makes of it. */
function changeOne(text: string, pattern: RegExp, change: (found: string) => string | undefined): string[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const found = match[0];
    const other = change(found.toLowerCase());
    if (other === undefined) return [];
    const cased = /^\p{Lu}/u.test(found) ? capital(other) : other;
    return [text.slice(0, match.index) + cased + text.slice(match.index + found.length)];
  });
}

/** Exchanges one of a list for another that the text does not name. */
function exchange(text: string, list: readonly string[], pick: Pick): string[] {
  const pattern = new RegExp(`(?<![\\w-])(?:${list.join("|")})(?![\\w-])`, "gi");
  const free = list.filter((one) => !text.toLowerCase().includes(one.toLowerCase()));
  return changeOne(text, pattern, () => pick(free));
}

const verbs = words(
  "causes, helps, reduces, lowers, needs, relieves, works, spreads, happens, makes, raises, affects, improves, protects, prevents, contains, comes, lasts, starts, heals, treats, slows, blocks",
);
const plain = (verb: string): string => (verb.endsWith("ches") ? verb.slice(0, -2) : verb.slice(0, -1));
const imperatives = words(
  "call, get, see, ask, take, use, keep, give, stay, start, contact, tell, sit, avoid, drink, seek, phone, ring, move, look, write, put, make, remove",
);

function negations(text: string): string[] {
  const first = /^\w+/.exec(text)?.[0].toLowerCase() ?? "";
  return [
    ...changeOne(text, /\b(?:is|are|should|may|will|must|has|have|does|do) not\b/gi, (found) =>
      found.replace(" not", ""),
    ),
    ...changeOne(text, /\b(?:can't|cannot|can not)\b/gi, () => "can"),
    ...changeOne(text, /\b(?:don't|do not)\s/gi, () => ""),
    ...changeOne(text, /\b(?:isn't|aren't|shouldn't|doesn't)\b/gi, (found) =>
      found.replace("n't", "").replace("does", "clearly"),
    ),
    ...changeOne(
      text,
      /\b(?:is|are|should|may|must|will|can|might)\b(?! not\b)/gi,
      (found) => `${found} not`,
    ),
    ...changeOne(
      text,
      new RegExp(`\\b(?:${verbs.join("|")})\\b`, "gi"),
      (found) => `does not ${plain(found)}`,
    ),
    ...(imperatives.includes(first) ? [`Do not ${small(text)}`, `Never ${small(text)}`] : []),
    ...changeOne(text, /\bwithout\b/gi, () => "with"),
    ...changeOne(text, /\b(?:often|usually|always)\b/gi, () => "never"),
  ];
}

const numberWords = words("two, three, four, five, six, seven, eight, nine, ten, twelve");

function numbers(text: string, pick: Pick): string[] {
  return [
    ...changeOne(text, /(?<![\w.-])\d+(?:\.\d+)?(?![\w-])/g, (found) => {
      const value = Number(found);
      const others = [
        value * 2,
        value * 10,
        Math.round(value * 1.5) + 1,
        Math.max(1, Math.floor(value / 2) + 3),
      ];
      const other = pick(others.filter((one) => one !== value && !text.includes(String(one))));
      return other === undefined ? undefined : String(other);
    }),
    ...changeOne(text, new RegExp(`\\b(?:${numberWords.join("|")})\\b`, "gi"), () =>
      pick(numberWords.filter((word) => !text.toLowerCase().includes(word))),
    ),
  ];
}

const unitPairs: readonly (readonly [string, readonly string[]])[] = [
  ["minutes", ["hours", "days"]],
  ["minute", ["hour", "day"]],
  ["hours", ["minutes", "days"]],
  ["hour", ["minute", "week"]],
  ["days", ["hours", "weeks", "months"]],
  ["day", ["week", "month"]],
  ["weeks", ["days", "months", "years"]],
  ["week", ["day", "month"]],
  ["months", ["weeks", "days", "years"]],
  ["month", ["week", "year"]],
  ["years", ["months", "weeks"]],
  ["mg", ["g", "mcg"]],
  ["grams", ["milligrams", "ounces"]],
  ["g", ["mg", "kg"]],
  ["mcg", ["mg"]],
  ["milligrams", ["grams", "micrograms"]],
  ["ml", ["litres"]],
  ["percent", ["per thousand"]],
  ["mmHg", ["kPa"]],
  ["°C", ["°F"]],
  ["teaspoon", ["tablespoon", "cup"]],
  ["inches", ["feet", "millimeters"]],
  ["pounds", ["kilograms", "ounces"]],
];

function units(text: string, pick: Pick): string[] {
  return unitPairs.flatMap(([unit, others]) => {
    const isWord = /^\w/.test(unit);
    const quantity =
      "(?<=(?:\\d|\\b(?:an?|one|two|three|four|five|six|seven|ten|twelve|few|several|many|for|or|over)) ?)";
    const pattern = new RegExp(`${quantity}${unit}${isWord ? "(?![\\w-])" : ""}`, "g");
    return [...text.matchAll(pattern)].flatMap(({ index }) => {
      const other = pick(others);
      return other === undefined ? [] : [text.slice(0, index) + other + text.slice(index + unit.length)];
    });
  });
}

const medicines = words(
  "amlodipine, amoxicillin, apixaban, aspirin, hydrochlorothiazide, ibuprofen, insulin, levothyroxine, lisinopril, losartan, metformin, naproxen, omeprazole, paracetamol, acetaminophen, prednisone, salbutamol, warfarin, isotretinoin, adapalene, nitroglycerin, clopidogrel, morphine, codeine, tramadol, fentanyl, naloxone, methotrexate, allopurinol, colchicine, gabapentin, sertraline, citalopram, diazepam, furosemide, spironolactone, digoxin, bisoprolol, atenolol, simvastatin, lithium, valproate, carbamazepine, penicillin, doxycycline, ciprofloxacin, metronidazole, fluconazole, aciclovir, tamoxifen, cisplatin, cetirizine, loratadine, adrenaline, heparin, rivaroxaban, tacrolimus, cyclosporine, oxycodone, hydrocodone, melatonin, estrogen, testosterone, cyclophosphamide, dexamethasone, hydroxychloroquine, ketoconazole, phenytoin, rifampin, isoniazid",
);
const groups = words(
  "children, adults, women, men, babies, infants, teenagers, older adults, older people, newborns, pregnant women, adolescents, toddlers, boys, girls, young children",
);
const conditions = words(
  "asthma, acne, gout, migraine, eczema, psoriasis, shingles, depression, anxiety, pneumonia, bronchitis, sinusitis, diabetes, influenza, endometriosis, osteoporosis, osteoarthritis, gallstones, kidney stones, constipation, COPD, heart failure, stroke, epilepsy, hypothyroidism, hyperthyroidism, menopause, insomnia, strep throat, COVID-19, high blood pressure, high cholesterol, atrial fibrillation, rheumatoid arthritis, leukemia, lymphoma, glaucoma, malaria, lupus, hepatitis, anemia, cirrhosis, tuberculosis",
);

function subjects(text: string, pick: Pick): string[] {
  return [...exchange(text, groups, pick), ...exchange(text, conditions, pick)];
}

const quantifiers: readonly (readonly [RegExp, string])[] = [
  [/\b(?:may|can|might)\b(?! not)/gi, "will always"],
  [/\b(?:sometimes|occasionally)\b/gi, "always"],
  [/\bsome people\b/gi, "everybody"],
  [/\bsome (?=\w+s\b)/gi, "all "],
  [/\b(?:often|usually|commonly)\b/gi, "rarely"],
  [/\b(?:rarely)\b/gi, "usually"],
  [/\bmost\b(?= \w+s\b)/gi, "few"],
  [/\bmany\b/gi, "no"],
];
const opposites: readonly (readonly [string, string])[] = [
  ["more", "less"],
  ["higher", "lower"],
  ["increases", "reduces"],
  ["increase", "reduce"],
  ["raises", "lowers"],
  ["worse", "better"],
  ["longer", "shorter"],
  ["older", "younger"],
  ["over", "under"],
  ["faster", "slower"],
  ["above", "below"],
  ["high", "low"],
  ["early", "late"],
];

function comparatives(text: string): string[] {
  return opposites
    .flatMap(([a, b]) => [[a, b] as const, [b, a] as const])
    .flatMap(([a, b]) => changeOne(text, new RegExp(`\\b${a}\\b`, "gi"), () => b));
}

/** "A before B" becomes "A after B", or "B before A". */
function orders(text: string): string[] {
  const parts = /^(.{12,}?),? (before|after) (.{12,}?)([.!]?)$/.exec(text);
  return [
    ...changeOne(text, /\bbefore\b/gi, () => "after"),
    ...changeOne(text, /\bafter\b/gi, () => "before"),
    ...(parts ? [`${capital(parts[3] ?? "")} ${parts[2]} ${small(parts[1] ?? "")}${parts[4]}`] : []),
  ];
}

function causes(text: string): string[] {
  const match =
    /^([^,]{5,80}?) (?:(?:often|usually|also) )?((?:can |may |might )?(?:also )?(?:causes?|leads? to|triggers?|brings? on)) ([^,]{5,80}?)\.$/.exec(
      text,
    );
  if (match) return [`${capital(match[3] ?? "")} ${match[2]} ${small(match[1] ?? "")}.`];
  const passive = /^([^,]{4,80}?) ((?:is|are) caused by) ([^,]{4,80}?)\.$/.exec(text);
  return passive ? [`${capital(passive[3] ?? "")} ${passive[2]} ${small(passive[1] ?? "")}.`] : [];
}

const parts = words(
  "heart, liver, kidney, kidneys, lungs, skin, stomach, brain, eyes, throat, bones, joints, bladder, bowel, nose, ear, chest, back, head, legs, hands, face, muscles, blood",
);
const signs = words(
  "fever, rash, headache, nausea, vomiting, diarrhoea, itching, cough, dizziness, tiredness, swelling, bleeding, wheezing, chest pain, numbness, confusion, sweating, weight loss, hair loss, jaundice",
);

function entities(text: string, pick: Pick): string[] {
  return [...exchange(text, parts, pick), ...exchange(text, signs, pick)];
}

/** One wrong version of a sentence, or undefined where this cannot be changed in it. */
export function swapped(kind: SwapClass, text: string): string | undefined {
  const pick = pickFor(kind + text);
  const made = {
    negation: () => negations(text),
    number: () => numbers(text, pick),
    unit: () => units(text, pick),
    medicine: () => exchange(text, medicines, pick),
    subject: () => subjects(text, pick),
    quantifier: () => quantifiers.flatMap(([pattern, word]) => changeOne(text, pattern, () => word)),
    comparative: () => comparatives(text),
    order: () => orders(text),
    cause: () => causes(text),
    entity: () => entities(text, pick),
  }[kind]();
  return pick(made.filter((one) => one !== text));
}
