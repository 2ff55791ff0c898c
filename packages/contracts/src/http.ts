import { z } from "zod/mini";
import { maxDeviceId, roles } from "./ids.ts";
import { accessKeyBytesCount } from "./payload.ts";

/*
 * Bodies of the relay's HTTP interface, as JSON. Byte strings are base64url without padding.
 * Unknown fields are refused everywhere: what nobody reads nobody should send.
 */

/** A byte string of exactly `bytesCount` bytes. */
function bytes(bytesCount: number) {
  const characters = Math.ceil((bytesCount * 4) / 3);
  return z.string().check(z.regex(new RegExp(`^[A-Za-z0-9_-]{${characters}}$`)));
}

function bytesUpTo(maxBytes: number) {
  return z.string().check(z.regex(/^[A-Za-z0-9_-]+$/), z.maxLength(Math.ceil((maxBytes * 4) / 3)));
}

/** The largest envelope, see {@link envelopeBucketsBytes}. */
const largestEnvelopeBytes = 65_536;
const id = bytes(16);
const device = z.int().check(z.minimum(1), z.maximum(maxDeviceId));
const preKeyId = z.int().check(z.minimum(1), z.maximum(0xff_ffff));
const identityKey = bytes(33);
const signature = bytes(64);

/** EC prekey without a signature: used once. */
const oneTimePreKey = z.strictObject({ id: preKeyId, publicKey: bytes(33) });
const signedPreKey = z.strictObject({ id: preKeyId, publicKey: bytes(33), signature });
/** Kyber1024 with its type byte. */
const kemPreKey = z.strictObject({ id: preKeyId, publicKey: bytes(1569), signature });

/** One-time prekeys of a kind that one upload may hold. */
export const maxOneTimePreKeys = 100;

/** What a device publishes about itself. `proof` is made with the identity key over {@link deviceProofMessage}. */
export const deviceRegistration = z.strictObject({
  identityKey,
  /** 14 bits, as in Signal. */
  registrationId: z.int().check(z.minimum(1), z.maximum(16_380)),
  /** Ed25519: answers the relay's challenges. */
  authKey: bytes(32),
  signedPreKey,
  lastResortKemPreKey: kemPreKey,
  oneTimePreKeys: z.array(oneTimePreKey).check(z.maxLength(maxOneTimePreKeys)),
  kemPreKeys: z.array(kemPreKey).check(z.maxLength(maxOneTimePreKeys)),
  proof: signature,
});
/** See {@link deviceRegistration}. */
export type DeviceRegistration = z.infer<typeof deviceRegistration>;

/** POST /v1/accounts. Without a credential the account is a patient's, where sign-up is open. */
export const createAccountRequest = z.strictObject({
  registration: deviceRegistration,
  /** Encoded Credential. */
  credential: z.optional(bytesUpTo(1024)),
});
/** See {@link createAccountRequest}. */
export type CreateAccountRequest = z.infer<typeof createAccountRequest>;

/**
 * POST /v1/accounts/:account/devices: whoever holds the identity key and the token that a device of theirs
 * left for it in a box.
 */
export const addDeviceRequest = z.strictObject({ registration: deviceRegistration, token: bytes(32) });
/** See {@link addDeviceRequest}. */
export type AddDeviceRequest = z.infer<typeof addDeviceRequest>;

/** Answer to both. */
export const deviceCreated = z.strictObject({ account: id, device });
/** See {@link deviceCreated}. */
export type DeviceCreated = z.infer<typeof deviceCreated>;

/** POST /v1/challenges. */
export const challengeRequest = z.strictObject({ account: id, device });
/** See {@link challengeRequest}. */
export type ChallengeRequest = z.infer<typeof challengeRequest>;
/** Its answer: 32 random bytes, used once. */
export const challengeResponse = z.strictObject({ challenge: bytes(32), expiresAtMs: z.int() });
/** See {@link challengeResponse}. */
export type ChallengeResponse = z.infer<typeof challengeResponse>;

