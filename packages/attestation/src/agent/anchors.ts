import type { TrustAnchor } from "../appraise.ts";
import { awsNitroRoot } from "../aws-nitro-root.ts";
import type { Release } from "../manifest/release.ts";

/** Which roots a client accepts, given what the organisation released. */
export type FindAnchors = (release: Release) => readonly TrustAnchor[];

/** Hardware alone, whatever the organisation says. */
export const productionAnchors: FindAnchors = () => [{ backing: "hardware", certificate: awsNitroRoot }];
