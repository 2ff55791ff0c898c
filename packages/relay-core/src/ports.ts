import type { EnvelopeOrigin, OutgoingEnvelope } from "@cloister/contracts/frames";
import type { AccountId, DeviceAddress, DeviceId, Role } from "@cloister/contracts/ids";

/** Time. `monotonicMs` never jumps; its zero means nothing. */
export interface Clock {
  nowMs(): number;
  monotonicMs(): number;
}

/** A public key with the id its owner gave it; `publicKey` carries its type byte. */
export interface PublicPreKey {
  readonly id: number;
  readonly publicKey: Uint8Array;
}

/** Signed (XEdDSA, 64 bytes) by the account's identity key. */
export interface SignedPreKey extends PublicPreKey {
  readonly signature: Uint8Array;
}

/** Keys that go out once each. */
export interface OneTimePreKeys {
  readonly oneTimePreKeys: readonly PublicPreKey[];
  readonly kemPreKeys: readonly SignedPreKey[];
}

/** What a device brings when it registers; signatures are verified before. */
export interface NewDevice extends OneTimePreKeys {
  readonly registrationId: number;
  /** Ed25519, 32 bytes. */
  readonly authKey: Uint8Array;
  readonly signedPreKey: SignedPreKey;
  readonly lastResortKemPreKey: SignedPreKey;
}

/** An account to make, with its first device. */
export interface NewAccount {
  /** The id that the account gets unless it exists already. */
  readonly account: AccountId;
  readonly role: Role;
  readonly identityKey: Uint8Array;
  readonly invitationId?: Uint8Array;
  /** Encoded, as it came. */
  readonly credential?: Uint8Array;
  readonly device: NewDevice;
}

/** `existed`: this device (same identity key, same auth key) had registered; a lost reply is repeated. */
export type DeviceOutcome =
  | { readonly outcome: "created" | "existed"; readonly address: DeviceAddress }
  | { readonly outcome: "invitationUsed" | "accountUnknown" | "deviceLimit" | "revoked" | "recoveryUnknown" };

/** An account as the store has it. */
export interface AccountRecord {
  readonly account: AccountId;
  readonly role: Role;
  readonly identityKey: Uint8Array;
  readonly credential?: Uint8Array;
  /** Current devices, by id. */
  readonly devices: readonly { readonly device: DeviceId; readonly registrationId: number }[];
}

/** What a device proves itself with, and whether it still may. */
export interface DeviceRecord {
  readonly authKey: Uint8Array;
  readonly identityKey: Uint8Array;
  readonly revoked: boolean;
}

/** Whom a token stands for. */
export interface SessionRecord {
  readonly address: DeviceAddress;
  readonly expiresAtMs: number;
  readonly revoked: boolean;
}

/** Prekeys to add or replace. */
export interface PreKeyUpload extends OneTimePreKeys {
  readonly signedPreKey?: SignedPreKey;
  readonly lastResortKemPreKey?: SignedPreKey;
}

/** One-time prekeys that are left. */
export interface PreKeyCountsRecord {
  readonly oneTimeCount: number;
  readonly kemCount: number;
}

/** The keys one device gives for one first message. */
export interface TakenBundle {
  readonly device: DeviceId;
  readonly registrationId: number;
  readonly signedPreKey: SignedPreKey;
  /** One-time, or the last resort when there is none. */
  readonly kemPreKey: SignedPreKey;
  readonly oneTimePreKey?: PublicPreKey;
  /** What is left. */
  readonly left: PreKeyCountsRecord;
}

/** Envelopes to store together. Sealed mail is all for one account. */
export type SendRequest = EnvelopeOrigin & {
  readonly envelopes: readonly OutgoingEnvelope[];
  /** The retention clock: running time, not wall-clock time. */
  readonly ageMs: number;
  readonly maxQueuedCount: number;
  readonly maxQueuedBytes: number;
  /**
   * What the sender's account, all its devices together, may have waiting in one mailbox not its own. Sealed
   * mail counts as one sender's.
   */
  readonly maxPerSenderCount: number;
  readonly maxPerSenderBytes: number;
};

/** `seqs` beside the envelopes; 0 where the same id was stored before. */
export type SendResult =
  | { readonly outcome: "stored"; readonly seqs: readonly number[] }
  | { readonly outcome: "senderRevoked" }
  | { readonly outcome: "accountUnknown" | "devicesChanged" | "mailboxFull"; readonly account: AccountId };

/** An envelope as it waits in a mailbox. */
export type StoredEnvelope = EnvelopeOrigin & {
  readonly seq: number;
  readonly id: Uint8Array;
  readonly payload: Uint8Array;
};

/** 32 random bytes in base64url. */
export type BlobId = string;

/** Whose a recovery key is. */
export interface RecoveryRecord {
  readonly account: AccountId;
  readonly backup?: BlobId;
}

/**
 * The relay's durable state. A promise that resolves means: committed, after fsync. Each call is atomic, and
 * calls take effect in the order they were made.
 * @throws BaseError family `Unavailable` (a {@link RelayError} `UNAVAILABLE`) when there is no room left;
 * what frees room (acknowledge, take, revoke, delete, sweep) still works then
 */
