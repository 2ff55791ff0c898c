import assert from "node:assert/strict";
import { ask, Conversation, type InFlight } from "./conversation.ts";
import type { Peer } from "./peers.ts";

/** Draws an integer from 0 to `below` - 1. */
export type Dice = (below: number) => number;

/** A 32-bit xorshift, so that a printed seed repeats a run. */
export function seededDice(seed: number): Dice {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** What a scenario reports: one line of figures. */
type Report = Promise<string>;

/** Every message answered at once; with `spqr`, post-quantum epochs must complete meanwhile. */
export async function pingPong(
  initiator: Peer,
  other: Peer,
  { count, spqr }: { readonly count: number; readonly spqr: boolean },
): Report {
  const talk = await Conversation.start(initiator, other);
  for (let at = 0; at < count; at += 1) await talk.deliver(await talk.send(at % 2 === 0 ? initiator : other));
  const epochs = talk.completedEpochCount;
  assert.ok(!spqr || epochs >= Math.floor(count / 100), `only ${epochs} post-quantum epochs`);
  return `${talk.openedCount} messages, each answered; ${epochs} post-quantum epochs`;
}

/** Bursts of up to 12 in one session; a quarter is lost, the rest arrives in any order. */
export async function lossyBursts(initiator: Peer, other: Peer, dice: Dice): Report {
  const talk = await Conversation.start(initiator, other);
  await talk.deliver(await talk.send(initiator));
  let lostCount = 0;
  for (let side = other; talk.completedEpochCount < 3; side = talk.other(side)) {
    assert.ok(talk.openedCount < 2000, "the post-quantum ratchet stands still");
    const burst: InFlight[] = [];
    for (let at = dice(12); at >= 0; at -= 1) burst.push(await talk.send(side));
    while (burst.length > 0) {
      for (const sent of burst.splice(dice(burst.length), 1)) {
        if (dice(4) === 0 && burst.length > 0) lostCount += 1;
        else await talk.deliver(sent);
      }
    }
  }
  return `${talk.openedCount} messages in lossy bursts, ${lostCount} lost; ${talk.completedEpochCount} post-quantum epochs`;
}

/** Batches of 20 from alternating sides, delivered last first. */
export async function reversedBatches(initiator: Peer, other: Peer, count: number): Report {
  const talk = await Conversation.start(initiator, other, false);
  for (let side = initiator; talk.openedCount < count; side = talk.other(side)) {
    const batch: InFlight[] = [];
    for (let at = 0; at < 20; at += 1) batch.push(await talk.send(side));
    for (const sent of batch.toReversed()) await talk.deliver(sent);
  }
  return `${talk.openedCount} messages in reversed batches of 20, without one-time prekey`;
}

/** Both start at once; afterwards everything opens and one session remains in use. */
export async function simultaneous(initiator: Peer, other: Peer): Report {
  const talk = await Conversation.start(initiator, other);
  await talk.startSession(other);
  const crossing = [await talk.send(initiator), await talk.send(other), await talk.send(initiator)];
  for (const sent of crossing) await talk.deliver(sent);
  for (let at = 0; at < 40; at += 1) await talk.deliver(await talk.send(at % 3 === 0 ? other : initiator));
  const last = [await talk.send(initiator), await talk.send(other)];
  assert.ok(
    last.every((sent) => sent.type === 2),
    "a side still repeats its first message",
  );
  return `${talk.openedCount} messages after both sides initiated`;
}

/**
 * A message stays in flight for at most 16 steps. A turn of the ratchet takes four (send, deliver, answer,
 * deliver), and both sides keep five receiving chains, so a longer delay may rightly cost a message.
 */
const LONGEST_DELAY_STEPS = 16;

/** Loss, reordering, duplication, resets and crossing sessions in random order; what is delivered must open. */
export async function disorder(
  initiator: Peer,
  other: Peer,
  { steps, dice }: { readonly steps: number; readonly dice: Dice },
): Report {
  const talk = await Conversation.start(initiator, other);
  const figures = { sent: 0, lost: 0, duplicates: 0, sessions: 1 };
  const flying: { sent: InFlight; step: number }[] = [];
  const opened: InFlight[] = [];
  const deliver = async (at: number) => {
    for (const { sent } of flying.splice(at, 1)) {
      await talk.deliver(sent);
      opened.push(sent);
    }
  };
  for (let step = 0; step < steps; step += 1) {
    while (flying[0] && step - flying[0].step >= LONGEST_DELAY_STEPS) await deliver(0);
    const side = dice(2) === 0 ? initiator : other;
    const roll = dice(100);
    if (roll < 50) {
      flying.push({
        sent: await talk.send(side).catch((error: unknown) => restart(talk, side, { figures, error })),
        step,
      });
      figures.sent += 1;
    } else if (roll < 86 && flying.length > 0) {
      await deliver(dice(flying.length));
    } else if (roll < 91 && flying.length > 0) {
      figures.lost += flying.splice(dice(flying.length), 1).length;
    } else if (roll < 97 && opened.length > 0) {
      for (const again of opened.slice(-1 - dice(10)).slice(0, 1)) await talk.refuse(again);
      figures.duplicates += 1;
    } else if (roll < 98) {
      await talk.reset(side);
    } else if (roll < 99) {
      await talk.startSession(side, dice(2) === 0);
      figures.sessions += 1;
    }
  }
  return `${steps} steps: ${figures.sent} sent, ${talk.openedCount} opened, ${figures.lost} lost, ${figures.duplicates} duplicates refused, ${figures.sessions} sessions`;
}

/** After a reset there is no session to send with, and both libraries must say so. */
async function restart(
  talk: Conversation,
  side: Peer,
  { figures, error }: { figures: { sessions: number }; error: unknown },
): Promise<InFlight> {
  assert.match(String(error), /SESSION-001|session with .* not found/);
  await talk.startSession(side);
  figures.sessions += 1;
  return talk.send(side);
}

/** One bit flipped somewhere; refused, and the true message still opens. */
export async function tampering(initiator: Peer, other: Peer, dice: Dice): Report {
  const talk = await Conversation.start(initiator, other);
  await talk.deliver(await talk.send(initiator));
  let refusedCount = 0;
  for (let at = 0; at < 60; at += 1) {
    const sent = await talk.send(at % 2 === 0 ? other : initiator);
    const bytes = Buffer.from(sent.message, "base64");
    const index = dice(bytes.length);
    bytes[index] = (bytes[index] ?? 0) ^ (1 << dice(8));
    await talk.refuse({ ...sent, message: bytes.toString("base64") });
    refusedCount += 1;
    await talk.deliver(sent);
  }
  return `${refusedCount} tampered messages refused, the true ones opened`;
}

/** The far end of what may be skipped: 25,000 in a chain, one less where the post-quantum ratchet counts too. */
export async function jump(initiator: Peer, other: Peer, { spqr }: { readonly spqr: boolean }): Report {
  const most = spqr ? 24_999 : 25_000;
  const talk = await Conversation.start(initiator, other);
  await talk.deliver(await talk.send(initiator));
  await talk.deliver(await talk.send(other));
  // The first message of a chain has none before it that was opened.
  await talk.deliver(await talk.send(initiator));
  for (let at = 0; at < most; at += 1) await talk.send(initiator);
  await talk.deliver(await talk.send(initiator));
  for (let at = 0; at <= most; at += 1) await talk.send(initiator);
  await talk.refuse(await talk.send(initiator));
  return `${most} skipped opens, ${most + 1} skipped is refused`;
}

/** Both sides compute the same digits, and Signal's are ours. */
export async function safetyNumbers(initiator: Peer, other: Peer, count: number): Report {
  for (let at = 0; at < count; at += 1) {
    const one = await ask(initiator, { op: "new", as: initiator.name });
    const two = await ask(other, { op: "new", as: other.name });
    const [a, b] = [Buffer.from(`id ${at}`).toString("base64"), Buffer.from("other").toString("base64")];
    const left = await ask(initiator, {
      op: "safetyNumber",
      at: initiator.name,
      localId: a,
      remoteId: b,
      remoteIdentityKey: two["identityKey"],
    });
    const right = await ask(other, {
      op: "safetyNumber",
      at: other.name,
      localId: b,
      remoteId: a,
      remoteIdentityKey: one["identityKey"],
    });
    assert.equal(left["digits"], right["digits"]);
  }
  return `${count} safety numbers agree`;
}
