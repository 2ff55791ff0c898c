/**
 * The appraisal of evidence (RFC 9334 section 8): what an enclave shows, held against a policy. It fails
 * closed: only a result of `valid` carries anything to rely on.
 */
import { equalBytes } from "@cloister/bytes";
import { p384Verify } from "@cloister/crypto";
import { readCertificate } from "./certificate.ts";
import { validityFaults, verifyChain } from "./chain.ts";
import { decodeDocument, type UnverifiedDocument } from "./nitro-document.ts";
import { type AppraisalPolicy, isDebug, isListed, policyFaults } from "./policy.ts";
import { type AttestationCode, codeOf, demand } from "./rules.ts";

/** A root that evidence may come from, and what that makes of the key it vouches for. */
export interface TrustAnchor {
  readonly backing: "hardware" | "development";
  /** X.509 in DER. */
  readonly certificate: Uint8Array;
}

/** What is asked about evidence. */
export interface AppraisalRequest {
  /** From the network. A second kind of evidence gets a kind of its own here. */
  readonly evidence: { readonly kind: "nitro"; readonly document: Uint8Array };
  readonly atMs: number;
  readonly anchors: readonly TrustAnchor[];
  readonly policy: AppraisalPolicy;
  /** What was sent to the enclave for this opening. */
  readonly nonce?: Uint8Array;
  readonly publicKey?: Uint8Array;
  readonly userData?: Uint8Array;
}

/** What can be asked about evidence, in the order of the result. */
export type ClaimName =
  | "format"
  | "chain"
  | "signature"
  | "validity"
  | "age"
  | "nonce"
  | "debug"
  | "policy"
  | "measurement"
  | "publicKey"
  | "userData";

/** One claim, and whether it holds. Claims that were not asked about are left out. */
export type Claim =
  | { readonly claim: ClaimName; readonly status: "passed" }
  | { readonly claim: ClaimName; readonly status: "failed"; readonly reason: AttestationCode };

/** What verified evidence says. */
export interface VerifiedEvidence {
  readonly backing: TrustAnchor["backing"];
  readonly moduleId: string;
  readonly timestampMs: number;
  readonly isDebug: boolean;
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  readonly publicKey: Uint8Array | undefined;
  readonly userData: Uint8Array | undefined;
  readonly nonce: Uint8Array | undefined;
}

/** The outcome (RFC 9334 section 8.4). `document` is what unverified evidence claims, for display alone. */
export type AttestationResult =
  | {
      readonly verdict: "valid";
      readonly claims: readonly Claim[];
      readonly evidence: VerifiedEvidence;
    }
  | {
      readonly verdict: "invalid";
      readonly claims: readonly Claim[];
      readonly reasons: readonly AttestationCode[];
      readonly document?: UnverifiedDocument;
    };

/** Appraises evidence. Malformed evidence is a verdict, not an exception. */
export function appraise(request: AppraisalRequest): AttestationResult {
  const decoded = attempt(() => decodeDocument(request.evidence.document));
  if (!decoded.ok) {
    const { reason } = decoded;
    return { verdict: "invalid", reasons: [reason], claims: [{ claim: "format", status: "failed", reason }] };
  }
  const document = decoded.value;
  const anchor = request.anchors.find(({ certificate }) => isSame(document.cabundle[0], certificate));
  const outcomes = [
    ["format", []] as const,
    ...checkOrigin(document, anchor, request),
    ...checkContent(document, request),
  ];
  const claims = outcomes.map(
    ([claim, [reason]]): Claim =>
      reason ? { claim, status: "failed", reason } : { claim, status: "passed" },
  );
  const reasons = [...new Set(outcomes.flatMap(([, found]) => found))];
  if (reasons.length > 0 || !anchor) return { verdict: "invalid", claims, reasons, document };
  const { moduleId, timestampMs, pcrs, publicKey, userData, nonce } = document;
  const { backing } = anchor;
  return {
    verdict: "valid",
    claims,
    evidence: { backing, moduleId, timestampMs, isDebug: isDebug(pcrs), pcrs, publicKey, userData, nonce },
  };
}

/** A claim with everything that is wrong about it. */
type Outcome = readonly [claim: ClaimName, reasons: readonly AttestationCode[]];

/** Who made the document, and when. */
function checkOrigin(
  document: UnverifiedDocument,
  anchor: TrustAnchor | undefined,
  { atMs, policy }: AppraisalRequest,
): readonly Outcome[] {
  const chain = attempt(() => {
    demand(anchor !== undefined, "CHAIN_ROOT");
    return verifyChain({ ...document, root: anchor.certificate });
  });
  const { signedPart: message, signature, timestampMs } = document;
  const signed = attempt(() => {
    const { publicKey } = readCertificate(document.certificate);
    demand(p384Verify({ publicKey, message, signature }), "SIGNATURE");
  });
  return [
    ["chain", reasonOf(chain)],
    ["signature", reasonOf(signed)],
    // Of a chain that does not hold no time is good; its own claim says why.
    ["validity", chain.ok ? validityFaults(chain.value, { atMs, timestampMs }) : reasonOf(chain)],
    [
      "age",
      [
        ...unless(atMs - timestampMs <= policy.maxAgeMs, "EVIDENCE_STALE"),
        ...unless(timestampMs - atMs <= policy.maxFutureSkewMs, "EVIDENCE_FUTURE"),
      ],
    ],
  ];
}

/** What the document says, beside what was expected. */
function checkContent(document: UnverifiedDocument, request: AppraisalRequest): readonly Outcome[] {
  const { policy, nonce, publicKey, userData } = request;
  const { pcrs } = document;
  const expected = (
    claim: ClaimName,
    wanted: Uint8Array | undefined,
    found: Uint8Array | undefined,
    code: AttestationCode,
  ) => (wanted ? [[claim, unless(isSame(found, wanted), code)] as const] : []);
  return [
    ...expected("nonce", nonce, document.nonce, "NONCE"),
    ["debug", unless(policy.allowDebug || !isDebug(pcrs), "DEBUG")],
    ["policy", policyFaults(policy)],
    ["measurement", unless(isListed(pcrs, policy.referenceValues), "MEASUREMENT")],
    ...expected("publicKey", publicKey, document.publicKey, "PUBLIC_KEY"),
    ...expected("userData", userData, document.userData, "USER_DATA"),
  ];
}

type Attempt<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: AttestationCode };

function attempt<T>(run: () => T): Attempt<T> {
  try {
    return { ok: true, value: run() };
  } catch (error) {
    return { ok: false, reason: codeOf(error) };
  }
}

function reasonOf(outcome: Attempt<unknown>): readonly AttestationCode[] {
  return outcome.ok ? [] : [outcome.reason];
}

function unless(holds: boolean, code: AttestationCode): readonly AttestationCode[] {
  return holds ? [] : [code];
}

function isSame(found: Uint8Array | undefined, wanted: Uint8Array): boolean {
  return found !== undefined && equalBytes(found, wanted);
}
