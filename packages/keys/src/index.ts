export { keyCheckValue, verifyKeyCheck } from "./check-value.ts";
export {
  type EnvelopePlain,
  openEnvelope,
  readEnvelope,
  sealEnvelope,
  type UnverifiedEnvelope,
} from "./envelope.ts";
export { Keyring, type KeyringPorts } from "./keyring.ts";
export { type LocalWrap, unwrapLocally, wrapLocally } from "./local-key.ts";
export { combineReleases, conversationKey } from "./master-key.ts";
export { KEY_BYTES, type KeyProvider, type KeyStatus, type KeyStoreKind, type WrappedKey } from "./port.ts";
export { type RetryPolicy, retrying } from "./retry.ts";
export {
  countByVersion,
  nextRotationStep,
  type RotationPorts,
  type RotationReport,
  type RotationState,
  type RotationStep,
  readRotation,
  rotateKeys,
} from "./rotation.ts";
export { type KeyCode, keyError, keyRules } from "./rules.ts";
export { type ConversationRef, checkConversation, checkScope, type KeyScope, scopeBytes } from "./scope.ts";
export {
  type RetentionHolds,
  readShred,
  resumeShredding,
  type ShredEvent,
  type ShredLog,
  type ShredPorts,
  type ShredRequest,
  type ShredState,
  shredKeys,
} from "./shredding.ts";
export type { Journal, WrappedCopies, WrappedKeyRecord, WrappedKeyStore } from "./store.ts";
