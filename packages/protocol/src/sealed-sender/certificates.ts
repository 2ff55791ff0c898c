/**
 * Who may say who is writing: a trust root signs server certificates, a server key signs sender
 * certificates, and those travel inside sealed messages.
 */
import { fromHex, fromUtf8, toHex, toUtf8 } from "@cloister/bytes";
import { ProtoWriter } from "@cloister/codec";
import { type Random, xeddsaSign, xeddsaVerify } from "@cloister/crypto";
import { checkPublicKey, rawPublicKey } from "../keys.ts";
import { broken, demand } from "../rules.ts";
import { readFields } from "../wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const SIGNATURE_BYTES = 64;
/** Length of an account id, a UUID. */
export const ACCOUNT_BYTES = 16;
const MAX_DEVICE_ID = 127;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A sender certificate whose chain was checked; only {@link verifySenderCertificate} makes one. */
export interface VerifiedSender {
  /** 16 bytes. */
  readonly account: Bytes;
  readonly deviceId: number;
  readonly identityKey: Bytes;
  readonly expiresAtMs: number;
  readonly serverKeyId: number;
  readonly [verified]: true;
}
declare const verified: unique symbol;

/** What decides about a certificate. */
export interface CertificatePolicy {
  /** Public keys (33 bytes) of which one must have signed the server certificate. */
  readonly trustRoots: readonly Uint8Array[];
  readonly nowMs: number;
  readonly revokedServerKeyIds?: readonly number[];
}

/** A certificate for a server's signing key (33 bytes), signed by the trust root. `keyId` has 32 bits. */
export function createServerCertificate(input: {
  readonly keyId: number;
  readonly serverKey: Uint8Array;
  readonly trustRootPrivateKey: Uint8Array;
  readonly random: Random;
}): Bytes {
  checkPublicKey(input.serverKey);
  const body = new ProtoWriter().uint32(1, input.keyId).bytes(2, input.serverKey).finish();
  return sign(body, input.trustRootPrivateKey, input.random);
}

/**
 * A certificate that a device of an account holds an identity key, until `expiresAtMs`. It carries no
 * telephone number (Signal's field 1).
 * @throws BaseError `WIRE-004` for an account that is not 16 bytes or a device id outside 1 to 127, `KEY-…`
 */
export function createSenderCertificate(input: {
  readonly account: Uint8Array;
  readonly deviceId: number;
  readonly identityKey: Uint8Array;
  readonly expiresAtMs: number;
  readonly serverCertificate: Uint8Array;
  readonly serverPrivateKey: Uint8Array;
  readonly random: Random;
}): Bytes {
  demand(input.account.length === ACCOUNT_BYTES, "WIRE-004");
  checkDeviceId(input.deviceId);
  checkPublicKey(input.identityKey);
  const body = new ProtoWriter()
    .uint32(2, input.deviceId)
    .fixed64(3, input.expiresAtMs)
    .bytes(4, input.identityKey)
    .bytes(5, input.serverCertificate)
    .bytes(6, toUtf8(uuidOf(input.account)))
    .finish();
  return sign(body, input.serverPrivateKey, input.random);
}

/**
 * Checks a sender certificate up to a trust root, at a given time. `bytes` is attacker-controlled.
 * @throws BaseError `SEALED-003`, `SEALED-004`, `SEALED-005`, `SEALED-008`, `KEY-…`, `WIRE-…`
 */
export function verifySenderCertificate(bytes: Uint8Array, policy: CertificatePolicy): VerifiedSender {
  const sender = readSigned(bytes);
  const fields = readSender(sender.body);
  const server = readSigned(fields.serverCertificate);
  const { keyId, serverKey } = readServer(server.body);
  demand(
    policy.trustRoots.some((root) => isSignedBy(server, root)),
    "SEALED-003",
  );
  demand(!policy.revokedServerKeyIds?.includes(keyId), "SEALED-008");
  demand(isSignedBy(sender, serverKey), "SEALED-004");
  demand(policy.nowMs <= fields.expiresAtMs, "SEALED-005");
  checkPublicKey(fields.identityKey);
  const { serverCertificate: _server, ...named } = fields;
  return { ...named, serverKeyId: keyId } as VerifiedSender;
}

/** The identity key that a certificate names, before anything about it was verified. @throws BaseError `WIRE-…` */
export function claimedIdentityKey(certificate: Uint8Array): Bytes {
  return readSender(readSigned(certificate).body).identityKey;
}

/** @throws BaseError `WIRE-004` unless 1 to 127 */
export function checkDeviceId(deviceId: number): void {
  demand(Number.isInteger(deviceId) && deviceId >= 1 && deviceId <= MAX_DEVICE_ID, "WIRE-004");
}

interface Signed {
  readonly body: Bytes;
  readonly signature: Bytes;
}

function sign(body: Bytes, privateKey: Uint8Array, random: Random): Bytes {
  const signature = xeddsaSign({ privateKey, message: body, random });
  return new ProtoWriter().bytes(1, body).bytes(2, signature).finish();
}

function isSignedBy({ body, signature }: Signed, key: Uint8Array): boolean {
  return xeddsaVerify({ publicKey: rawPublicKey(key), message: body, signature });
}

function readSigned(bytes: Uint8Array): Signed {
  const { body, signature } = readFields(bytes, { body: [1, "bytes"], signature: [2, "bytes"] });
  demand(body !== undefined && signature !== undefined, "WIRE-003");
  demand(signature.length === SIGNATURE_BYTES, "WIRE-004");
  return { body, signature };
}

function readServer(body: Uint8Array): { keyId: number; serverKey: Bytes } {
  const { keyId, serverKey } = readFields(body, { keyId: [1, "uint32"], serverKey: [2, "bytes"] });
  demand(keyId !== undefined && serverKey !== undefined, "WIRE-003");
  rawPublicKey(serverKey);
  return { keyId, serverKey };
}

function readSender(body: Uint8Array): Pick<
  VerifiedSender,
  "account" | "deviceId" | "identityKey" | "expiresAtMs"
> & {
  serverCertificate: Bytes;
} {
  const fields = readFields(body, {
    deviceId: [2, "uint32"],
    expires: [3, "fixed64"],
    identityKey: [4, "bytes"],
    serverCertificate: [5, "bytes"],
    uuid: [6, "bytes"],
  });
  const { deviceId, expires, identityKey, serverCertificate, uuid } = fields;
  demand(deviceId !== undefined && expires !== undefined && identityKey !== undefined, "WIRE-003");
  demand(serverCertificate !== undefined && uuid !== undefined, "WIRE-003");
  checkDeviceId(deviceId);
  rawPublicKey(identityKey);
  const expiresAtMs = Number(expires);
  demand(Number.isSafeInteger(expiresAtMs), "WIRE-004");
  return { account: accountOf(uuid), deviceId, identityKey, expiresAtMs, serverCertificate };
}

/** A UUID's text: lower-case hexadecimal, 8-4-4-4-12. */
function uuidOf(account: Uint8Array): string {
  const hex = toHex(account);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** The 16 bytes of a UUID's text, in its one form. */
function accountOf(text: Uint8Array): Bytes {
  const uuid = text.length === 36 ? asText(text) : "";
  demand(UUID.test(uuid), "WIRE-004");
  return fromHex(uuid.replaceAll("-", ""));
}

function asText(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes);
  } catch (cause) {
    throw broken("WIRE-004", cause);
  }
}
