export { accountInfo, addDevice, createAccount, directory } from "./accounts.ts";
export { Buckets } from "./buckets.ts";
export type { Connection, Transport } from "./connection.ts";
export { RelayError, toRelayError } from "./errors.ts";
export { defaultLimits, type Rate, type RelayLimits } from "./limits.ts";
export type {
  AccountRecord,
  Clock,
  DeviceOutcome,
  DeviceRecord,
  NewAccount,
  NewDevice,
  PreKeyCountsRecord,
  PreKeyUpload,
  PublicPreKey,
  RelayStore,
  SendRequest,
  SendResult,
  SessionRecord,
  SignedPreKey,
  StoredEnvelope,
  TakenBundle,
} from "./ports.ts";
export { putBox, takeBox } from "./provisioning.ts";
export { Relay, type RelayInput } from "./relay.ts";
export type { Session } from "./sessions.ts";
