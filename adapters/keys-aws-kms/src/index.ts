export { type AttestedKeys, type AttestedKeysOptions, openAttestedKeys } from "./attested.ts";
export type { KmsOptions } from "./client.ts";
export { type AwsKeysOptions, openAwsKeys } from "./provider.ts";
export { newRecipient, type Recipient } from "./recipient.ts";
