import { type Issuer, issueDocument } from "@cloister/attestation/development";
import type { Random } from "@cloister/crypto";
import type { Isolation } from "./isolation.ts";

/** What goes into a document besides what was measured. */
export interface AttestationInput {
  readonly nonce?: Uint8Array;
  readonly userData?: Uint8Array;
  readonly publicKey?: Uint8Array;
}

/**
 * Makes documents about a program that was measured and started here. It stands outside of the sandbox, as the
 * hypervisor does for an enclave: what runs inside cannot change what is said about it.
 */
export function developmentAttester(input: {
  readonly root: Issuer;
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  readonly isolation: Isolation;
  readonly random: Random;
  readonly nowMs: () => number;
}): (request: AttestationInput) => Uint8Array {
  const { root, pcrs, isolation, random, nowMs } = input;
  const moduleId = `cloister-dev-${isolation}`;
  return (request) => issueDocument({ ...request, moduleId, pcrs, timestampMs: nowMs() }, root, random);
}
