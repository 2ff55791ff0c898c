export { type AppendToken, signAppendToken, verifyAppendToken } from "./append-token.ts";
export {
  type Checkpoint,
  parseCheckpointText,
  signCheckpoint,
  type VerifiedCheckpoint,
  verifyCheckpoint,
  verifyTogether,
} from "./checkpoint.ts";
export { type ConformAnswer, conformTransparency } from "./conform.ts";
export { hourOf } from "./fields.ts";
export {
  type AuditEvent,
  type AuditEventType,
  decodeLeaf,
  encodeLeaf,
  type LeafContent,
  maxLeafBytes,
  saltBytesCount,
} from "./leaf.ts";
export { type LoggedLeaf, TransparencyLog } from "./log.ts";
export {
  type ConsistencyClaim,
  type InclusionClaim,
  leafHash,
  verifyConsistency,
  verifyInclusion,
} from "./merkle.ts";
export { formatVerifierKey, parseVerifierKey } from "./note.ts";
export type { Clock, LogBatch, LogHead, LogStore } from "./ports.ts";
export {
  answerDigest,
  attachProof,
  type Backing,
  citedSources,
  type Place,
  type ReceiptAnchor,
  type ReceiptBody,
  type ReceiptSource,
  receiptDigest,
  type SignedReceipt,
  signReceipt,
} from "./receipt.ts";
export { type Rule, type TransparencyCode, transparencyRules } from "./rules.ts";
export { CompactTree, type HashReader, type NodeId, type StoredNode } from "./tree.ts";
export { type LogClaim, type LogVerdict, verifyLog } from "./verify-log.ts";
export {
  type ReceiptClaim,
  type ReceiptStep,
  type ReceiptStepName,
  type ReceiptVerdict,
  receiptStepNames,
  verifyReceipt,
} from "./verify-receipt.ts";
export {
  entriesFromJson,
  entriesToJson,
  loggedLeafFromJson,
  loggedLeafToJson,
  proofFromJson,
  proofToJson,
} from "./wire.ts";
