import { encodeCbor } from "@cloister/codec";
import { sha256 } from "@cloister/crypto";
import { isRistrettoElement } from "@cloister/crypto/ristretto";
import { broken } from "./rules.ts";

/** The most trustees a group has. */
export const maxTrusteesCount = 255;

/** The public side of a group of trustees. Trustees are numbered from 1. */
export interface TrusteeGroup {
  /** How many must act together. */
  readonly threshold: number;
  /** What epochs are sealed to, 32 bytes. */
  readonly groupKey: Uint8Array;
  /** For each trustee in order the element of its share, 32 bytes. */
  readonly shareKeys: readonly Uint8Array[];
  /** For each trustee in order the static key it signs releases with, 32 bytes. */
  readonly staticKeys: readonly Uint8Array[];
}

/**
 * Refuses a group whose shape is wrong. That share keys and group key belong together follows from the
 * certificate of the key generation.
 * @throws BaseError `GROUP_FORMAT`
 */
export function checkGroup({ threshold, groupKey, shareKeys, staticKeys }: TrusteeGroup): void {
  const count = shareKeys.length;
  const isShaped =
    Number.isInteger(threshold) && threshold >= 1 && threshold <= count && count <= maxTrusteesCount;
  const elements = [groupKey, ...shareKeys, ...staticKeys];
  if (!isShaped || staticKeys.length !== count || !elements.every(isRistrettoElement)) {
    throw broken("GROUP_FORMAT");
  }
}

/** SHA-256 that names a group, 32 bytes. */
export function groupDigest({ threshold, groupKey, shareKeys, staticKeys }: TrusteeGroup): Uint8Array {
  return sha256(encodeCbor(["Cloister trustees v1", threshold, groupKey, shareKeys, staticKeys]));
}
