/** Parties with keys and sessions for tests, all from a seed. */
import { concatBytes, toUtf8, uint32, zeroise } from "@cloister/bytes";
import { type Random, sha256 } from "@cloister/crypto";
import {
  createKemPreKey,
  createOneTimePreKeys,
  createPreKeyBundle,
  createSignedPreKey,
  decryptMessage,
  decryptPreKeyMessage,
  emptyRecord,
  encrypt,
  type Grade,
  generateIdentityKeyPair,
  type KemPreKey,
  type LocalIdentity,
  type OneTimePreKey,
  type OutgoingMessage,
  type PreKeyBundle,
  type SessionRecord,
  type SignedPreKey,
  startSession,
} from "../index.ts";

/** SHA-256 of seed and counter; predictable, for tests only. */
export function seededRandom(seed: string): Random {
  let counter = 0;
  return (lengthBytes) => {
    const blocks: Uint8Array[] = [];
    for (let at = 0; at < lengthBytes; at += 32) {
      blocks.push(sha256(concatBytes(toUtf8(seed), uint32(counter))));
      counter += 1;
    }
    return concatBytes(...blocks).slice(0, lengthBytes);
  };
}

/** A device with one prekey of each kind. */
export interface Party {
  readonly local: LocalIdentity;
  readonly signedPreKey: SignedPreKey;
  readonly oneTimePreKey: OneTimePreKey;
  readonly kemPreKey: KemPreKey;
  readonly bundle: PreKeyBundle;
  /** The same without its KEM prekey, for X3DH. */
  readonly classicBundle: PreKeyBundle;
}

export function makeParty(random: Random, lastResort = false): Party {
  const identityKeyPair = generateIdentityKeyPair(random);
  const local = { identityKeyPair, registrationId: 7 };
  const signedPreKey = createSignedPreKey({ identityKeyPair, id: 11, random });
  const [oneTimePreKey] = createOneTimePreKeys({ firstId: 12, count: 1, random });
  if (!oneTimePreKey) throw new Error("no one-time prekey");
  const kemPreKey = createKemPreKey({ identityKeyPair, id: 13, lastResort, random });
  const one = lastResort ? {} : { oneTimePreKey };
  const bundle = createPreKeyBundle({ local, deviceId: 1, signedPreKey, kemPreKey, ...one });
  const classicBundle = createPreKeyBundle({ local, deviceId: 1, signedPreKey, ...one });
  return { local, signedPreKey, oneTimePreKey, kemPreKey, bundle, classicBundle };
}

/**
 * One side of a conversation. It does what a store does: commits the new record, then overwrites what
 * the step made obsolete, so a test that goes on proves that nothing live was overwritten.
 */
export class Side {
  record: SessionRecord = emptyRecord;
  seenBaseKeys: Uint8Array[] = [];
  minimum: Grade = "spqr";
  readonly party: Party;
  readonly random: Random;

  constructor(party: Party, random: Random) {
    this.party = party;
    this.random = random;
  }

  start(remote: PreKeyBundle, nowMs = 0): void {
    const { random, record, minimum } = this;
    this.commit(startSession({ local: this.party.local, remote, random, nowMs, record, minimum }));
  }

  send(text: string): OutgoingMessage {
    const step = encrypt(this.record, toUtf8(text), this.random);
    this.commit(step);
    return step.message;
  }

  open({ type, bytes }: OutgoingMessage): Uint8Array {
    if (type === 2) {
      const step = decryptMessage(this.record, bytes);
      this.commit(step);
      return step.plaintext;
    }
    const step = this.openFirst(bytes);
    if (step.usedPreKeys) this.seenBaseKeys.push(step.usedPreKeys.baseKey);
    this.commit(step);
    return step.plaintext;
  }

  /**
   * Opens a first message without committing anything. The one-time keys are copies, because a party has
   * one of a kind and uses it again; a real store deletes them.
   */
  openFirst(bytes: Uint8Array): ReturnType<typeof decryptPreKeyMessage> {
    const { local, signedPreKey } = this.party;
    return decryptPreKeyMessage({
      record: this.record,
      local,
      preKeys: {
        signedPreKey,
        oneTimePreKey: copied(this.party.oneTimePreKey),
        kemPreKey: copied(this.party.kemPreKey),
      },
      seenBaseKeys: this.seenBaseKeys,
      minimum: this.minimum,
      bytes,
    });
  }

  commit(step: { readonly record: SessionRecord; readonly erase: readonly Uint8Array[] }): void {
    this.record = step.record;
    zeroise(...step.erase);
  }
}

function copied<T extends { readonly privateKey: Uint8Array<ArrayBuffer> }>(key: T): T {
  return { ...key, privateKey: key.privateKey.slice() };
}

/** Two sides that have not met. */
export function twoSides(seed: string, lastResort = false): { alice: Side; bob: Side } {
  const random = seededRandom(seed);
  return {
    alice: new Side(makeParty(random, lastResort), random),
    bob: new Side(makeParty(random, lastResort), random),
  };
}

/** The same, with sides that speak version 3 too. */
export function twoClassicSides(seed: string, lastResort = false): { alice: Side; bob: Side } {
  const sides = twoSides(seed, lastResort);
  sides.alice.minimum = "v3";
  sides.bob.minimum = "v3";
  return sides;
}

/** Two sides with a session that both have answered. */
export function conversation(seed: string): { alice: Side; bob: Side } {
  const sides = twoSides(seed);
  sides.alice.start(sides.bob.party.bundle);
  sides.bob.open(sides.alice.send("hello"));
  sides.alice.open(sides.bob.send("hello back"));
  return sides;
}
