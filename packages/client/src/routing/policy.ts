import { defaultPolicy, type RoutingPolicy } from "@cloister/routing";
import type { Core } from "../core.ts";

/** What the organisation decided about where questions are answered. */
export function policyOf(_core: Core): RoutingPolicy {
  return defaultPolicy;
}
