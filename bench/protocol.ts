/**
 * The session protocol with persistence: before every step a side's session is parsed from stored bytes, and
 * after it serialised to bytes again. Beside Signal's own library and the best one in JavaScript where they
 * are installed, and Chromium beside Node where there is a Chromium; see README.md.
 *
 *   node bench/protocol.ts [--rounds 5] [--scale 1] [--json]
 */
import process from "node:process";
import { parseArgs } from "node:util";
import {
  type Contestant,
  cloisterInChromium,
  cloisterOnNode,
  libsignalClient,
  libsignalJs,
} from "./contestants.ts";
import { median } from "./measure.ts";
import type { Cost, ScenarioName } from "./scenarios.ts";

const usage = "node bench/protocol.ts [--rounds 5] [--scale 1] [--json]\n";
const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    scale: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** How often a round runs a scenario; a skip is one message behind this many missing ones, the most allowed. */
const counts = { oneWay: 1000, afterLoss: 100, pingPong: 600, setUp: 150, skip: 24_999 } as const;

type Name = "Cloister" | "libsignal-client" | "libsignal (JS)" | "Cloister in Chromium";

interface Comparison {
  readonly peer: Name;
  readonly scenario: ScenarioName;
  /** The least of Cloister's speed as a multiple of the peer's; the last one is Chromium's as a multiple of Node's. */
  readonly goal?: number;
}

const comparisons: readonly Comparison[] = [
  { peer: "libsignal-client", scenario: "oneWay", goal: 2.5 },
  { peer: "libsignal-client", scenario: "afterLoss" },
  { peer: "libsignal-client", scenario: "pingPong", goal: 0.8 },
  { peer: "libsignal-client", scenario: "setUp", goal: 0.8 },
  { peer: "libsignal-client", scenario: "skip", goal: 0.33 },
  { peer: "libsignal (JS)", scenario: "oneWay", goal: 1.5 },
  { peer: "libsignal (JS)", scenario: "afterLoss" },
  { peer: "libsignal (JS)", scenario: "pingPong", goal: 4 },
  { peer: "libsignal (JS)", scenario: "setUp", goal: 1.5 },
  { peer: "Cloister in Chromium", scenario: "oneWay", goal: 0.5 },
];

/** Microseconds for one message (or session, or skip), a value for each round, by contestant and scenario. */
type Rounds = Map<string, { readonly cpuUs: number[]; readonly wallUs: number[] }>;
const rowOf = (name: Name, scenario: ScenarioName) => `${name}, ${scenario}`;

async function measure(contestants: ReadonlyMap<Name, Contestant>, roundsCount: number): Promise<Rounds> {
  const rounds: Rounds = new Map();
  // The first round only warms up.
  for (let round = 0; round <= roundsCount; round += 1) {
    for (const scenario of Object.keys(counts) as ScenarioName[]) {
      for (const [name, contestant] of contestants) {
        if (!isCompared(name, scenario)) continue;
        const count = scenario === "skip" ? counts.skip : Math.ceil(counts[scenario] * Number(values.scale));
        const cost = await contestant.run(scenario, count);
        if (round > 0) note(rounds, rowOf(name, scenario), { cost, count: scenario === "skip" ? 1 : count });
      }
    }
  }
  return rounds;
}

function isCompared(name: Name, scenario: ScenarioName): boolean {
  return name === "Cloister" || comparisons.some((it) => it.peer === name && it.scenario === scenario);
}

function note(rounds: Rounds, row: string, { cost, count }: { cost: Cost; count: number }): void {
  const figures = rounds.get(row) ?? { cpuUs: [], wallUs: [] };
  rounds.set(row, figures);
  figures.cpuUs.push((cost.cpuUs ?? Number.NaN) / count);
  figures.wallUs.push(cost.wallUs / count);
}

/** The median over the rounds of the ratio within one: what disturbs a round disturbs both sides of it. */
function ratioOf(rounds: Rounds, { peer, scenario }: Comparison): number | undefined {
  const [ours, theirs] = [rounds.get(rowOf("Cloister", scenario)), rounds.get(rowOf(peer, scenario))];
  if (!ours || !theirs) return undefined;
  const ratios =
    peer === "Cloister in Chromium"
      ? ours.wallUs.map((us, round) => us / (theirs.wallUs[round] ?? Number.NaN))
      : ours.cpuUs.map((us, round) => (theirs.cpuUs[round] ?? Number.NaN) / us);
  return Number(median(ratios).toFixed(2));
}

function reportOf(rounds: Rounds): object {
  const ratios = comparisons.map((comparison) => [
    rowOf(comparison.peer, comparison.scenario),
    { ratio: ratioOf(rounds, comparison), goal: comparison.goal },
  ]);
  return { ratios: Object.fromEntries(ratios) as object, rounds: Object.fromEntries(rounds) };
}

function textOf(rounds: Rounds): string {
  const lines = ["CPU time of one message or session, both sides, with persistence; medians"];
  for (const [row, { cpuUs, wallUs }] of rounds) {
    const isCpu = cpuUs.every((us) => !Number.isNaN(us));
    lines.push(`  ${row.padEnd(34)} ${median(isCpu ? cpuUs : wallUs).toFixed(0)} us${isCpu ? "" : " wall"}`);
  }
  lines.push("speed as a multiple of the peer's; for Chromium, of Node's");
  for (const comparison of comparisons) {
    const { peer, scenario, goal } = comparison;
    const ratio = ratioOf(rounds, comparison);
    const text = ratio === undefined ? "not installed" : `${ratio.toFixed(2)}x`;
    lines.push(
      `  ${rowOf(peer, scenario).padEnd(34)} ${text}${goal === undefined ? "" : ` (goal ${goal}x)`}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const contestants = new Map<Name, Contestant>([["Cloister", cloisterOnNode()]]);
  const add = (name: Name, contestant: Contestant | undefined) => {
    if (contestant) contestants.set(name, contestant);
  };
  add("libsignal-client", libsignalClient());
  add("libsignal (JS)", libsignalJs());
  add("Cloister in Chromium", await cloisterInChromium());
  try {
    const rounds = await measure(contestants, Number(values.rounds));
    process.stdout.write(values.json ? `${JSON.stringify(reportOf(rounds))}\n` : textOf(rounds));
  } finally {
    for (const contestant of contestants.values()) await contestant.close();
  }
}

await main();
