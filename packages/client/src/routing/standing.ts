import { higherOf, isAsStrictAs, type Processor, type Sensitivity } from "@cloister/routing";

/** What holds for all that is still asked in a conversation. */
export interface RoutingStanding {
  /** The highest that a question of this person's was; it never falls. */
  readonly sensitivity: Sensitivity;
  readonly isCloudBarred: boolean;
  /** This person's own limit. */
  readonly strictest?: Processor;
}

/** Before anything was asked. */
export const freshStanding: RoutingStanding = { sensitivity: "public", isCloudBarred: false };

/** What holds when both do. */
export function joinStandings(a: RoutingStanding, b: RoutingStanding): RoutingStanding {
  const strictest = stricterOf(a.strictest, b.strictest);
  return {
    sensitivity: higherOf(a.sensitivity, b.sensitivity),
    isCloudBarred: a.isCloudBarred || b.isCloudBarred,
    ...(strictest !== undefined && { strictest }),
  };
}

function stricterOf(a: Processor | undefined, b: Processor | undefined): Processor | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return isAsStrictAs(a, b) ? a : b;
}
