/** How a session comes to be: the handshake's secrets become the first state of a Double Ratchet, in either role. */
import { copyBytes, zeroise } from "@cloister/bytes";
import { copyX25519PrivateKey, type Random, sha256 } from "@cloister/crypto";
import { checkVersion, type GradePolicy } from "./grades.ts";
import { checkCanonical, checkPublicKey, type KeyPair } from "./keys.ts";
import { type Encapsulated, initiate, respond, type SessionSecrets } from "./pqxdh.ts";
import {
  checkRegistrationId,
  type KemPreKey,
  type LocalIdentity,
  type OneTimePreKey,
  type SignedPreKey,
  type VerifiedPreKeyBundle,
} from "./prekeys.ts";
import type { RatchetState } from "./ratchet.ts";
import { newChain } from "./receiving-chain.ts";
import { demand } from "./rules.ts";
import type { Session } from "./session.ts";
import { absentSpqr, type SpqrState, startSpqr } from "./spqr/index.ts";
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

/**
 * The initiator's session; its first encryption takes the first step of the ratchet.
 * @throws BaseError `PROTOCOL_VERSION`, `DOWNGRADE-001`, `KEY-…`, `PQXDH-003`
 */
export function initiateSession(input: {
  readonly local: LocalIdentity;
  readonly bundle: VerifiedPreKeyBundle;
  readonly policy: GradePolicy;
  readonly random: Random;
  readonly nowMs: number;
}): Session {
  const { local, bundle, policy, random, nowMs } = input;
  const version = bundle.kem ? 4 : 3;
  checkVersion(version, policy);
  checkRegistrationId(local.registrationId);
  demand(Number.isSafeInteger(nowMs) && nowMs >= 0, "KEY-002");
  const { secrets, baseKey, kem } = initiate(local.identityKeyPair, bundle, random);
  return {
    version,
    origin: {
      role: "initiator",
      pending: {
        preKeyId: bundle.preKeyId,
        signedPreKeyId: bundle.signedPreKeyId,
        kem,
        startedAtMs: nowMs,
      },
    },
    baseKey,
    localIdentityKey: copyBytes(local.identityKeyPair.publicKey),
    remoteIdentityKey: copyBytes(bundle.identityKey),
    localRegistrationId: local.registrationId,
    remoteRegistrationId: bundle.registrationId,
    ratchet: initiatorRatchet(secrets, copyBytes(bundle.signedPreKey), policy),
  };
}

/**
 * The responder's session, before its first message was authenticated: commit nothing yet. `first` is
 * attacker-controlled.
 * @throws BaseError `PROTOCOL_VERSION`, `DOWNGRADE-001`; `PQXDH-004` to `PQXDH-006` for prekeys not held;
 * `KEY-…` for bad public keys
 */
export function acceptSession(input: {
  readonly local: LocalIdentity;
  readonly preKeys: LocalPreKeys;
  readonly first: PreKeySignalMessage;
  readonly policy: GradePolicy;
}): { session: Session; used: UsedPreKeys; erase: Bytes[] } {
  const { local, preKeys, first, policy } = input;
  checkVersion(first.version, policy);
  checkRegistrationId(local.registrationId);
  const { signedPreKey, oneTimePreKey, kem } = namedKeys(preKeys, first);
  // A first message counts once by its base key, so there must be no second key that agrees like it. Identity
  // keys are under the MAC as they are written.
  checkCanonical(first.identityKey);
  checkPublicKey(first.baseKey);
  const { identityKeyPair, registrationId } = local;
  const secrets = respond({
    identityKeyPair,
    signedPreKey,
    oneTimePreKey,
    kem,
    remoteIdentityKey: first.identityKey,
    baseKey: first.baseKey,
  });
  const session: Session = {
    version: first.version,
    origin: { role: "responder", headerDigest: headerDigest(first) },
    baseKey: first.baseKey,
    localIdentityKey: copyBytes(identityKeyPair.publicKey),
    remoteIdentityKey: first.identityKey,
    localRegistrationId: registrationId,
    remoteRegistrationId: first.registrationId,
    // The ratchet will erase its copy.
    ratchet: responderRatchet(secrets, copyKeyPair(signedPreKey), policy),
  };
  const kemOnce = kem?.kemPreKey.lastResort === false ? kem.kemPreKey : undefined;
  return {
    session,
    used: { oneTimeId: oneTimePreKey?.id, kemId: kemOnce?.id, baseKey: first.baseKey },
    erase: [oneTimePreKey, kemOnce].flatMap((key) => (key ? [key.privateKey] : [])),
  };
}

/** The keys that a first message names, all of which must be held. */
function namedKeys(
  { signedPreKey, oneTimePreKey, kemPreKey }: LocalPreKeys,
  first: PreKeySignalMessage,
): {
  signedPreKey: SignedPreKey;
  oneTimePreKey: OneTimePreKey | undefined;
  kem: (Encapsulated & { readonly kemPreKey: KemPreKey }) | undefined;
} {
  demand(signedPreKey?.id === first.signedPreKeyId, "PQXDH-004");
  const oneTime = first.preKeyId === undefined ? undefined : oneTimePreKey;
  demand(oneTime?.id === first.preKeyId, "PQXDH-005");
  if (!first.kem) return { signedPreKey, oneTimePreKey: oneTime, kem: undefined };
  const { kyberPreKeyId, kyberCiphertext } = first.kem;
  demand(kemPreKey?.id === kyberPreKeyId, "PQXDH-006");
  return { signedPreKey, oneTimePreKey: oneTime, kem: { kemPreKey, kyberCiphertext } };
}

/** Everything of a first message but the message itself; a peer repeats it unchanged. */
export function headerDigest(first: PreKeySignalMessage): Bytes {
  return sha256(writePreKeySignalMessage({ ...first, message: new Uint8Array() }));
}

/** The peer's signed prekey is its first ratchet key (Double Ratchet 7.1); a step of ours is due. */
function initiatorRatchet(
  { rootKey, chainKey, spqrKey }: SessionSecrets,
  signedPreKey: Bytes,
  policy: GradePolicy,
): RatchetState {
  return {
    rootKey,
    sending: { kind: "due", previousCounter: 0 },
    receiving: [newChain(signedPreKey, chainKey)],
    spqr: spqrOf(spqrKey, "initiator", policy),
  };
}

function copyKeyPair({ publicKey, privateKey }: KeyPair): KeyPair {
  return { publicKey: copyBytes(publicKey), privateKey: copyX25519PrivateKey(privateKey) };
}

/** Our signed prekey is our first ratchet key. */
function responderRatchet(
  { rootKey, chainKey, spqrKey }: SessionSecrets,
  ratchetKeyPair: KeyPair,
  policy: GradePolicy,
): RatchetState {
  return {
    rootKey,
    sending: { kind: "open", ratchetKeyPair, chainKey, counter: 0, previousCounter: 0 },
    receiving: [],
    spqr: spqrOf(spqrKey, "responder", policy),
  };
}

/**
 * Without a key there is none: that is version 3. A device that had it before must offer it again, though it need
 * not key the very first messages when the minimum is lower: some libraries find out first who they talk to.
 */
function spqrOf(
  initialKey: Bytes | undefined,
  role: "initiator" | "responder",
  { minimum, held }: GradePolicy,
): SpqrState {
  if (!initialKey) return absentSpqr;
  const state = startSpqr(initialKey, role, minimum === "spqr" ? "spqr" : "pqxdh");
  zeroise(initialKey);
  return held === "spqr" ? { ...state, settled: true } : state;
}
