import { createHash } from "node:crypto";

export const victims = ["relay", "agent", "log", "patient", "clinician"] as const;
type Victim = (typeof victims)[number];

export interface PlannedKill {
  readonly victim: Victim;
  /** When this many messages were written. */
  readonly atCount: number;
  /** And this much later: anywhere between two messages. */
  readonly delayMs: number;
}

/** Random numbers from 0 up to, not including, 1; the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash("sha256").update(`${seed} ${count}`).digest().readUInt32BE() / 2 ** 32;
  };
}

/** One kill at a random point in each equal part of the messages; each round kills everybody once, in random order. */
export function planKills(input: {
  readonly random: () => number;
  readonly roundsCount: number;
  readonly messagesCount: number;
  readonly maxDelayMs: number;
}): readonly PlannedKill[] {
  const { random, roundsCount, messagesCount, maxDelayMs } = input;
  const order = Array.from({ length: roundsCount }, () => shuffled(victims, random)).flat();
  return order.map((victim, index) => ({
    victim,
    atCount: Math.floor(((index + random()) * messagesCount) / order.length),
    delayMs: random() * maxDelayMs,
  }));
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => ({ item, rank: random() }))
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
