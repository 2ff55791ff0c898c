import { fromBase64Url, toBase64Url } from "@cloister/bytes";

/** 16 random bytes in base64url (22 characters): never derived from a person. */
export type AccountId = string;
/** 1 to 127, as in Signal addresses; unique within an account and never reused. */
export type DeviceId = number;
/** 16 random bytes in base64url, chosen by whoever opens the conversation. */
export type ConversationId = string;
/** 16 random bytes in base64url, chosen by the sender. The same id is the same message. */
export type MessageId = string;
/** 16 random bytes in base64url, chosen by the sender: one message on its way to one device. */
export type EnvelopeId = string;

/** Length of every random id. */
export const idBytesCount = 16;
/** The largest DeviceId. */
export const maxDeviceId = 127;

/** What an account is. Only `patient` can be had without an invitation, where the organisation allows it. */
export const roles = ["patient", "clinician", "officer", "agent"] as const;
/** One of {@link roles}. */
export type Role = (typeof roles)[number];

/** One device of one account: where an envelope goes. */
export interface DeviceAddress {
  readonly account: AccountId;
  readonly device: DeviceId;
}

/** A stable text for maps and locks. */
export function addressKey(address: DeviceAddress): string {
  return `${address.account}.${address.device}`;
}

/** Text form of a 16-byte id. */
export function idFromBytes(bytes: Uint8Array): string {
  return toBase64Url(bytes);
}

/** @throws BaseError `BASE64_INVALID` */
export function idToBytes(id: string): Uint8Array<ArrayBuffer> {
  return fromBase64Url(id);
}
