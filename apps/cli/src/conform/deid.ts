import { systemRandom } from "@cloister/crypto/random";
import type { DetectionMode } from "@cloister/deid";
import { conformDeid, PseudonymiseSuite } from "@cloister/deid";
import type { Suite } from "./driver.ts";

/** Drives the detector in one mode. */
export function deidSuite(mode: DetectionMode): Suite {
  return (request) => conformDeid(request, mode);
}

/** Drives vaults that live as long as the process. */
export function pseudonymiseSuite(mode: DetectionMode): Suite {
  const suite = new PseudonymiseSuite(systemRandom, mode);
  return (request) => suite.answer(request);
}
