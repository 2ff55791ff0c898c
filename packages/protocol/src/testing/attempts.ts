/** Attempts with something changed, for tests of what is refused. */
import { concatBytes, toUtf8 } from "@cloister/bytes";
import {
  decryptPreKeyMessage,
  emptyRecord,
  encrypt,
  type PreKeyBundle,
  type SessionRecord,
} from "../index.ts";
import type { RatchetState, SendingChain } from "../ratchet.ts";
import { readPreKeySignalMessage, writePreKeySignalMessage } from "../wire.ts";
import { conversation, type Party, type Side, twoSides } from "./parties.ts";

/** A session from Bob's bundle with some of it changed. */
export function startWith(change: (bundle: PreKeyBundle, party: Party) => Partial<PreKeyBundle>): void {
  const { alice, bob } = twoSides("bundle");
  alice.start({ ...bob.party.bundle, ...change(bob.party.bundle, bob.party) });
}

/** A first message on its way, with some of its outer fields changed. */
export function openFirstWith(change: Partial<Parameters<typeof writePreKeySignalMessage>[0]>): void {
  const { alice, bob } = twoSides("first");
  alice.start(bob.party.bundle);
  const { bytes } = alice.send("hello");
  const { message, ...outer } = readPreKeySignalMessage(bytes);
  const inner = concatBytes(message.authenticated, message.mac);
  bob.openFirst(writePreKeySignalMessage({ ...outer, message: inner, ...change }));
}

/** A first message, without one of the keys that it names. */
export function openFirstWithout(key: "signedPreKey" | "oneTimePreKey" | "kemPreKey"): void {
  const { alice, bob } = twoSides("prekeys");
  alice.start(bob.party.bundle);
  const { local, signedPreKey, oneTimePreKey, kemPreKey } = bob.party;
  decryptPreKeyMessage({
    record: emptyRecord,
    local,
    preKeys: { signedPreKey, oneTimePreKey, kemPreKey, [key]: undefined },
    seenBaseKeys: [],
    bytes: alice.send("hello").bytes,
  });
}

/** The record of a side with its ratchet changed. */
export function withRatchet(side: Side, change: (ratchet: RatchetState) => RatchetState): SessionRecord {
  const { active } = side.record;
  if (!active) throw new Error("no session");
  return { ...side.record, active: { ...active, ratchet: change(active.ratchet) } };
}

/** The same with an open sending chain, which is changed. */
export function withSending(
  side: Side,
  change: (sending: SendingChain & { kind: "open" }) => Partial<SendingChain & { kind: "open" }>,
): SessionRecord {
  return withRatchet(side, (ratchet) => {
    const { sending } = ratchet;
    if (sending.kind !== "open") throw new Error("no open chain");
    return { ...ratchet, sending: { ...sending, ...change(sending) } };
  });
}

/** A message so many ahead of the last one. The keys in between were never derived, so it cannot authenticate. */
export function openJump(count: number): void {
  const { alice, bob } = conversation("jump");
  alice.send("opens the chain");
  const ahead = withSending(alice, ({ counter }) => ({ counter: counter + count }));
  bob.open(encrypt(ahead, toUtf8("far ahead"), alice.random).message);
}
