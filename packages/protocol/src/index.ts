export type { AddressPair, ServiceAddress } from "./addresses.ts";
export {
  type DecryptionError,
  decryptionErrorFor,
  isActiveSessionBroken,
  readDecryptionError,
  writeDecryptionError,
} from "./decryption-error.ts";
export type { LocalPreKeys, UsedPreKeys } from "./establish.ts";
export { expireRecord } from "./expiry.ts";
export { type Grade, grades } from "./grades.ts";
export type { KeyPair } from "./keys.ts";
export {
  decryptMessage,
  decryptPreKeyMessage,
  encrypt,
  inspectPreKeyMessage,
  type OutgoingMessage,
  startSession,
  type UnverifiedPreKeyMessage,
} from "./operations.ts";
export {
  createKemPreKey,
  createOneTimePreKeys,
  createPreKeyBundle,
  createSignedPreKey,
  generateIdentityKeyPair,
  generateRegistrationId,
  type IdentityKeyPair,
  type KemPreKey,
  type LocalIdentity,
  type OneTimePreKey,
  type PreKeyBundle,
  type SignedPreKey,
} from "./prekeys.ts";
export { DUPLICATE_MESSAGE, listRules, type RuleId } from "./rules.ts";
export { matchesScannedSafetyNumber, type SafetyNumber, safetyNumber } from "./safety-number.ts";
export {
  archiveSession,
  completedEpochCount,
  emptyRecord,
  type RecordStep,
  type Session,
  type SessionRecord,
} from "./session.ts";
export { parseSessionRecord, serializeSessionRecord } from "./stored-record.ts";
