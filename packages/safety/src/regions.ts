/** Numbers to call in a region. */
export interface EmergencyNumbers {
  /** Ambulance, fire, police. */
  readonly emergency: string;
  /** For thoughts of suicide and crises. */
  readonly crisis?: string;
  /** For poisoning and overdose. */
  readonly poison?: string;
  /** When the line for poisoning answers, where that is not always. */
  readonly poisonHours?: string;
  /** For urgent advice that is no emergency. */
  readonly advice?: string;
}

/** Where the organisation's patients live. `INT` is anywhere else. */
export type Region = "US" | "CA" | "UK" | "IE" | "AU" | "NZ" | "EU" | "IN" | "INT";

/** A number as its operator publishes it. */
export interface PublishedNumber {
  readonly number: string;
  /** Who says so. */
  readonly source: string;
  /** When we last read it there (ISO 8601); absent where an organisation should look before it relies on it. */
  readonly checked?: string;
  readonly hours?: string;
}

type Published = Readonly<Partial<Record<"crisis" | "poison" | "advice", PublishedNumber>>> & {
  readonly emergency: PublishedNumber;
};

const europe: PublishedNumber = { number: "112", source: "digital-strategy.ec.europa.eu" };
const samaritans: PublishedNumber = { number: "116 123", source: "samaritans.org" };

const published: Readonly<Record<Region, Published>> = {
  US: {
    emergency: { number: "911", source: "911.gov" },
    crisis: { number: "988", source: "988lifeline.org" },
    poison: { number: "1-800-222-1222", source: "poisonhelp.hrsa.gov" },
  },
  CA: {
    emergency: { number: "911", source: "canada.ca" },
    crisis: { number: "988", source: "988.ca" },
    poison: { number: "1-844-764-7669", source: "canada.ca", checked: "2026-11-24" },
    advice: { number: "811", source: "provincial health lines" },
  },
  UK: {
    emergency: { number: "999", source: "nhs.uk" },
    crisis: samaritans,
    poison: { number: "111", source: "nhs.uk" },
    advice: { number: "111", source: "nhs.uk" },
  },
  IE: {
    emergency: { number: "112", source: "hse.ie" },
    crisis: samaritans,
    poison: {
      number: "01 809 2166",
      source: "poisons.ie",
      checked: "2026-11-24",
      hours: "8:00 to 22:00",
    },
  },
  AU: {
    emergency: { number: "000", source: "triplezero.gov.au" },
    crisis: { number: "13 11 14", source: "lifeline.org.au" },
    poison: { number: "13 11 26", source: "poisonsinfo.nsw.gov.au" },
  },
  NZ: {
    emergency: { number: "111", source: "govt.nz" },
    crisis: { number: "1737", source: "1737.org.nz", checked: "2026-11-24" },
    poison: { number: "0800 764 766", source: "poisons.co.nz" },
  },
  EU: { emergency: europe, crisis: { number: "116 123", source: "EU decision 2007/116/EC" } },
  IN: {
    emergency: { number: "112", source: "112.gov.in" },
    crisis: { number: "14416", source: "telemanas.mohfw.gov.in", checked: "2026-11-24" },
  },
  INT: { emergency: { number: "112", source: "3GPP TS 22.101, clause 10" } },
};

/** The numbers of a region with their sources, for an organisation to check those that it will show. */
export function publishedNumbers(region: Region): Published {
  return published[region];
}

/** The numbers of a region; of `INT` where none is named. */
export function emergencyNumbers(region: Region = "INT"): EmergencyNumbers {
  const { emergency, crisis, poison, advice } = published[region];
  return {
    emergency: emergency.number,
    ...(crisis && { crisis: crisis.number }),
    ...(poison && { poison: poison.number }),
    ...(poison?.hours !== undefined && { poisonHours: poison.hours }),
    ...(advice && { advice: advice.number }),
  };
}

/** Members of the European Union that have no entry of their own; 112 works in all of them. */
const europeanUnion = new Set(
  "AT BE BG HR CY CZ DK EE FI FR DE GR HU IT LV LT LU MT NL PL PT RO SK SI ES SE".split(" "),
);
const ofCountry: { readonly [country: string]: Region } = {
  US: "US",
  CA: "CA",
  GB: "UK",
  IE: "IE",
  AU: "AU",
  NZ: "NZ",
  IN: "IN",
};

/** The region of a country (ISO 3166-1 alpha-2); `INT` for those unknown here. */
export function regionOf(country: string): Region {
  return ofCountry[country] ?? (europeanUnion.has(country) ? "EU" : "INT");
}