/** POST /v1/sessions: `signature` is Ed25519 by the device's authKey over {@link sessionProofMessage}. */
export const sessionRequest = z.strictObject({ account: id, device, challenge: bytes(32), signature });
/** See {@link sessionRequest}. */
export type SessionRequest = z.infer<typeof sessionRequest>;
/** Its answer. */
export const sessionResponse = z.strictObject({
  /** Bearer token for HTTP and for the `hello` frame. */
  token: z.string().check(z.maxLength(512)),
  /** Bearer token for the transparency log, under a pseudonym of the device for about a day. */
  appendToken: z.string().check(z.maxLength(1024)),
  expiresAtMs: z.int(),
});
/** See {@link sessionResponse}. */
export type SessionResponse = z.infer<typeof sessionResponse>;

/** GET /v1/organisation, for anyone: what a person should know before signing up. */
export const organisationInfo = z.strictObject({
  name: z.string().check(z.maxLength(120)),
  /** Ed25519: vouches for clinicians, officers and agents. */
  organisationKey: bytes(32),
  signUp: z.enum(["open", "invitation"]),
  /** Region for emergency numbers, ISO 3166-1 alpha-2. */
  region: z.string().check(z.regex(/^[A-Z]{2}$/)),
  log: z.strictObject({ url: z.url(), vkey: z.string().check(z.maxLength(256)) }),
  /** Which code its assistant runs, signed with its key; whoever has seen one takes no assistant without. */
  release: z.optional(bytesUpTo(4096)),
});
/** See {@link organisationInfo}. */
export type OrganisationInfo = z.infer<typeof organisationInfo>;

/** GET /v1/accounts/:account */
export const accountInfo = z.strictObject({
  account: id,
  role: z.enum(roles),
  identityKey,
  credential: z.optional(bytesUpTo(1024)),
  devices: z.array(z.strictObject({ device, registrationId: z.int() })),
});
/** See {@link accountInfo}. */
export type AccountInfo = z.infer<typeof accountInfo>;

/** GET /v1/directory: those the organisation vouches for. Patients are never listed. */
export const directory = z.strictObject({
  entries: z.array(z.strictObject({ account: id, credential: bytesUpTo(1024) })),
});
/** See {@link directory}. */
export type Directory = z.infer<typeof directory>;

/** One device's bundle; each request consumes one-time keys, oldest first, never twice. */
export const preKeyBundle = z.strictObject({
  device,
  registrationId: z.int(),
  identityKey,
  signedPreKey,
  kemPreKey,
  oneTimePreKey: z.optional(oneTimePreKey),
});
/** See {@link preKeyBundle}. */
export type PreKeyBundleJson = z.infer<typeof preKeyBundle>;

/** POST /v1/accounts/:account/prekeys: take bundles for all devices, or for those named. */
export const takePreKeysRequest = z.strictObject({
  devices: z.optional(z.array(device).check(z.maxLength(maxDeviceId))),
});
/** See {@link takePreKeysRequest}. */
export type TakePreKeysRequest = z.infer<typeof takePreKeysRequest>;
/** Its answer, one bundle per device. */
export const preKeyBundles = z.strictObject({ account: id, bundles: z.array(preKeyBundle) });
/** See {@link preKeyBundles}. */
export type PreKeyBundles = z.infer<typeof preKeyBundles>;

/** GET /v1/prekeys: what the relay still has of this device's. */
export const preKeyCounts = z.strictObject({ oneTimeCount: z.int(), kemCount: z.int() });
/** See {@link preKeyCounts}. */
export type PreKeyCounts = z.infer<typeof preKeyCounts>;

/** PUT /v1/prekeys: adds one-time keys, replaces the others. */
export const uploadPreKeysRequest = z.strictObject({
  signedPreKey: z.optional(signedPreKey),
  lastResortKemPreKey: z.optional(kemPreKey),
  oneTimePreKeys: z.array(oneTimePreKey).check(z.maxLength(maxOneTimePreKeys)),
  kemPreKeys: z.array(kemPreKey).check(z.maxLength(maxOneTimePreKeys)),
});
/** See {@link uploadPreKeysRequest}. */
export type UploadPreKeysRequest = z.infer<typeof uploadPreKeysRequest>;

const accessKey = bytes(accessKeyBytesCount);

