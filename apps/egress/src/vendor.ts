import { BaseError } from "@cloister/bytes";
import { type RoutingPolicy, vendorProblems } from "@cloister/routing";

/**
 * Refuses unless the organisation's policy allows the cloud and has a record of this vendor in which nothing is
 * wrong today: agreement, no training, retention, report, regions, audit rights, review.
 * @throws BaseError `EGRESS_VENDOR` that names what is missing
 */
export function requireVendor(policy: RoutingPolicy, vendorId: string, atMs: number): void {
  const { isAllowed, maxRetentionDays, vendors } = policy.cloud;
  if (!isAllowed) throw refused("the organisation's policy allows no cloud model");
  const record = vendors.find(({ id }) => id === vendorId);
  if (record === undefined) throw refused("the policy has no record of this vendor");
  const problems = vendorProblems(record, { atMs, maxRetentionDays });
  if (problems.length > 0) throw refused(`the vendor's record does not hold: ${problems.join(", ")}`);
}

function refused(why: string): BaseError {
  return new BaseError("Policy", "EGRESS_VENDOR", `${why}; nothing is sent until the policy is mended`);
}
