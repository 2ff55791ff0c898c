import { BaseError, fromHex, toHex } from "@cloister/bytes";
import type { CborMap, CborValue, FieldReader } from "@cloister/codec";

/*
 * Where a question was let go, and why, as its asker's device decided before it was sent. It travels with the
 * question and stands in the receipt of the answer.
 */

const sensitivities = ["public", "contextual", "sensitive"] as const;
const processors = ["client", "enclave", "on-premise", "cloud"] as const;
const digestBytesCount = 32;
const maxReasonsCount = 64;
const reasonPattern = /^[A-Z][A-Z0-9_]{0,39}$/;

/** A decision of the router that let a question go. Codes only: it holds nothing of the question. */
export interface RoutedDecision {
  readonly sensitivity: (typeof sensitivities)[number];
  /** No cloud model may have what comes later in this conversation. */
  readonly isCloudBarred: boolean;
  /** Where it may be answered: there, or where fewer see it. */
  readonly processor: (typeof processors)[number];
  /** Identifiers are replaced before it is sent. */
  readonly deidentify: boolean;
  /** Codes of the router, the most telling first. */
  readonly reasons: readonly string[];
  /** SHA-256 of the organisation's policy, 64 hexadecimal digits. */
  readonly policyDigest: string;
}

/** The fields of a decision, for the map that holds it. */
export function decisionToCbor(decision: RoutedDecision): CborMap {
  const { sensitivity, isCloudBarred, processor, deidentify, reasons, policyDigest } = decision;
  const digest = fromHex(policyDigest);
  return { sensitivity, isCloudBarred, processor, deidentify, reasons: [...reasons], policyDigest: digest };
}

/** Reads a decision that another endpoint wrote. @throws BaseError `CBOR_FIELD` */
export function readDecision(map: FieldReader): RoutedDecision {
  return {
    sensitivity: map.oneOf("sensitivity", sensitivities),
    isCloudBarred: map.bool("isCloudBarred"),
    processor: map.oneOf("processor", processors),
    deidentify: map.bool("deidentify"),
    reasons: map.list("reasons", readReason, { maxCount: maxReasonsCount }),
    policyDigest: toHex(map.bytes("policyDigest", { length: digestBytesCount })),
  };
}

function readReason(item: CborValue): string {
  if (typeof item === "string" && reasonPattern.test(item)) return item;
  throw new BaseError("Decode", "CBOR_FIELD", "a reason must be a code");
}
