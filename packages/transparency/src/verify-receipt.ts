import { equalBytes } from "@cloister/bytes";
import type { Answer } from "@cloister/contracts/answer";
import { xeddsaVerify } from "@cloister/crypto";
import { type VerifiedCheckpoint, verifyCheckpoint, verifyTogether } from "./checkpoint.ts";
import { decodeLeaf } from "./leaf.ts";
import { leafHash, verifyInclusion } from "./merkle.ts";
import {
  answerDigest,
  decodeReceipt,
  decodeReceiptBody,
  type ReceiptBody,
  type ReceiptSource,
  receiptDigest,
  receiptMessage,
  sourceOf,
  type UnverifiedReceipt,
} from "./receipt.ts";
import { broken, codeOf, type TransparencyCode } from "./rules.ts";

/** A receipt with what it is held against. */
export interface ReceiptClaim {
  /** Encoded receipt; untrusted. */
  readonly receipt: Uint8Array;
  /** The answer as it is shown; untrusted. */
  readonly answer: Answer;
  /** The agent's identity key as this conversation knows it: 0x05 || X25519, 33 bytes. */
  readonly expectedAgentKey: Uint8Array;
  /** Verifier keys of the organisation's log. */
  readonly logVkeys: readonly string[];
  /** A checkpoint of the log that was seen before, with the consistency proof between the two. */
  readonly previousCheckpoint?: { readonly note: string; readonly proof?: readonly Uint8Array[] };
}

/**
 * The claims of a receipt: the agent signed it; it is about this answer; the log entry commits to it; the
 * log's head is genuine; the entry is under that head; the head fits the one seen before (if one was given).
 */
export const receiptStepNames = [
  "signature",
  "answer",
  "leaf",
  "checkpoint",
  "inclusion",
  "consistency",
] as const;
/** One of {@link receiptStepNames}. */
export type ReceiptStepName = (typeof receiptStepNames)[number];

/** One claim, checked. */
export type ReceiptStep =
  | { readonly step: ReceiptStepName; readonly status: "passed" }
  | { readonly step: ReceiptStepName; readonly status: "failed"; readonly reason: TransparencyCode };

/** What the receipt says can be read only when every claim holds. */
export type ReceiptVerdict =
  | {
      readonly verified: true;
      readonly steps: readonly ReceiptStep[];
      readonly body: ReceiptBody;
      readonly leafIndex: number;
      /** Keep it, to hold later receipts against it. */
      readonly checkpoint: VerifiedCheckpoint;
    }
  | { readonly verified: false; readonly steps: readonly ReceiptStep[] };

/** Checks every claim, offline, and says of each whether it holds. Malformed input fails; it does not throw. */
export function verifyReceipt(claim: ReceiptClaim): ReceiptVerdict {
  const receipt = attempt(() => decodeReceipt(claim.receipt));
  const body = attempt(() => decodeReceiptBody(need(receipt).body));
  const checkpoint = attempt(() => verifyCheckpoint(need(receipt).checkpoint, claim.logVkeys));
  const checks: Partial<Record<ReceiptStepName, Outcome<unknown>>> = {
    signature: attempt(() => checkSignature(need(receipt), need(body), claim.expectedAgentKey)),
    answer: attempt(() => checkAnswer(need(body), claim.answer)),
    leaf: attempt(() => checkLeaf(need(receipt), claim.answer)),
    checkpoint,
    inclusion: attempt(() => checkInclusion(need(receipt), anchor(checkpoint))),
    ...(claim.previousCheckpoint && {
      consistency: attempt(() => checkConsistency(anchor(checkpoint), claim)),
    }),
  };
  const steps = receiptStepNames.flatMap((step): ReceiptStep[] => {
    const outcome = checks[step];
    if (!outcome) return [];
    return [outcome.ok ? { step, status: "passed" } : { step, status: "failed", reason: outcome.reason }];
  });
  const verified = steps.every((step) => step.status === "passed");
  if (!verified || !receipt.ok || !body.ok || !checkpoint.ok) return { verified: false, steps };
  const { leafIndex } = receipt.value;
  return { verified, steps, body: body.value, leafIndex, checkpoint: checkpoint.value };
}

type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: TransparencyCode };

function attempt<T>(check: () => T): Outcome<T> {
  try {
    return { ok: true, value: check() };
  } catch (error) {
    return { ok: false, reason: codeOf(error) };
  }
}

/** What depends on something that failed fails for the same reason. */
function need<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw broken(outcome.reason);
  return outcome.value;
}

function checkSignature(receipt: UnverifiedReceipt, { agentKey }: ReceiptBody, expected: Uint8Array): void {
  if (!equalBytes(agentKey, expected)) throw broken("RECEIPT_AGENT_KEY");
  const message = receiptMessage(receipt.body);
  const publicKey = agentKey.subarray(1); // without Signal's type byte
  if (agentKey[0] !== 0x05 || !xeddsaVerify({ publicKey, message, signature: receipt.signature })) {
    throw broken("RECEIPT_SIGNATURE");
  }
}

function checkAnswer(body: ReceiptBody, answer: Answer): void {
  if (!equalBytes(digestOf(answer), body.answerDigest)) throw broken("RECEIPT_ANSWER");
  const named = new Map(body.sources.map((source) => [source.id, source]));
  const unchanged = answer.citations.map(sourceOf).every((cited) => sameSource(cited, named.get(cited.id)));
  if (!unchanged) throw broken("RECEIPT_SOURCES");
}

/** An answer that has no encoding (such as text that is not Unicode) has no digest either. */
function digestOf(answer: Answer): Uint8Array {
  try {
    return answerDigest(answer);
  } catch (cause) {
    throw broken("RECEIPT_ANSWER", cause);
  }
}

function sameSource(a: ReceiptSource, b: ReceiptSource | undefined): boolean {
  return b !== undefined && a.title === b.title && a.url === b.url && equalBytes(a.digest, b.digest);
}

function checkLeaf(receipt: UnverifiedReceipt, answer: Answer): void {
  const { event } = decodeLeaf(receipt.leaf);
  if (
    event.type !== "ai.answered" ||
    event.abstained !== (answer.outcome === "abstained") ||
    !equalBytes(event.receiptDigest, receiptDigest(receipt))
  ) {
    throw broken("RECEIPT_LEAF");
  }
}

function anchor(checkpoint: Outcome<VerifiedCheckpoint>): VerifiedCheckpoint {
  if (!checkpoint.ok) throw broken("RECEIPT_UNANCHORED");
  return checkpoint.value;
}

function checkInclusion(receipt: UnverifiedReceipt, { size, root }: VerifiedCheckpoint): void {
  const { leaf, leafIndex: index, proof } = receipt;
  verifyInclusion({ leafHash: leafHash(leaf), index, size, proof, root });
}

function checkConsistency(checkpoint: VerifiedCheckpoint, claim: ReceiptClaim): void {
  const { note = "", proof } = claim.previousCheckpoint ?? {};
  verifyTogether(verifyCheckpoint(note, claim.logVkeys), checkpoint, proof);
}
