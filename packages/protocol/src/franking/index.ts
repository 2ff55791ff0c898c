export { type FrankedMessage, frank, type OpenedFranked, openFranked } from "./commitment.ts";
export {
  type Desk,
  type KnownSender,
  type Report,
  type SealedSender,
  type VerifiedReport,
  verifyReport,
  writeReport,
} from "./report.ts";
export { type FrankedRecipient, frankSealed, type OpenedSealedFranked, openSealedFranked } from "./sealed.ts";
export { type Stamp, type StampedDelivery, type StampKey, stampCommitment } from "./stamp.ts";
