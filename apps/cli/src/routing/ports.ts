import { systemRandom } from "@cloister/crypto/random";
import { detect, type Span, Vault } from "@cloister/deid";
import type { RoutingPorts } from "@cloister/routing";

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Where the surrogates stand in a text that was de-identified. */
function surrogatesOf(mentions: readonly (Place & { readonly surrogate: string })[]): Place[] {
  let shift = 0;
  return mentions.map(({ start, end, surrogate }) => {
    const place = { start: start + shift, end: start + shift + surrogate.length };
    shift += surrogate.length - (end - start);
    return place;
  });
}

/** Identifiers that a strict look finds apart from surrogates. Both lists are in order and without overlaps. */
function besides(found: readonly Span[], surrogates: readonly Place[]): number {
  let at = 0;
  return found.filter(({ start, end }) => {
    while ((surrogates[at]?.end ?? Infinity) <= start) at += 1;
    return (surrogates[at]?.start ?? Infinity) >= end;
  }).length;
}

/** The router's ports on the detector and a vault of one use. */
export const deidPorts: RoutingPorts = {
  detect,
  residueCount: (text) => {
    const masked = Vault.create(systemRandom).deidentify(text, "strict");
    return besides(detect(masked.text, "strict"), surrogatesOf(masked.mentions));
  },
};
