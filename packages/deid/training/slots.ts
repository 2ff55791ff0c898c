import type { Seeded } from "../../../tools/training/seeded.ts";
import type { IdentifierLabel } from "../src/labels.ts";
import type { People } from "./people.ts";
import * as words from "./vocabulary.ts";

/** A stretch of a text, with the identifier that it is. */
export interface Piece {
  readonly text: string;
  readonly label?: IdentifierLabel;
}

const ONES = ["", "-one", "-two", "-three", "-four", "-five", "-six", "-seven", "-eight", "-nine"];
const DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const HOLIDAYS = [
  "Thanksgiving",
  "Christmas Eve",
  "Labor Day",
  "Easter Sunday",
  "New Year's Day",
  "Halloween",
  "Memorial Day",
  "Diwali",
];

/** Names of diseases and of drugs, from public lists. */
export interface MedicalTerms {
  readonly eponyms: readonly string[];
  readonly substances: readonly string[];
}

/** Fills the slots of the templates. */
export class Slots {
  readonly #random: Seeded;
  readonly #people: People;
  readonly #eponyms: readonly string[];
  readonly #substances: readonly string[];
  readonly #fill: Readonly<Record<string, () => Piece[] | string>>;

  constructor(random: Seeded, people: People, terms: MedicalTerms) {
    this.#random = random;
    this.#people = people;
    this.#eponyms = terms.eponyms;
    this.#substances = terms.substances;
    this.#fill = {
      ...this.#plain(),
      ...this.#names(),
      ...this.#places(),
      ...this.#dates(),
      ...this.#codes(),
    };
  }

  fill(slot: string): Piece[] | undefined {
    const filled = this.#fill[slot]?.();
    return typeof filled === "string" ? [{ text: filled }] : filled;
  }

  #digits(count: number): string {
    return Array.from({ length: count }, () => this.#random.below(10)).join("");
  }

  #letters(count: number): string {
    return Array.from({ length: count }, () => this.#random.pick("ABCDEFGHJKLMNPRSTUVWXYZ".split(""))).join(
      "",
    );
  }

  #drug(): string {
    const roll = this.#random.below(100);
    if (roll < 45) return this.#random.pick(words.brands);
    return this.#random.pick(roll < 65 ? words.generics : this.#substances);
  }

  #plain() {
    const random = this.#random;
    const one = (list: readonly string[]) => () => random.pick(list);
    /** Now and then as people say it: "Guillain-Barré", "hashimotos". */
    const bare = (eponym: string) =>
      random.chance(25)
        ? eponym
            .replace(/ (?:disease|syndrome|lymphoma|palsy|thyroiditis|phenomenon)$/, "")
            .replace(/'s$/, random.pick(["'s", "s", ""]))
        : eponym;
    return {
      REL: one(words.relations),
      SYM: one(words.symptoms),
      DX: () => (random.chance(75) ? random.pick(words.diagnoses) : random.pick(this.#eponyms)),
      DRUG: () => this.#drug(),
      DOSE: one(words.doses),
      VIT: one(words.vitals),
      LAB: one(words.labs),
      SIGN: one(words.signs),
      EP: () => (random.chance(60) ? bare(random.pick(words.eponyms)) : random.pick(this.#eponyms)),
      OCC: one(words.occupations),
      ORG: one(words.organisations),
      COUNTRY: one(words.countries),
      STATE: one(words.states),
      WD: one(DAYS),
      MON: one(words.months),
      AB: one(words.abbreviations),
      FOOD: one(words.foods),
      HERB: one(words.herbs),
      CO: one(words.companies),
      CHAIN: one(words.chains),
      RELX: one(words.kin),
      YEAR: () => String(1985 + random.below(41)),
      T: () =>
        random.pick([
          `${1 + random.below(12)}:${random.pick(["00", "15", "30", "45", "07"])}`,
          `${1 + random.below(12)}pm`,
          `${10 + random.below(10)}:${10 + random.below(49)}`,
          "0300",
          "noon",
        ]),
      EXT: () => this.#digits(4),
      AGEN: () => String(2 + random.below(87)),
      AGE: () => {
        const age = 2 + random.below(87);
        return random.pick([
          `${age} yo`,
          `${age}yo`,
          `${age}-year-old`,
          `${age} y/o`,
          `${age} year old`,
          `${age} years old`,
          `${age}yo`,
        ]);
      },
    };
  }

  #names() {
    const random = this.#random;
    const name = (text: string): Piece[] => [{ text, label: "NAME" }];
    const person = () => this.#people.person();
    const initial = (text: string) => `${text[0] ?? "J"}.`;
    const full = () => {
      const { first, last } = person();
      const roll = random.below(100);
      if (/^\p{Script=Han}/u.test(first)) return `${last}${first}`;
      if (roll < 7) return `${first} ${this.#letters(1)}. ${last}`;
      if (roll < 9) return `${initial(first)} ${last}`;
      if (roll < 11) return `${first} ${last} ${random.pick(["Jr.", "Sr.", "III", "II"])}`;
      if (roll < 14) return `${first} ${person().first} ${last}`;
      return `${first} ${last}`;
    };
    return {
      N: () => name(full()),
      F: () => name(person().first),
      L: () => name(person().last),
      LU: () => name(person().last.toUpperCase()),
      FU: () => name(person().first.toUpperCase()),
      LF: () => {
        const { first, last } = person();
        const tail = random.chance(20) ? ` ${this.#letters(1)}${random.chance(50) ? "." : ""}` : "";
        return name(
          random.chance(25)
            ? `${last.toUpperCase()}, ${first.toUpperCase()}${tail}`
            : `${last}, ${first}${tail}`,
        );
      },
      NI: () => {
        const { first, last } = person();
        return name(
          random.pick([
            `${first} ${initial(last)}`,
            `${initial(first)} ${last}`,
            `${first} ${initial(last)}`,
            `${first} ${last}`,
          ]),
        );
      },
      IN: () => {
        const { first, last } = person();
        return name(
          random.pick([
            `${initial(first)} ${last}`,
            `${initial(first)}${last}`,
            `${first[0] ?? "J"} ${last}`,
          ]),
        );
      },
      II: () =>
        name(
          random.pick([
            `${this.#letters(1)}.${this.#letters(1)}.`,
            `${this.#letters(1)}. ${this.#letters(1)}.`,
            this.#letters(2),
            `${this.#letters(1)}.${this.#letters(1)}.${this.#letters(1)}.`,
          ]),
        ),
      SPELL: () => name(person().last.toLowerCase().split("").join(" ")),
    };
  }

  #street(): string {
    const random = this.#random;
    const head = random.chance(15) ? `${random.pick(["N", "S", "E.", "W.", "North", "West"])} ` : "";
    return `${1 + random.below(19_999)} ${head}${random.pick(words.streetNames)} ${random.pick(words.streetTails)}${random.pick(["", "", "", ".", ` Apt ${1 + random.below(99)}`, ` #${1 + random.below(300)}`, `, Unit ${this.#letters(1)}`, `, Suite ${1 + random.below(900)}`])}`;
  }

  #facility(): string {
    const random = this.#random;
    const roll = random.below(100);
    if (roll < 22) return random.pick(words.facilities);
    if (roll < 36)
      return `${random.pick(["St.", "Saint", "St", "Santa"])} ${random.pick(words.saints)}${random.pick(["'s", "", "’s"])} ${random.pick(words.facilityTails)}`;
    if (roll < 56) return `${this.#people.city()} ${random.pick(words.facilityTails)}`;
    if (roll < 70) return `${this.#people.person().last} ${random.pick(words.facilityTails)}`;
    if (roll < 76)
      return `${this.#people.city()} ${random.pick(["clinic", "office", "ER", "VA", "hospital", "General", "Memorial"])}`;
    return `${random.pick(words.facilityHeads)} ${random.pick(words.facilityTails)}`;
  }

  /** One shop of a chain, by its street or town. */
  #pharmacy(): string {
    const chain = this.#random.pick(words.chains);
    const street = this.#random.pick(words.streetNames);
    return this.#random.pick([
      `${chain} on ${street}`,
      `${chain} on ${street} ${this.#random.pick(words.streetTails)}`,
      `${chain} in ${this.#people.city()}`,
      `${chain} ${this.#people.city()}`,
      `the ${this.#people.city()} ${chain}`,
      `${chain} ${this.#random.pick(["4th", "9th", "1st"])} & ${street}`,
    ]);
  }

  #places() {
    const random = this.#random;
    const place = (text: string): Piece => ({ text, label: "LOCATION" });
    const city = () => {
      const name = this.#people.city();
      return random.chance(9) ? `${name} County` : name;
    };
    const state = (): Piece => ({ text: random.pick(words.states) });
    const zip = () => place(this.#digits(5));
    const tail = (gap: string): Piece[] => [
      { text: gap },
      place(city()),
      { text: ", " },
      state(),
      { text: " " },
      zip(),
    ];
    return {
      C: () => (random.chance(22) ? [place(city()), { text: ", " }, state()] : [place(city())]),
      CU: () => [place(city().toUpperCase())],
      HOSP: () => [place(this.#facility())],
      HOSPC: () => [place(this.#facility().toUpperCase())],
      PHARM: () => [place(this.#pharmacy())],
      ST: () => [place(this.#street())],
      STU: () => [place(this.#street().toUpperCase())],
      ZIP: () => [zip()],
      ADDR: () => [
        place(this.#street()),
        ...(random.chance(75) ? tail(", ") : [{ text: ", " }, place(city())]),
      ],
      ADDR2: () => [place(this.#street()), ...tail("\n")],
    };
  }

  #dates() {
    const random = this.#random;
    const date = (text: string): Piece[] => [{ text, label: "DATE" }];
    const two = (value: number) => String(value).padStart(2, "0");
    const draw = (from: number, span: number) => {
      const [y, m, d] = [from + random.below(span), 1 + random.below(12), 1 + random.below(28)];
      const month = words.months[m - 1] ?? "May";
      return random.pick([
        `${two(m)}/${two(d)}/${y}`,
        `${m}/${d}/${y}`,
        `${m}/${d}/${String(y).slice(2)}`,
        `${y}-${two(m)}-${two(d)}`,
        `${month} ${d}, ${y}`,
        `${month.slice(0, 3)} ${d} ${y}`,
        `${d} ${month} ${y}`,
        `${d}-${month.slice(0, 3)}-${y}`,
        `${two(d)}.${two(m)}.${y}`,
        `${month} ${d}th`,
        `${m}/${d}`,
        `${month.slice(0, 3)} ${d}`,
      ]);
    };
    return {
      D: () =>
        date(
          random.chance(6)
            ? random.pick(HOLIDAYS)
            : random.chance(10)
              ? `${random.pick(DAYS)}, ${random.pick(words.months)} ${1 + random.below(28)}`
              : draw(2016, 11),
        ),
      DOB: () => date(draw(1930, 90)),
      DOBC: () => date(`${1930 + random.below(90)}${two(1 + random.below(12))}${two(1 + random.below(28))}`),
      DW: () =>
        date(
          `${random.pick(words.months)} ${random.pick(["third", "twelfth", "twenty first", "second", "thirtieth"])}${random.pick(["", " twenty twenty three", " nineteen sixty one"])}`,
        ),
      MY: () => date(`${random.pick(words.months)} ${2000 + random.below(26)}`),
      A90: (): Piece[] => [
        {
          text: `${90 + random.below(14)}${random.pick([" yo", "yo", "-year-old", " y/o", " year old"])}`,
          label: "AGE90",
        },
      ],
      A90N: (): Piece[] => [{ text: String(90 + random.below(14)), label: "AGE90" }],
      A90W: (): Piece[] => [{ text: `ninety${random.pick(ONES)}`, label: "AGE90" }],
    };
  }

  #codes() {
    const random = this.#random;
    const code = (label: IdentifierLabel, draw: () => string) => (): Piece[] => [{ text: draw(), label }];
    const some = (): string =>
      random.pick([
        this.#digits(6 + random.below(4)),
        this.#letters(1) + this.#digits(7),
        `${this.#digits(3)}-${this.#digits(2)}-${this.#digits(4)}`,
        `${this.#letters(3)}${this.#digits(6)}`,
        `${this.#letters(2)}-${this.#digits(4)}-${this.#digits(4)}`,
        `${this.#digits(4)}-${this.#digits(3)}-${this.#letters(1)}`,
      ]);
    const user = () =>
      `${
        this.#people
          .person()
          .first.toLowerCase()
          .replaceAll(/[^a-z]/g, "") || "user"
      }${this.#digits(2)}`;
    return {
      MRN: code("MRN", some),
      HP: code("HEALTH_PLAN", some),
      ACC: code("ACCOUNT", () =>
        random.pick([
          `4${this.#digits(15)}`,
          `${this.#digits(4)} ${this.#digits(4)} ${this.#digits(4)} ${this.#digits(4)}`,
          this.#digits(10),
        ]),
      ),
      LIC: code("LICENSE", some),
      VIN: code("VEHICLE", () => `1HG${this.#letters(5)}${this.#digits(9)}`),
      PLATE: code("VEHICLE", () =>
        random.pick([
          `${this.#letters(3)}-${this.#digits(4)}`,
          `${this.#digits(1)}${this.#letters(3)}${this.#digits(3)}`,
          `${this.#letters(3)} ${this.#digits(3)}`,
        ]),
      ),
      SN: code("DEVICE", some),
      ID: code("OTHER_ID", some),
      SSN: code("SSN", () => `${this.#digits(3)}-${this.#digits(2)}-${this.#digits(4)}`),
      PH: code("PHONE", () =>
        random.pick([
          `(${2 + random.below(8)}${this.#digits(2)}) ${this.#digits(3)}-${this.#digits(4)}`,
          `${2 + random.below(8)}${this.#digits(2)}-${this.#digits(3)}-${this.#digits(4)}`,
          `+44 20 ${this.#digits(4)} ${this.#digits(4)}`,
          `${2 + random.below(8)}${this.#digits(9)}`,
        ]),
      ),
      FAX: code(
        "FAX",
        () => `${2 + random.below(8)}${this.#digits(2)}-${this.#digits(3)}-${this.#digits(4)}`,
      ),
      EM: code(
        "EMAIL",
        () => `${user()}@${random.pick(["gmail.com", "yahoo.com", "clinic.org", "example.net"])}`,
      ),
      URL: code("URL", () => `https://portal.example.org/p/${this.#digits(6)}`),
      IP: code(
        "IP",
        () => `${1 + random.below(250)}.${random.below(250)}.${random.below(250)}.${random.below(250)}`,
      ),
      HANDLE: code("OTHER_ID", () => `@${user()}`),
      PIC: code("PHOTO", () => `IMG_${this.#digits(4)}_${user()}.jpg`),
    };
  }
}
