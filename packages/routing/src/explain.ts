import type { Decision } from "./decide.ts";
import { reasonWords } from "./reasons.ts";
import type { Processor } from "./values.ts";

const places: Readonly<Record<Processor, string>> = {
  client: "Stays on this device",
  enclave: "Stays in the sealed enclave",
  "on-premise": "Stays inside the hospital",
  cloud: "Goes to a cloud model without identifiers",
};

/** One plain line for a person: "Stays inside the hospital: it mentions a date". Holds nothing of the request. */
export function explain(decision: Decision): string {
  const place = decision.outcome === "routed" ? places[decision.processor] : "Not sent";
  const [first] = decision.reasons;
  return first === undefined ? place : `${place}: ${reasonWords.get(first) ?? "it was not checked"}`;
}
