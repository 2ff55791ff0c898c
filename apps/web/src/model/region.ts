import type { Region } from "@cloister/safety";

/** Members of the European Union that have no entry of their own; 112 works in all of them. */
const europeanUnion = new Set(
  "AT BE BG HR CY CZ DK EE FI FR DE GR HU IT LV LT LU MT NL PL PT RO SK SI ES SE".split(" "),
);
const own: { readonly [country: string]: Region } = {
  US: "US",
  CA: "CA",
  GB: "UK",
  IE: "IE",
  AU: "AU",
  NZ: "NZ",
  IN: "IN",
};

/** The safety check's region of a country (ISO 3166-1 alpha-2). */
export function regionOf(country: string): Region {
  return own[country] ?? (europeanUnion.has(country) ? "EU" : "INT");
}
