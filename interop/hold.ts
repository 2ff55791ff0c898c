import { fuzz } from "./fuzz.ts";
import type { Oracle } from "./oracles.ts";
import { cloister, libsignal, type PeerProcess, speaking } from "./peers.ts";
import {
  disorder,
  jump,
  lossyBursts,
  pingPong,
  reversedBatches,
  safetyNumbers,
  seededDice,
  simultaneous,
  tampering,
} from "./scenarios.ts";

// With UUIDs for names Signal adds the addresses to first messages (field 6).
const NAMES = ["9d0652a3-dcc3-4d11-975f-74d61598733f", "796abedb-ca4e-4f18-8803-1fde5b921f9f"] as const;

/** Three processes: Cloister, the library it talks to, and the library that talks to itself. */
interface Peers {
  readonly ours: PeerProcess;
  readonly theirs: PeerProcess;
  readonly reference: readonly [PeerProcess, PeerProcess];
}

async function withPeers<T>(oracle: Oracle, use: (peers: Peers) => Promise<T>): Promise<T> {
  const [first, second] = NAMES;
  const library = (name: string) => speaking(libsignal(name, oracle.packageName), oracle);
  const peers: Peers = {
    ours: speaking(cloister(first), oracle),
    theirs: library(second),
    reference: [library(first), library(second)],
  };
  try {
    return await use(peers);
  } finally {
    for (const peer of [peers.ours, peers.theirs, ...peers.reference]) peer.close();
  }
}

export interface FuzzRun {
  readonly steps: number;
  readonly seed: number;
  /** For the self-check; see fuzz.ts. */
  readonly sabotageAt?: number;
  /** Told each line of the report. */
  readonly say: (line: string) => void;
}

/** Random conversations with one version of the library, Cloister as either side. @throws Divergence */
export async function fuzzAgainst(oracle: Oracle, { steps, seed, say, ...more }: FuzzRun): Promise<void> {
  await withPeers(oracle, async ({ ours, theirs, reference: [first, second] }) => {
    const half = Math.ceil(steps / 2);
    const dice = seededDice(seed);
    const options = { steps: half, dice, ...more };
    const worlds = [
      [
        "Cloister begins",
        [
          { a: ours, b: theirs },
          { a: first, b: second },
        ],
      ],
      [
        "the library begins",
        [
          { a: theirs, b: ours },
          { a: second, b: first },
        ],
      ],
    ] as const;
    for (const [who, both] of worlds) say(`${who}: ${await fuzz(both, options)}`);
  });
}

export interface ScenarioRun extends Omit<FuzzRun, "sabotageAt"> {
  readonly messages: number;
  readonly jump: boolean;
}

/** Conversations in which every delivered message has to open. */
export async function playAgainst(oracle: Oracle, run: ScenarioRun): Promise<void> {
  const { messages, steps, seed, say } = run;
  const dice = seededDice(seed);
  await withPeers(oracle, async ({ ours, theirs }) => {
    for (const [initiator, other] of [
      [ours, theirs],
      [theirs, ours],
    ] as const) {
      say(initiator === ours ? "Cloister initiates" : "the library initiates");
      say(`  ${await pingPong(initiator, other, { count: messages, spqr: oracle.spqr })}`);
      if (oracle.spqr) say(`  ${await lossyBursts(initiator, other, dice)}`);
      say(`  ${await reversedBatches(initiator, other, messages)}`);
      say(`  ${await simultaneous(initiator, other)}`);
      say(`  ${await disorder(initiator, other, { steps, dice })}`);
      say(`  ${await tampering(initiator, other, dice)}`);
      if (run.jump) say(`  ${await jump(initiator, other, oracle)}`);
    }
    say(await safetyNumbers(ours, theirs, 24));
  });
}
