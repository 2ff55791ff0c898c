import { concatBytes, equalBytes, isBaseError, toUtf8 } from "@cloister/bytes";
import { decodeCbor, encodeCbor, type FieldReader, readMap } from "@cloister/codec";
import { ed25519Sign, ed25519Verify, sha256 } from "@cloister/crypto";
import { broken } from "./rules.ts";

const version = 1;
const label = toUtf8("Cloister break-glass request v1\0");
const maxRequestBytes = 4096;
const maxReasonBytes = 1000;

/** A run of epochs of one conversation, both ends included. */
export interface BreakGlassScope {
  /** Pseudonym of the conversation, 16 bytes. */
  readonly conversation: Uint8Array;
  readonly fromEpoch: number;
  readonly toEpoch: number;
}

/** What two officers ask the trustees for. */
export interface BreakGlassRequest {
  /** Reference of the case in the organisation's books, 16 random bytes. */
  readonly caseId: Uint8Array;
  readonly scope: BreakGlassScope;
  /** For the trustees and the review, 1 to 1,000 bytes of UTF-8. Never in the log. */
  readonly reason: string;
  /** SHA-256 that names the trustee group, 32 bytes. */
  readonly groupDigest: Uint8Array;
  /** X25519 key that the answers are sealed to, made for this request, 32 bytes. */
  readonly ephemeralKey: Uint8Array;
  /** Random, 32 bytes: a request is answered once. Also the salt of its leaf. */
  readonly nonce: Uint8Array;
  /** Milliseconds since 1970. */
  readonly requestedAtMs: number;
  readonly expiresAtMs: number;
  /** How long after the first release the patient is told; 0 is at once. */
  readonly noticeDelayMs: number;
  /** Ed25519 keys of who asks and who approves, 32 bytes each, two different people. */
  readonly officers: readonly [requester: Uint8Array, approver: Uint8Array];
}

declare const verified: unique symbol;

/** A request that both officers signed. Only {@link readRequest} makes one. */
export interface VerifiedRequest extends BreakGlassRequest {
  /** SHA-256 of the signed request, 32 bytes: what its leaf holds and every answer is bound to. */
  readonly digest: Uint8Array<ArrayBuffer>;
  readonly [verified]: true;
}

/** What both officers sign: deterministic CBOR. @throws BaseError `REQUEST_FORMAT` */
export function encodeRequestBody(request: BreakGlassRequest): Uint8Array<ArrayBuffer> {
  const { scope, officers, ...fields } = request;
  const body = encodeCbor({ v: version, ...fields, scope: { ...scope }, officers });
  readBody(body);
  return body;
}

/** An officer's signature over a body, 64 bytes. @param seed the officer's Ed25519 seed, 32 bytes */
export function signRequest(body: Uint8Array, seed: Uint8Array): Uint8Array<ArrayBuffer> {
  return ed25519Sign(seed, concatBytes(label, body));
}

/** The request as it travels. @param signatures of the requester and the approver, in that order */
export function assembleRequest(
  body: Uint8Array,
  signatures: readonly [Uint8Array, Uint8Array],
): Uint8Array<ArrayBuffer> {
  return encodeCbor({ body, signatures });
}

/**
 * Reads a request and verifies who signed it.
 * @param bytes attacker-controlled
 * @param officers Ed25519 keys of the organisation's officers, from the reader's own configuration
 * @throws BaseError `REQUEST_FORMAT`, `REQUEST_OFFICERS`
 */
export function readRequest(bytes: Uint8Array, officers: readonly Uint8Array[]): VerifiedRequest {
  if (bytes.length > maxRequestBytes) throw broken("REQUEST_FORMAT");
  const { body, signatures } = reading(() => {
    const fields = readMap(decodeCbor(bytes));
    const parts = {
      body: fields.bytes("body", { maxBytes: maxRequestBytes }),
      signatures: fields.list("signatures", (item) => item, { maxCount: 2 }),
    };
    fields.end();
    return parts;
  });
  const request = readBody(body);
  const message = concatBytes(label, body);
  const areSigned = request.officers.every((publicKey, at) => {
    const signature = signatures[at];
    const isKnown = officers.some((officer) => equalBytes(officer, publicKey));
    return isKnown && signature instanceof Uint8Array && ed25519Verify({ publicKey, message, signature });
  });
  if (!areSigned || equalBytes(...request.officers)) throw broken("REQUEST_OFFICERS");
  return { ...request, digest: sha256(concatBytes(label, bytes)) } as VerifiedRequest;
}

function readBody(body: Uint8Array): BreakGlassRequest {
  const request = reading(() => {
    const fields = readMap(decodeCbor(body));
    if (fields.uint("v") !== version) throw broken("REQUEST_FORMAT");
    const read = readFields(fields);
    fields.end();
    return read;
  });
  const { scope, reason, requestedAtMs, expiresAtMs } = request;
  if (scope.fromEpoch > scope.toEpoch || reason === "" || requestedAtMs >= expiresAtMs) {
    throw broken("REQUEST_FORMAT");
  }
  return request;
}

function readFields(fields: FieldReader): BreakGlassRequest {
  const [requester, approver, ...more] = fields.list("officers", (item) => item, { maxCount: 2 });
  if (!isKey(requester) || !isKey(approver) || more.length > 0) throw broken("REQUEST_FORMAT");
  return {
    caseId: fields.bytes("caseId", { length: 16 }),
    scope: fields.map("scope", (scope) => ({
      conversation: scope.bytes("conversation", { length: 16 }),
      fromEpoch: scope.uint("fromEpoch"),
      toEpoch: scope.uint("toEpoch"),
    })),
    reason: fields.text("reason", { maxBytes: maxReasonBytes }),
    groupDigest: fields.bytes("groupDigest", { length: 32 }),
    ephemeralKey: fields.bytes("ephemeralKey", { length: 32 }),
    nonce: fields.bytes("nonce", { length: 32 }),
    requestedAtMs: fields.uint("requestedAtMs"),
    expiresAtMs: fields.uint("expiresAtMs"),
    noticeDelayMs: fields.uint("noticeDelayMs"),
    officers: [requester, approver],
  };
}

function isKey(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array && value.length === 32;
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (isBaseError(cause)) throw broken("REQUEST_FORMAT", cause);
    throw cause;
  }
}
