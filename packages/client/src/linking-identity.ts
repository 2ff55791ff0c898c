import { type CborValue, decodeCbor, encodeCbor, type FieldReader, readMap } from "@cloister/codec";
import type { TransferId } from "@cloister/contracts/history";
import { organisationInfo } from "@cloister/contracts/http";
import { readId } from "@cloister/contracts/id-fields";
import { type AccountId, idToBytes, roles } from "@cloister/contracts/ids";
import type { IdentityKeyPair } from "@cloister/protocol";
import { z } from "zod/mini";
import { archiveKeyBytesCount } from "./history-seal.ts";
import type { ProfileRecord } from "./records.ts";

const privateKeyBytesCount = 32;
const publicKeyBytesCount = 33;
/** See `LinkedIdentity.token`. */
export const tokenBytesCount = 32;
const maxNameBytes = 120;

/** Who a person is, as one of their devices tells another. */
export interface Identity extends ProfileRecord {
  readonly account: AccountId;
  readonly identityKeyPair: IdentityKeyPair;
}

/** An identity for a new device, with what it needs to take history in. */
export interface LinkedIdentity extends Identity {
  /** What the relay lets one new device in for: 32 random bytes. */
  readonly token: Uint8Array;
  /** Positions from here on are the new device's. */
  readonly firstOrder: number;
  /** Absent when no history will come. */
  readonly history?: { readonly transfer: TransferId; readonly key: Uint8Array };
}

export function identityFields(identity: Identity): { readonly [key: string]: CborValue } {
  const { identityKeyPair, account, role, displayName, organisation } = identity;
  const { release, ...about } = organisation;
  return {
    publicKey: identityKeyPair.publicKey,
    privateKey: identityKeyPair.privateKey,
    account: idToBytes(account),
    role,
    displayName,
    organisation: { ...about, ...(release !== undefined && { release }) },
  };
}

/** @throws BaseError family `Decode`, or what zod throws */
export function readIdentity(map: FieldReader): Identity {
  return {
    identityKeyPair: {
      publicKey: map.bytes("publicKey", { length: publicKeyBytesCount }),
      privateKey: map.bytes("privateKey", { length: privateKeyBytesCount }),
    },
    account: readId(map, "account"),
    role: map.oneOf("role", roles),
    displayName: map.text("displayName", { maxBytes: maxNameBytes }),
    organisation: z.parse(organisationInfo, map.value("organisation")),
  };
}

export function encodeLinkedIdentity(identity: LinkedIdentity): Uint8Array {
  const { token, firstOrder, history } = identity;
  return encodeCbor({
    v: 3,
    ...identityFields(identity),
    token,
    firstOrder,
    ...(history && { history: { transfer: idToBytes(history.transfer), key: history.key } }),
  });
}

/** @throws BaseError family `Decode`, or what zod throws */
export function decodeLinkedIdentity(bytes: Uint8Array): LinkedIdentity {
  const map = readMap(decodeCbor(bytes));
  map.uint("v", { max: 3 });
  const token = map.bytes("token", { length: tokenBytesCount });
  const identity = { ...readIdentity(map), token, firstOrder: map.uint("firstOrder") };
  const history = map.optional("history", (key) => map.map(key, readHistoryKey));
  map.end();
  return { ...identity, ...(history && { history }) };
}

function readHistoryKey(map: FieldReader): NonNullable<LinkedIdentity["history"]> {
  return { transfer: readId(map, "transfer"), key: map.bytes("key", { length: archiveKeyBytesCount }) };
}
