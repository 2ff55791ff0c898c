/**
 * Evidence as a client judges it before it sends an agent a word: one entry per claim that a person may ask
 * about, and no way to pass with one of them open.
 */
import { equalBytes } from "@cloister/bytes";
import { type AttestationResult, appraise, type ClaimName, type TrustAnchor } from "../appraise.ts";
import { decodeManifest, type Manifest, manifestDigest } from "../manifest/manifest.ts";
import type { Release } from "../manifest/release.ts";
import { isListed } from "../policy.ts";
import type { AttestationCode } from "../rules.ts";
import type { AgentReason } from "./agent-rules.ts";
import { type BootSeen, bootFaults } from "./boot.ts";

/**
 * What stands behind an agent's key. `hardware` and `development` come from evidence; `declared` is the
 * organisation's word, `device` a person's own machine, `vendor` an outside service's word. Only `hardware` may
 * be shown as verified.
 */
export type AgentClass = "hardware" | "development" | "declared" | "device" | "vendor";

/** What a person may ask: whose key, which code, which chip, which measurement, is it listed, how old. */
export type AgentClaimName = "key" | "code" | "chip" | "measurement" | "log" | "age";

/** One of them, with everything that is wrong about it. */
export interface AgentClaim {
  readonly claim: AgentClaimName;
  readonly status: "passed" | "failed";
  readonly reasons: readonly AgentReason[];
}

/** What a client asks about an agent. */
export interface AgentAppraisalRequest {
  readonly evidence: { readonly kind: "nitro"; readonly document: Uint8Array };
  /** Beside the document; bound by its digest. */
  readonly manifest: Uint8Array;
  /** The 32 random bytes that were sent for this. */
  readonly nonce: Uint8Array;
  /** What messages to the agent are encrypted to, 33 bytes. */
  readonly identityKey: Uint8Array;
  /** The account. */
  readonly agent: string;
  readonly anchors: readonly TrustAnchor[];
  /** The organisation's list, or why there is none that counts. */
  readonly release: Release | AgentReason;
  /** The newest boot this client has seen of the agent. */
  readonly seen?: BootSeen;
  readonly nowMs: number;
}

/** The outcome. Only `passed` allows a message. */
export type AgentResult =
  | {
      readonly verdict: "passed";
      readonly class: "hardware" | "development";
      readonly claims: readonly AgentClaim[];
      readonly manifest: Manifest;
      /** Where it ran, in its maker's words. */
      readonly moduleId: string;
      readonly pcrs: ReadonlyMap<number, Uint8Array>;
      readonly timestampMs: number;
    }
  | {
      readonly verdict: "failed";
      readonly claims: readonly AgentClaim[];
      readonly reasons: readonly AgentReason[];
    };

const maxAgeMs = 60_000;
const maxFutureSkewMs = 60_000;

/** Which of the evidence's claims answer a person's question. */
const parts: Readonly<Record<ClaimName, AgentClaimName>> = {
  format: "chip",
  chain: "chip",
  signature: "chip",
  validity: "chip",
  age: "age",
  nonce: "age",
  debug: "code",
  policy: "measurement",
  measurement: "measurement",
  publicKey: "key",
  userData: "key",
};

/** Appraises an agent's evidence for a client. Never throws for what the agent or the relay sent. */
export function appraiseAgent(request: AgentAppraisalRequest): AgentResult {
  const release = typeof request.release === "string" ? undefined : request.release;
  const result = appraise({
    evidence: request.evidence,
    atMs: request.nowMs,
    anchors: request.anchors,
    policy: {
      referenceValues: release?.builds.map(({ referenceValue }) => referenceValue) ?? [],
      allowDebug: false,
      maxAgeMs,
      maxFutureSkewMs,
    },
    nonce: request.nonce,
    userData: manifestDigest(request.manifest),
  });
  const manifest = readManifest(request.manifest);
  const reasons: Record<AgentClaimName, readonly AgentReason[]> = {
    key: [...faultsOf(result, "key"), ...keyFaults(manifest, request)],
    code: [...faultsOf(result, "code"), ...codeFaults(manifest, result, release)],
    chip: faultsOf(result, "chip"),
    measurement: faultsOf(result, "measurement"),
    log: typeof request.release === "string" ? [request.release] : [],
    age: [...faultsOf(result, "age"), ...(manifest ? bootFaults(manifest, request.seen) : [])],
  };
  const claims = Object.entries(reasons).map(([claim, found]): AgentClaim => {
    const status = found.length === 0 ? "passed" : "failed";
    return { claim: claim as AgentClaimName, status, reasons: found };
  });
  const all = [...new Set(Object.values(reasons).flat())];
  if (result.verdict === "invalid" || !manifest || all.length > 0) {
    return { verdict: "failed", claims, reasons: all };
  }
  const { backing, moduleId, pcrs, timestampMs } = result.evidence;
  return { verdict: "passed", class: backing, claims, manifest, moduleId, pcrs, timestampMs };
}

/** Evidence that cannot be read fails every question about it. */
function faultsOf(result: AttestationResult, part: AgentClaimName): readonly AttestationCode[] {
  const isUnreadable = result.verdict === "invalid" && result.document === undefined;
  if (isUnreadable) return result.reasons;
  return result.claims.flatMap((claim) =>
    parts[claim.claim] === part && claim.status === "failed" ? [claim.reason] : [],
  );
}

function keyFaults(manifest: Manifest | undefined, request: AgentAppraisalRequest): readonly AgentReason[] {
  if (!manifest) return ["MANIFEST_INVALID"];
  return [
    ...(manifest.role === "client" ? [] : (["MANIFEST_ROLE"] as const)),
    ...(manifest.agent === request.agent ? [] : (["MANIFEST_AGENT"] as const)),
    ...(equalBytes(manifest.identityKey, request.identityKey) ? [] : (["MANIFEST_IDENTITY"] as const)),
  ];
}

/** The knowledge belongs to the build that runs, not to any. */
function codeFaults(
  manifest: Manifest | undefined,
  result: AttestationResult,
  release: Release | undefined,
): readonly AgentReason[] {
  if (result.verdict === "invalid" || !manifest || !release) return [];
  const { pcrs } = result.evidence;
  const knowledge = manifest.knowledgeDigest ?? new Uint8Array();
  const isReleased = release.builds.some(
    ({ referenceValue, knowledgeDigest }) =>
      isListed(pcrs, [referenceValue]) && equalBytes(knowledge, knowledgeDigest),
  );
  return isReleased ? [] : ["MANIFEST_KNOWLEDGE"];
}

function readManifest(bytes: Uint8Array): Manifest | undefined {
  try {
    return decodeManifest(bytes);
  } catch {
    return undefined;
  }
}
