export {
  type Cosignature,
  type CosignatureAlgorithm,
  type CosignatureKey,
  type Cosigner,
  cosigner,
  parseCosignatureKey,
  verifyCosignatures,
} from "./cosignature.ts";
export {
  type Policy,
  type PolicyLog,
  type PolicyWitness,
  parsePolicy,
  type Quorum,
  verifyWitnessed,
  type WitnessedCheckpoint,
} from "./policy.ts";
export type { WitnessStore } from "./ports.ts";
export { formatTlogProof, parseTlogProof, type TlogProof, verifyTlogProof } from "./tlog-proof.ts";
export {
  type AddCheckpoint,
  addSignatureLines,
  formatAddCheckpoint,
  parseAddCheckpoint,
  Witness,
  type WitnessAnswer,
} from "./witness.ts";
