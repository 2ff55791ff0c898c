/** How a session comes to be: PQXDH's secrets become the first state of a Double Ratchet, in either role. */
import { copyBytes, zeroise } from "@cloister/bytes";
import { type Random, sha256 } from "@cloister/crypto";
import { checkPublicKey, type KeyPair } from "./keys.ts";
import { initiate, respond, type SessionSecrets } from "./pqxdh.ts";
import {
  checkRegistrationId,
  type KemPreKey,
  type LocalIdentity,
  type OneTimePreKey,
  type SignedPreKey,
  type VerifiedPreKeyBundle,
} from "./prekeys.ts";
import type { RatchetState } from "./ratchet.ts";
import { demand } from "./rules.ts";
import type { Session } from "./session.ts";
import { startSpqr } from "./spqr/index.ts";
import { type PreKeySignalMessage, writePreKeySignalMessage } from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The local prekeys that a first message named, as far as they exist. */
export interface LocalPreKeys {
  readonly signedPreKey?: SignedPreKey | undefined;
  readonly oneTimePreKey?: OneTimePreKey | undefined;
  readonly kemPreKey?: KemPreKey | undefined;
}

/** What a new session used up. Delete these and remember the base key in the transaction that stores the record. */
export interface UsedPreKeys {
  readonly oneTimeId: number | undefined;
  /** Undefined for a last-resort key, which stays. */
  readonly kemId: number | undefined;
  /** Keep it as long as the signed prekey lives, and pass it back in `seenBaseKeys`. */
  readonly baseKey: Bytes;
}

/** The initiator's session; its first encryption takes the first step of the ratchet. */
export function initiateSession(input: {
  readonly local: LocalIdentity;
  readonly bundle: VerifiedPreKeyBundle;
  readonly random: Random;
  readonly nowMs: number;
}): Session {
  const { local, bundle, random, nowMs } = input;
  checkRegistrationId(local.registrationId);
  demand(Number.isSafeInteger(nowMs) && nowMs >= 0, "KEY-002");
  const { secrets, baseKey, kyberCiphertext } = initiate(local.identityKeyPair, bundle, random);
  return {
    version: 4,
    origin: {
      role: "initiator",
      pending: {
        preKeyId: bundle.preKeyId,
        signedPreKeyId: bundle.signedPreKeyId,
        kyberPreKeyId: bundle.kyberPreKeyId,
        kyberCiphertext,
        startedAtMs: nowMs,
      },
    },
    baseKey,
    localIdentityKey: copyBytes(local.identityKeyPair.publicKey),
    remoteIdentityKey: copyBytes(bundle.identityKey),
    localRegistrationId: local.registrationId,
    remoteRegistrationId: bundle.registrationId,
    ratchet: initiatorRatchet(secrets, copyBytes(bundle.signedPreKey)),
  };
}

/**
 * The responder's session, before its first message was authenticated: commit nothing yet. `first` is
 * attacker-controlled.
 * @throws BaseError `PQXDH-004` to `PQXDH-006` for prekeys not held, `KEY-…` for bad public keys
 */
export function acceptSession(
  local: LocalIdentity,
  preKeys: LocalPreKeys,
  first: PreKeySignalMessage,
): { session: Session; used: UsedPreKeys; erase: Bytes[] } {
  checkRegistrationId(local.registrationId);
  const { signedPreKey, kemPreKey } = preKeys;
  demand(signedPreKey?.id === first.signedPreKeyId, "PQXDH-004");
  const oneTimePreKey = first.preKeyId === undefined ? undefined : preKeys.oneTimePreKey;
  demand(oneTimePreKey?.id === first.preKeyId, "PQXDH-005");
  demand(kemPreKey?.id === first.kyberPreKeyId, "PQXDH-006");
  checkPublicKey(first.identityKey);
  checkPublicKey(first.baseKey);
  const { identityKeyPair, registrationId } = local;
  const secrets = respond({
    identityKeyPair,
    signedPreKey,
    oneTimePreKey,
    kemPreKey,
    remoteIdentityKey: first.identityKey,
    baseKey: first.baseKey,
    kyberCiphertext: first.kyberCiphertext,
  });
  const session: Session = {
    version: 4,
    origin: { role: "responder", headerDigest: headerDigest(first) },
    baseKey: first.baseKey,
    localIdentityKey: copyBytes(identityKeyPair.publicKey),
    remoteIdentityKey: first.identityKey,
    localRegistrationId: registrationId,
    remoteRegistrationId: first.registrationId,
    ratchet: responderRatchet(secrets, signedPreKey),
  };
  const kemId = kemPreKey.lastResort ? undefined : kemPreKey.id;
  return {
    session,
    used: { oneTimeId: oneTimePreKey?.id, kemId, baseKey: first.baseKey },
    erase: [
      ...(oneTimePreKey ? [oneTimePreKey.privateKey] : []),
      ...(kemPreKey.lastResort ? [] : [kemPreKey.privateKey]),
    ],
  };
}

/** Everything of a first message but the message itself; a peer repeats it unchanged. */
export function headerDigest(first: PreKeySignalMessage): Bytes {
  return sha256(writePreKeySignalMessage({ ...first, message: new Uint8Array() }));
}

/** The peer's signed prekey is its first ratchet key (Double Ratchet 7.1); a step of ours is due. */
function initiatorRatchet(secrets: SessionSecrets, signedPreKey: Bytes): RatchetState {
  const { rootKey, chainKey, spqrKey } = secrets;
  const spqr = startSpqr(spqrKey, "initiator");
  zeroise(spqrKey);
  return {
    rootKey,
    sending: { kind: "due", previousCounter: 0 },
    receiving: [{ ratchetKey: signedPreKey, chainKey, counter: 0, skipped: [], forgottenBelow: 0 }],
    spqr,
  };
}

/** Our signed prekey is our first ratchet key. Its private part is copied, because the ratchet will erase it. */
function responderRatchet(secrets: SessionSecrets, signedPreKey: KeyPair): RatchetState {
  const { rootKey, chainKey, spqrKey } = secrets;
  const spqr = startSpqr(spqrKey, "responder");
  zeroise(spqrKey);
  const ratchetKeyPair = {
    publicKey: copyBytes(signedPreKey.publicKey),
    privateKey: copyBytes(signedPreKey.privateKey),
  };
  return {
    rootKey,
    sending: { kind: "open", ratchetKeyPair, chainKey, counter: 0, previousCounter: 0 },
    receiving: [],
    spqr,
  };
}
