import { equalBytes } from "@cloister/bytes";
import type { AttestationCode } from "./rules.ts";

/** Expected PCRs by index (0 to 31), 48 bytes each. PCR0 covers the whole image, so it must be among them. */
export type ReferenceValue = ReadonlyMap<number, Uint8Array>;

/** What evidence must show (RFC 9334 section 8.5). */
export interface AppraisalPolicy {
  /** The enclave runs one of these. */
  readonly referenceValues: readonly ReferenceValue[];
  /** Takes enclaves whose memory the host can read. For development alone. */
  readonly allowDebug: boolean;
  readonly maxAgeMs: number;
  readonly maxFutureSkewMs: number;
}

/** PCRs that a debug-mode enclave shows as zeros. */
const DEBUG_PCRS = [0, 1, 2] as const;

/** What is wrong with the policy itself: such a policy lets nothing pass. */
export function policyFaults({ referenceValues, allowDebug }: AppraisalPolicy): AttestationCode[] {
  // A value without PCR0, say one of the signer's PCR8 alone, would accept every version ever signed.
  if (referenceValues.length === 0 || referenceValues.some((value) => !value.has(0))) return ["POLICY_EMPTY"];
  const hasZero = referenceValues.some((value) => [...value.values()].some(isZero));
  return hasZero && !allowDebug ? ["POLICY_ZERO"] : [];
}

/** Whether measured PCRs are those of a debug-mode enclave. */
export function isDebug(pcrs: ReadonlyMap<number, Uint8Array>): boolean {
  return DEBUG_PCRS.some((index) => isZero(pcrs.get(index) ?? Uint8Array.of(1)));
}

/** The measured PCRs equal every PCR of some reference value. */
export function isListed(
  pcrs: ReadonlyMap<number, Uint8Array>,
  referenceValues: readonly ReferenceValue[],
): boolean {
  return referenceValues.some(
    (value) =>
      value.size > 0 &&
      [...value].every(([index, digest]) => equalBytes(pcrs.get(index) ?? new Uint8Array(), digest)),
  );
}

function isZero(digest: Uint8Array): boolean {
  return digest.every((byte) => byte === 0);
}
