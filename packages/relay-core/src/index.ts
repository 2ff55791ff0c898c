export { accountInfo, addDevice, createAccount, directory } from "./accounts.ts";
export { Buckets } from "./buckets.ts";
export type { Connection, Transport } from "./connection.ts";
export { RelayError, toRelayError } from "./errors.ts";
export { defaultLimits, type Rate, type RelayLimits } from "./limits.ts";
export type {
  AccountRecord,
  BlobId,
  Clock,
  DeviceOutcome,
  DeviceRecord,
  NewAccount,
  NewDevice,
  PreKeyCountsRecord,
  PreKeyUpload,
  PublicPreKey,
  RecoveryRecord,
  RelayStore,
  SendRequest,
  SendResult,
  SessionRecord,
  SignedPreKey,
  StoredEnvelope,
  TakenBundle,
} from "./ports.ts";
export { putAnswer, putBox, takeBox } from "./provisioning.ts";
export { recoveryInfo, setRecovery } from "./recovery.ts";
export { Relay, type RelayInput } from "./relay.ts";
export type { Session } from "./sessions.ts";
