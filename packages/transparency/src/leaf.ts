import { BaseError } from "@cloister/bytes";
import { type CborValue, decodeCbor, encodeCbor, type FieldReader, readMap } from "@cloister/codec";
import { roles } from "@cloister/contracts/ids";
import { optional, readHour } from "./fields.ts";
import { broken } from "./rules.ts";

/** Longest encoded leaf. The longest that the allow-list permits has about 300 bytes. */
export const maxLeafBytes = 1024;
/** Length of a leaf's salt. */
export const saltBytesCount = 32;
const pseudonymBytesCount = 16;
const digestBytesCount = 32;
const version = 1;

function nothing(): object {
  return {};
}

function digest(key: string, fields: FieldReader): Uint8Array<ArrayBuffer> {
  return fields.bytes(key, { length: digestBytesCount });
}

function pseudonym(key: string, fields: FieldReader): Uint8Array<ArrayBuffer> {
  return fields.bytes(key, { length: pseudonymBytesCount });
}

/**
 * The allow-list: for each type of recorded act, the fields that its leaf may hold beside the common ones.
 * No field is free text, so that nothing about a patient fits into a leaf.
 */
const details = {
  "organisation.created": nothing,
  "account.created": (fields: FieldReader) => ({ role: fields.oneOf("role", roles) }),
  "device.added": nothing,
  "device.revoked": nothing,
  "session.revoked": nothing,
  "invitation.issued": nothing,
  "invitation.redeemed": nothing,
  "conversation.created": nothing,
  "member.added": nothing,
  "identity.verified": nothing,
  "identity.changed": nothing,
  "consent.granted": nothing,
  "consent.revoked": nothing,
  "message.sent": (fields: FieldReader) => ({ kind: fields.oneOf("kind", ["human", "ai"]) }),
  "emergency.shown": nothing,
  "ai.asked": nothing,
  "ai.answered": (fields: FieldReader) => ({
    /** SHA-256 of the receipt's body, 32 bytes. */
    receiptDigest: digest("receiptDigest", fields),
    abstained: fields.bool("abstained"),
  }),
  "agent.started": (fields: FieldReader) => ({
    /** SHA-256 of the agent's identity key, 32 bytes, as are the others. */
    identityDigest: digest("identityDigest", fields),
    ...optional(fields, "softwareDigest", digest),
    ...optional(fields, "modelDigest", digest),
    ...optional(fields, "indexDigest", digest),
  }),
  /** The ledger of a privacy budget has a new entry; the digest is over all of them. */
  "budget.changed": (fields: FieldReader) => ({ ledgerDigest: digest("ledgerDigest", fields) }),
  /** A test of a vendor was planned: phrases, choice and level are fixed. */
  "canary.planned": (fields: FieldReader) => ({ commitment: digest("commitment", fields) }),
  /** The phrases of that plan begin to be sent. */
  "canary.planted": (fields: FieldReader) => ({ commitment: digest("commitment", fields) }),
  /** Two officers asked the trustees to open a part of a conversation; the digest is of their request. */
  "breakglass.requested": (fields: FieldReader) => ({ requestDigest: digest("requestDigest", fields) }),
  /** A trustee answered that request. */
  "breakglass.released": (fields: FieldReader) => ({
    requestDigest: digest("requestDigest", fields),
    releaseDigest: digest("releaseDigest", fields),
  }),
  /** The person whom it concerns was told. */
  "breakglass.noticed": (fields: FieldReader) => ({ requestDigest: digest("requestDigest", fields) }),
  /** Someone who did not ask reviewed it. */
  "breakglass.reviewed": (fields: FieldReader) => ({ requestDigest: digest("requestDigest", fields) }),
} as const;

/** Name of a recorded act. */
export type AuditEventType = keyof typeof details;

/** What every leaf may say. */
interface AuditEventBase {
  /** UTC hour, as `hourOf` gives it: a finer time would identify. */
  readonly at: string;
  /** Who acted: 16 random bytes, never derived from the person. */
  readonly actor?: Uint8Array;
  /** Where: 16 random bytes, never derived from the conversation. */
  readonly conversation?: Uint8Array;
}

/** A recorded act without health information. */
export type AuditEvent = {
  [T in AuditEventType]: { readonly type: T } & AuditEventBase & Readonly<ReturnType<(typeof details)[T]>>;
}[AuditEventType];

/** A leaf, taken apart. The salt makes leaves unguessable from their hashes. */
export interface LeafContent {
  readonly event: AuditEvent;
  /** 32 random bytes. */
  readonly salt: Uint8Array;
}

const types = Object.keys(details) as AuditEventType[];

/**
 * The leaf's bytes: deterministic CBOR, version 1.
 * @param salt 32 fresh random bytes; keep it to show the leaf, destroy it to make the leaf unreadable
 * @throws BaseError `LEAF_FIELDS`, `LEAF_HOUR` when the event is not on the allow-list
 */
export function encodeLeaf(event: AuditEvent, salt: Uint8Array): Uint8Array<ArrayBuffer> {
  const leaf = encodeCbor({ v: version, salt, ...(event as { readonly [key: string]: CborValue }) });
  decodeLeaf(leaf);
  return leaf;
}

/**
 * Reads a leaf and refuses everything that the allow-list does not name. `leaf` is untrusted.
 * @throws BaseError `LEAF_SIZE`, `LEAF_FIELDS`, `LEAF_HOUR`
 */
export function decodeLeaf(leaf: Uint8Array): LeafContent {
  if (leaf.length > maxLeafBytes) throw broken("LEAF_SIZE");
  try {
    return readLeaf(readMap(decodeCbor(leaf)));
  } catch (error) {
    if (error instanceof BaseError && error.code === "LEAF_HOUR") throw error;
    throw broken("LEAF_FIELDS", error);
  }
}

function readLeaf(fields: FieldReader): LeafContent {
  if (fields.uint("v") !== version) throw broken("LEAF_FIELDS");
  const salt = fields.bytes("salt", { length: saltBytesCount });
  const type = fields.oneOf("type", types);
  const event = {
    type,
    at: readHour(fields, "at"),
    ...optional(fields, "actor", pseudonym),
    ...optional(fields, "conversation", pseudonym),
    ...details[type](fields),
  };
  fields.end();
  // `details` has read exactly the fields of `type`.
  return { event: event as AuditEvent, salt };
}
