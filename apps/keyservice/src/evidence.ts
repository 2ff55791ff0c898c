import { createPublicKey, type KeyObject } from "node:crypto";
import {
  type AppraisalPolicy,
  type AttestationCode,
  appraise,
  decodeManifest,
  type Manifest,
  manifestDigest,
  type TrustAnchor,
} from "@cloister/attestation";
import { isBaseError, toHex } from "@cloister/bytes";

/** Which enclaves a key is released to. */
export interface ReleasePolicy extends AppraisalPolicy {
  readonly anchors: readonly TrustAnchor[];
}

/** What an enclave shows: a document, and the manifest whose digest is its `user_data`. */
export interface Evidence {
  readonly document: Uint8Array | undefined;
  readonly manifest: Uint8Array | undefined;
}

/** Why evidence was not enough. */
export type Refusal =
  | AttestationCode
  | "EVIDENCE_MISSING"
  | "MANIFEST_MISSING"
  | "MANIFEST_INVALID"
  | "MANIFEST_ROLE"
  | "RECIPIENT_KEY";

/** An enclave that satisfies the policy. */
export interface AttestedRecipient {
  /** RSA-2048. */
  readonly publicKey: KeyObject;
  /** SubjectPublicKeyInfo in DER. */
  readonly spki: Uint8Array;
  /** PCR0 in hex. */
  readonly measurement: string;
}

/** The outcome of an appraisal. */
export type Asker =
  | { readonly verdict: "attested"; readonly recipient: AttestedRecipient }
  | { readonly verdict: "refused"; readonly reasons: readonly Refusal[] };

/**
 * Who asks for a key. Fails closed: without a document, with one that is old, of another measurement, of a
 * debug enclave, or made for clients, there is no recipient to encrypt to.
 */
export function whoAsks({ document, manifest }: Evidence, policy: ReleasePolicy, atMs: number): Asker {
  if (!document) return { verdict: "refused", reasons: ["EVIDENCE_MISSING"] };
  if (!manifest) return { verdict: "refused", reasons: ["MANIFEST_MISSING"] };
  const result = appraise({
    evidence: { kind: "nitro", document },
    atMs,
    anchors: policy.anchors,
    policy,
    // A document for clients has another manifest behind it, with another digest.
    userData: manifestDigest(manifest),
  });
  if (result.verdict === "invalid") return { verdict: "refused", reasons: result.reasons };
  const role = roleOf(manifest);
  if (role !== "kms")
    return { verdict: "refused", reasons: [role === undefined ? "MANIFEST_INVALID" : "MANIFEST_ROLE"] };
  const { publicKey: spki = new Uint8Array(), pcrs } = result.evidence;
  const publicKey = rsa2048(spki);
  if (!publicKey) return { verdict: "refused", reasons: ["RECIPIENT_KEY"] };
  return {
    verdict: "attested",
    recipient: { publicKey, spki, measurement: toHex(pcrs.get(0) ?? new Uint8Array()) },
  };
}

function roleOf(manifest: Uint8Array): Manifest["role"] | undefined {
  try {
    return decodeManifest(manifest).role;
  } catch (error) {
    if (isBaseError(error)) return undefined;
    throw error;
  }
}

/** The one kind of key that AWS KMS encrypts to. */
function rsa2048(spki: Uint8Array): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(spki), format: "der", type: "spki" });
    return key.asymmetricKeyType === "rsa" && key.asymmetricKeyDetails?.modulusLength === 2048
      ? key
      : undefined;
  } catch {
    return undefined;
  }
}
