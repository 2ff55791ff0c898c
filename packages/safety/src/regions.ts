/** Numbers to call in a region. */
export interface EmergencyNumbers {
  /** Ambulance, fire, police. */
  readonly emergency: string;
  /** For thoughts of suicide and crises. */
  readonly crisis?: string;
  /** For poisoning and overdose. */
  readonly poison?: string;
  /** For urgent advice that is no emergency. */
  readonly advice?: string;
}

/** Where the organisation's patients live. `INT` is anywhere else. */
export type Region = "US" | "CA" | "UK" | "IE" | "AU" | "NZ" | "EU" | "IN" | "INT";

/**
 * Public numbers as their operators publish them: 911, 988 and Poison Help (poisonhelp.hrsa.gov); Canada's
 * 811 and poison line; 999 and NHS 111; Samaritans 116 123 (UK, Ireland, and the EU's number for emotional
 * support where a country has it); 112; Australia's Triple Zero, Lifeline and poisons line; New Zealand's
 * 1737; India's 112 and Tele-MANAS 14416. An organisation checks those of its own region.
 */
const numbers: Readonly<Record<Region, EmergencyNumbers>> = {
  US: { emergency: "911", crisis: "988", poison: "1-800-222-1222" },
  CA: { emergency: "911", crisis: "988", poison: "1-844-764-7669", advice: "811" },
  UK: { emergency: "999", crisis: "116 123", poison: "111", advice: "111" },
  IE: { emergency: "112", crisis: "116 123", poison: "01 809 2166" },
  AU: { emergency: "000", crisis: "13 11 14", poison: "13 11 26" },
  NZ: { emergency: "111", crisis: "1737", poison: "0800 764 766" },
  EU: { emergency: "112", crisis: "116 123" },
  IN: { emergency: "112", crisis: "14416" },
  INT: { emergency: "112" },
};

/** The numbers of a region; of `INT` where none is named. */
export function emergencyNumbers(region: Region = "INT"): EmergencyNumbers {
  return numbers[region];
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
