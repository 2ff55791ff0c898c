import type { ReceiptStep, ReceiptVerdict } from "@cloister/client";
import type { Loadable } from "./observable.ts";

type Claims = NonNullable<ReceiptVerdict["claims"]>;

/**
 * What the badge shows. `verified` exists only for hardware; a receipt that checks out for any other
 * backing is `intact`: nobody changed it, and nobody but its maker says where it was made.
 */
export type ReceiptBadge =
  | { readonly tone: "checking"; readonly label: string }
  | { readonly tone: "unavailable"; readonly label: string }
  | { readonly tone: "failed"; readonly label: string }
  | {
      readonly tone: "verified" | "intact";
      readonly label: string;
      /** What backs it, in words. */
      readonly backing: string;
      readonly line: string;
      readonly claims: Claims;
    };

const backingWords: { readonly [B in Claims["backing"]]: string } = {
  hardware: "Verified: made inside protected hardware",
  development: "Development assistant: not hardware-verified",
  declared: "The organisation's word: not hardware-verified",
  device: "Made on a device: not hardware-verified",
  vendor: "The vendor's word: not hardware-verified",
};

const placeWords: { readonly [P in Claims["processedAt"]]: string } = {
  enclave: "in a protected enclave",
  "on-premise": "on this organisation's computer",
  device: "on a person's device",
  cloud: "by an outside cloud service",
};

const stepWords: { readonly [S in ReceiptStep["step"]]: string } = {
  signature: "Signed by this assistant's key",
  answer: "Made for exactly this answer and these sources",
  leaf: "The log entry is about this receipt",
  inclusion: "The entry is in the log",
  checkpoint: "The log's state is signed by the log's key",
  consistency: "Nothing was taken out of the log since this device last looked",
};

/** Never says "verified" unless hardware backs the key and every step passed. */
export function receiptBadge(receipt: Loadable<ReceiptVerdict>): ReceiptBadge {
  if (receipt.status === "loading") return { tone: "checking", label: "Checking the receipt" };
  if (receipt.status === "failed") {
    return { tone: "unavailable", label: "The receipt could not be checked just now" };
  }
  const { verified, claims, steps } = receipt.value;
  if (!verified || claims === undefined || steps.some((step) => step.status === "failed")) {
    return { tone: "failed", label: "Receipt check failed: do not rely on this answer" };
  }
  const tone = claims.backing === "hardware" ? "verified" : "intact";
  return {
    tone,
    label: "Receipt checked",
    backing: backingWords[claims.backing],
    line: receiptLine(claims),
    claims,
  };
}

/** The one honest line. */
function receiptLine(claims: Claims): string {
  const from = claims.sources.length === 0 ? "without sources" : `from ${countSources(claims)}`;
  const place = placeOf(claims);
  return `Answered ${place} by the ${claims.engine.name} engine ${from}; recorded in the log as entry ${claims.leafIndex}.`;
}

function countSources({ sources }: Claims): string {
  return sources.length === 1 ? "1 source" : `${sources.length} sources`;
}

/** An enclave protects something where hardware backs it; otherwise it is for trying out. */
function placeOf({ processedAt, backing }: Pick<Claims, "processedAt" | "backing">): string {
  const isForTrying = processedAt === "enclave" && backing !== "hardware";
  return isForTrying ? "in a development enclave" : placeWords[processedAt];
}

export function placeWord(claims: Pick<Claims, "processedAt" | "backing">): string {
  const words = placeOf(claims);
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

export function stepWord(step: ReceiptStep["step"]): string {
  return stepWords[step];
}