/** PUT /v1/sealed: whoever shows the key of this hash (SHA-256) may send sealed mail to the account. */
export const openSealedRequest = z.strictObject({ accessKeyHash: bytes(32) });
/** See {@link openSealedRequest}. */
export type OpenSealedRequest = z.infer<typeof openSealedRequest>;
/** Its answer: what this device shows inside its own sealed mail for a day, and the key that vouches for such. */
export const senderCertificate = z.strictObject({ certificate: bytesUpTo(1024), trustRoot: identityKey });
/** See {@link senderCertificate}. */
export type SenderCertificateJson = z.infer<typeof senderCertificate>;

/**
 * POST /v1/sealed, without a session: envelopes for exactly the account's devices, all of them stored or none.
 * A wrong key and an account that does not exist are refused alike, with UNAUTHENTICATED.
 */
export const sealedRequest = z.strictObject({
  account: id,
  accessKey,
  envelopes: z
    .array(z.strictObject({ device, id, payload: bytesUpTo(largestEnvelopeBytes) }))
    .check(z.minLength(1), z.maxLength(maxDeviceId)),
});
/** See {@link sealedRequest}. */
export type SealedRequest = z.infer<typeof sealedRequest>;

const slot = z.string().check(z.regex(/^[A-Za-z0-9_-]{22,86}$/));

/** GET /v1/provisioning/:slot: a box between two devices of one person, for ten minutes, read once. */
export const provisioningBox = z.strictObject({ box: bytesUpTo(8192) });
/** See {@link provisioningBox}. */
export type ProvisioningBox = z.infer<typeof provisioningBox>;

/**
 * PUT /v1/provisioning/:slot. With `answerSlot` whoever knows that slot may leave one box there; with
 * `tokenHash` one new device that shows the token of this SHA-256 is let in.
 */
export const putBoxRequest = z.strictObject({
  box: bytesUpTo(8192),
  answerSlot: z.optional(slot),
  tokenHash: z.optional(bytes(32)),
});
/** See {@link putBoxRequest}. */
export type PutBoxRequest = z.infer<typeof putBoxRequest>;

/** PUT /v1/provisioning/:slot/answer, for anyone who knows a slot that waits for an answer. */
export const answerBox = z.strictObject({ box: bytesUpTo(1024) });
/** See {@link answerBox}. */
export type AnswerBox = z.infer<typeof answerBox>;

/** Longest piece of a blob: a sealed chunk of 64 KiB and its tag, or a header. */
export const maxPieceBytes = 66_560;
/** Pieces of one blob are numbered from 0. */
export const maxPieceNumber = 4095;
/** A blob's id: 32 random bytes. Who knows it may read the blob. */
const blob = bytes(32);

/** PUT and GET /v1/blobs/:blob/:number: one piece of something that only devices of the account can open. */
export const blobPiece = z.strictObject({ piece: bytesUpTo(maxPieceBytes) });
/** See {@link blobPiece}. */
export type BlobPiece = z.infer<typeof blobPiece>;

/** PUT /v1/recovery: these keys (Ed25519) may replace the account's devices, and this backup is kept; nothing before. */
export const setRecoveryRequest = z.strictObject({
  keys: z.array(bytes(32)).check(z.maxLength(4)),
  backup: z.optional(blob),
});
/** See {@link setRecoveryRequest}. */
export type SetRecoveryRequest = z.infer<typeof setRecoveryRequest>;

/** GET /v1/recovery/:key: whose it is, and the backup that is kept for them. */
export const recoveryInfo = z.strictObject({ account: id, backup: z.optional(blob) });
/** See {@link recoveryInfo}. */
export type RecoveryInfo = z.infer<typeof recoveryInfo>;

/**
 * POST /v1/accounts/:account/recovery: this device replaces all others. `signature` is made with the recovery
 * key over {@link recoveryProofMessage}.
 */
export const recoverAccountRequest = z.strictObject({
  registration: deviceRegistration,
  recoveryKey: bytes(32),
  signature,
});
/** See {@link recoverAccountRequest}. */
export type RecoverAccountRequest = z.infer<typeof recoverAccountRequest>;

/** Body of every error answer; see {@link WireErrorBody}. */
export const wireErrorBody = z.strictObject({
  error: z.string().check(z.maxLength(64)),
  message: z.string().check(z.maxLength(500)),
});
