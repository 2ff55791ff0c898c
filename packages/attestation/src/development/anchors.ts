import type { TrustAnchor } from "../appraise.ts";
import { awsNitroRoot } from "../aws-nitro-root.ts";
import type { Release } from "../manifest/release.ts";

/**
 * Which roots a development client accepts: hardware, and the development root that the release names. A
 * production build does not contain this function; {@link productionAnchors} is all it has.
 */
export function developmentAnchors(release: Release): readonly TrustAnchor[] {
  const hardware: TrustAnchor = { backing: "hardware", certificate: awsNitroRoot };
  return release.root ? [hardware, { backing: "development", certificate: release.root }] : [hardware];
}