export interface RelayStore {
  /**
   * Makes an account with its first device; an invitation admits once. An agent's admits it again under another
   * identity key, because that ends with its process: the account stays, the new device replaces all others.
   */
  createAccount(input: NewAccount): Promise<DeviceOutcome>;
  /** Device ids ascend and are never given twice. */
  addDevice(input: {
    readonly account: AccountId;
    readonly device: NewDevice;
    readonly maxDevicesCount: number;
  }): Promise<DeviceOutcome>;
  /** Ends the device: its keys and its mailbox are gone, its sessions say `revoked`. False if there is none. */
  revokeDevice(address: DeviceAddress): Promise<boolean>;
  account(account: AccountId): Promise<AccountRecord | undefined>;
  device(address: DeviceAddress): Promise<DeviceRecord | undefined>;
  /** Accounts with a credential and a role other than patient that still have a device. */
  directory(): Promise<readonly { readonly account: AccountId; readonly credential: Uint8Array }[]>;

  /** From now on the key of this hash (SHA-256) opens the account's mailboxes to sealed mail, and no other. */
  setAccessKeyHash(account: AccountId, hash: Uint8Array): Promise<void>;
  /** Undefined for an account that does not exist or never set one. */
  accessKeyHash(account: AccountId): Promise<Uint8Array | undefined>;

  putSession(session: {
    /** SHA-256 of the token. */
    readonly tokenHash: Uint8Array;
    readonly address: DeviceAddress;
    readonly expiresAtMs: number;
  }): Promise<void>;
  session(tokenHash: Uint8Array): Promise<SessionRecord | undefined>;
  deleteSession(tokenHash: Uint8Array): Promise<void>;

  /**
   * Adds one-time keys (an id that was ever here is skipped, so that a repeated upload revives nothing) and
   * replaces the signed and last-resort ones. `undefined` when more than `maxEachCount` would be held.
   */
  addPreKeys(input: {
    readonly address: DeviceAddress;
    readonly keys: PreKeyUpload;
    readonly maxEachCount: number;
  }): Promise<PreKeyCountsRecord | undefined>;
  /** One bundle per current device named. One-time keys go oldest first and never twice. */
  takePreKeys(input: {
    readonly account: AccountId;
    readonly devices: readonly { readonly device: DeviceId; readonly oneTime: boolean }[];
  }): Promise<readonly TakenBundle[]>;
  countPreKeys(address: DeviceAddress): Promise<PreKeyCountsRecord>;

  /** All envelopes or none. The same ids again: `stored`, and nothing changes. */
  append(send: SendRequest): Promise<SendResult>;
  /** In order of seq, after `afterSeq` and what was acknowledged; at least one if there is any. */
  read(input: {
    readonly address: DeviceAddress;
    readonly afterSeq: number;
    readonly maxCount: number;
    readonly maxBytes: number;
  }): Promise<readonly StoredEnvelope[]>;
  /** Deletes what the mailbox holds up to `seq`; the ids stay until they are swept. */
  acknowledge(address: DeviceAddress, seq: number): Promise<void>;

  /** With `device` the box is that device's own: `revoked` when the device is not there any more. */
  putBox(input: {
    readonly slot: string;
    readonly account: AccountId;
    readonly device?: DeviceId;
    readonly box: Uint8Array;
    readonly nowMs: number;
    readonly expiresAtMs: number;
    readonly maxPerAccountCount: number;
  }): Promise<"stored" | "taken" | "full" | "revoked">;
  /** Reads once: it is gone after this. */
  takeBox(slot: string, nowMs: number): Promise<Uint8Array | undefined>;

  /**
   * Writes a piece of an account's blob, or writes it anew. `taken`: the blob is another account's; `full`:
   * the account has `maxPiecesCount` pieces.
   */
  putPiece(input: {
    readonly blob: BlobId;
    readonly number: number;
    readonly account: AccountId;
    readonly piece: Uint8Array;
    readonly ageMs: number;
    readonly maxPiecesCount: number;
  }): Promise<"stored" | "taken" | "full">;
  piece(blob: BlobId, number: number): Promise<Uint8Array | undefined>;
  /** The account's blob is gone; what it held may be freed later. */
  deleteBlob(account: AccountId, blob: BlobId): Promise<void>;

  /**
   * The account's recovery keys and backup from now on: keys before are void, the backup before is gone, and
   * this one does not age. `taken`: a key is another account's; `blobUnknown`: the account has no such blob;
   * `revoked`: the device is not there any more. When the device that set them is revoked, they are void with it.
   */
  setRecovery(input: {
    readonly address: DeviceAddress;
    readonly keys: readonly Uint8Array[];
    readonly backup?: BlobId;
  }): Promise<"set" | "taken" | "blobUnknown" | "revoked">;
  recovery(key: Uint8Array): Promise<RecoveryRecord | undefined>;
  /**
   * Ends all devices of the account and adds this one. The recovery key is this one's from now on and the only
   * one: others may be a thief's. `recoveryUnknown`: the key is not the account's (any more). A device that was
   * added before changes nothing.
   */
  replaceDevices(input: {
    readonly account: AccountId;
    readonly device: NewDevice;
    readonly recoveryKey: Uint8Array;
  }): Promise<DeviceOutcome>;

  /** Forgets what is over, a bounded amount per call, and keeps the retention clock. True when more is left. */
  sweep(input: {
    readonly nowMs: number;
    readonly ageMs: number;
    readonly envelopeMaxAgeMs: number;
    readonly tombstoneMaxAgeMs: number;
    readonly blobMaxAgeMs: number;
  }): Promise<boolean>;
  state(): Promise<{ readonly epoch: number; readonly ageMs: number }>;
  /**
   * After the data came back from a backup: spent one-time keys may have come back to life and cursors run
   * ahead. A new epoch begins, one-time keys are void, sessions end.
   */
  markRestored(epoch: number): Promise<void>;
  close(): Promise<void>;
}
