import { assess, type DetectIdentifiers, type Inquiry } from "./assess.ts";
import { type Decision, type DecisionInput, decide } from "./decide.ts";

/** What the router needs from a de-identifier: composed by the caller, since routing knows none. */
export interface RoutingPorts {
  /** Identifiers of a text as it stands. */
  readonly detect: DetectIdentifiers;
  /** How many identifiers a strict look still finds in a text after it was de-identified, surrogates apart. */
  readonly residueCount: (text: string) => number;
}

/** What {@link route} goes by: as {@link DecisionInput}, with the request itself. */
export interface RouteInput extends Omit<DecisionInput, "assessment" | "hasResidue"> {
  readonly inquiry: Inquiry;
}

/**
 * From a request to a decision: assess, decide, and where the cloud comes out, look whether de-identification leaves
 * something; then decide again without it. A fault of a port keeps the request inside.
 */
export function route({ inquiry, ...rest }: RouteInput, ports: RoutingPorts): Decision {
  const { describedPatients } = rest.policy;
  const input = { ...rest, assessment: assess(inquiry, ports.detect, { describedPatients }) };
  const decision = decide(input);
  if (decision.outcome !== "routed" || decision.processor !== "cloud") return decision;
  return hasResidue(inquiry, ports) ? decide({ ...input, hasResidue: true }) : decision;
}

function hasResidue(
  { text, history = [], retrieved = [] }: Inquiry,
  { residueCount }: RoutingPorts,
): boolean {
  try {
    return [text, ...history, ...retrieved].some((each) => residueCount(each) > 0);
  } catch {
    return true;
  }
}
