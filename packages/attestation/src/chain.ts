/** The path from the pinned root to the key that signed the evidence (RFC 5280 section 6.1). */
import { equalBytes } from "@cloister/bytes";
import { isSignedBy, readCertificate, type UnverifiedCertificate } from "./certificate.ts";
import { type AttestationCode, demand } from "./rules.ts";

/** A path whose links hold, root first. Whether it is valid at some time is another question. */
export interface VerifiedChain {
  readonly certificates: readonly UnverifiedCertificate[];
  readonly leaf: UnverifiedCertificate;
}

/**
 * Verifies everything about a path that does not depend on the time. AWS publishes no revocation list for
 * these certificates; the last one lives three hours.
 * @throws BaseError `CHAIN_…`, `CERTIFICATE_…`
 */
export function verifyChain(input: {
  readonly root: Uint8Array;
  /** X.509 in DER, root first. */
  readonly cabundle: readonly Uint8Array[];
  readonly certificate: Uint8Array;
}): VerifiedChain {
  const [first] = input.cabundle;
  demand(first !== undefined && equalBytes(first, input.root), "CHAIN_ROOT");
  const certificates = [...input.cabundle, input.certificate].map(readCertificate);
  const leaf = certificates.at(-1);
  demand(leaf !== undefined, "CHAIN_ROOT");
  const authorities = certificates.slice(0, -1);
  for (const [at, authority] of authorities.entries()) {
    const next = certificates[at + 1] ?? leaf;
    demand(equalBytes(next.issuer, authority.subject), "CHAIN_ISSUER");
    demand(authority.isCa, "CHAIN_CA");
    demand(authority.maySignCertificates, "CHAIN_KEY_USAGE");
    const followingCount = authorities.length - 1 - at;
    const { pathLength } = authority;
    demand(pathLength === undefined || followingCount <= pathLength, "CHAIN_PATH_LENGTH");
    demand(isSignedBy(next, authority), "CHAIN_SIGNATURE");
  }
  demand(!leaf.isCa, "CHAIN_CA");
  demand(leaf.maySignData, "CHAIN_KEY_USAGE");
  return { certificates, leaf };
}

/** What is wrong with a chain when it is looked at, and when its evidence was made. */
export function validityFaults(
  { certificates, leaf }: VerifiedChain,
  { atMs, timestampMs }: { readonly atMs: number; readonly timestampMs: number },
): readonly AttestationCode[] {
  const early = certificates.some(({ notBeforeMs }) => atMs < notBeforeMs);
  const late = certificates.some(({ notAfterMs }) => atMs > notAfterMs);
  const inside = timestampMs >= leaf.notBeforeMs && timestampMs <= leaf.notAfterMs;
  return [
    ...(early ? (["CHAIN_NOT_YET_VALID"] as const) : []),
    ...(late ? (["CHAIN_EXPIRED"] as const) : []),
    ...(inside ? [] : (["TIMESTAMP_OUTSIDE_CERTIFICATE"] as const)),
  ];
}
