/**
 * The session protocol with persistence: after every step a side's session is serialised to bytes and stored.
 * Cloister goes on from the record in memory, as its client does, and once more from the parsed bytes, as
 * after a restart, which is what the peers always do. Beside Signal's own library and the best one in
 * JavaScript where they are installed, and Chromium beside Node where there is a Chromium; see README.md.
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

/** So long compilers are still at work in everybody's process. */
const WARM_UP_ROUNDS = 3;
/** How often a round runs a scenario; a skip is one message behind this many missing ones, the most allowed. */
const counts = { oneWay: 1000, afterLoss: 100, pingPong: 600, setUp: 150, skip: 24_999 } as const;

type Ours = "Cloister" | "Cloister, parsing" | "Cloister in Chromium";
type Name = Ours | "libsignal-client" | "libsignal (JS)";

interface Comparison {
  readonly ours: Ours;
  readonly peer: Name;
  readonly scenario: ScenarioName;
  /** The least that our speed should be as a multiple of the peer's. */
  readonly goal: number | undefined;
}

const goals: readonly (readonly [Name, ScenarioName, goal?: number])[] = [
  ["libsignal-client", "oneWay", 2.5],
  ["libsignal-client", "afterLoss"],
  ["libsignal-client", "pingPong", 0.8],
  ["libsignal-client", "setUp", 0.8],
  ["libsignal-client", "skip", 0.33],
  ["libsignal (JS)", "oneWay", 1.5],
  ["libsignal (JS)", "afterLoss"],
  ["libsignal (JS)", "pingPong", 4],
  ["libsignal (JS)", "setUp", 1.5],
];
const comparisons: readonly Comparison[] = [
  ...(["Cloister", "Cloister, parsing"] as const).flatMap((ours) =>
    goals.map(([peer, scenario, goal]) => ({ ours, peer, scenario, goal })),
  ),
  { ours: "Cloister in Chromium", peer: "Cloister", scenario: "oneWay", goal: 0.5 },
];

/** By contestant and scenario, microseconds for one message (or session, or skip), a value for each round. */
type Rounds = Map<string, Figures>;
interface Figures {
  readonly cpuUs: number[];
  readonly wallUs: number[];
}
const rowOf = (name: Name, scenario: ScenarioName) => `${name}, ${scenario}`;

async function measure(contestants: ReadonlyMap<Name, Contestant>, roundsCount: number): Promise<Rounds> {
  const rounds: Rounds = new Map();
  for (let round = -WARM_UP_ROUNDS; round < roundsCount; round += 1) {
    for (const scenario of Object.keys(counts) as ScenarioName[]) {
      for (const [name, contestant] of contestants) {
        if (!isCompared(name, scenario)) continue;
        const count = scenario === "skip" ? counts.skip : Math.ceil(counts[scenario] * Number(values.scale));
        const cost = await contestant.run(scenario, count);
        if (round >= 0) note(rounds, rowOf(name, scenario), { cost, count: scenario === "skip" ? 1 : count });
      }
    }
  }
  return rounds;
}

function isCompared(name: Name, scenario: ScenarioName): boolean {
  return comparisons.some((it) => (it.ours === name || it.peer === name) && it.scenario === scenario);
}

function note(rounds: Rounds, row: string, { cost, count }: { cost: Cost; count: number }): void {
  const figures = rounds.get(row) ?? { cpuUs: [], wallUs: [] };
  rounds.set(row, figures);
  figures.cpuUs.push((cost.cpuUs ?? Number.NaN) / count);
  figures.wallUs.push(cost.wallUs / count);
}

/** The median over the rounds of the ratio within one: what disturbs a round disturbs both sides of it. */
function ratioOf(rounds: Rounds, { ours, peer, scenario }: Comparison): number | undefined {
  const [own, other] = [rounds.get(rowOf(ours, scenario)), rounds.get(rowOf(peer, scenario))];
  if (!own || !other) return undefined;
  const unit = hasCpu(own) && hasCpu(other) ? "cpuUs" : "wallUs";
  const ratios = own[unit].map((us, round) => (other[unit][round] ?? Number.NaN) / us);
  return Number(median(ratios).toFixed(2));
}

const hasCpu = ({ cpuUs }: Figures) => cpuUs.every((us) => !Number.isNaN(us));

function reportOf(rounds: Rounds): object {
  const ratios = comparisons.map((comparison) => {
    const { ours, peer, scenario, goal } = comparison;
    return { ours, peer, scenario, ratio: ratioOf(rounds, comparison), goal };
  });
  return { ratios, rounds: Object.fromEntries(rounds) };
}

function textOf(rounds: Rounds): string {
  const lines = ["CPU time of one message or session, both sides, with persistence; medians"];
  for (const [row, figures] of rounds) {
    const [us, unit] = hasCpu(figures) ? [figures.cpuUs, "us"] : [figures.wallUs, "us wall"];
    lines.push(`  ${row.padEnd(34)} ${median(us).toFixed(0)} ${unit}`);
  }
  lines.push("speed as a multiple of the other's");
  for (const comparison of comparisons) {
    const { ours, peer, scenario, goal } = comparison;
    const ratio = ratioOf(rounds, comparison);
    const text = ratio === undefined ? "not installed" : `${ratio.toFixed(2)}x`;
    const row = `${ours} : ${peer}, ${scenario}`;
    lines.push(`  ${row.padEnd(46)} ${text}${goal === undefined ? "" : ` (goal ${goal}x)`}`);
  }
  return `${lines.join("\n")}\n`;
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(usage);
    return;
  }
  const contestants = new Map<Name, Contestant>([
    ["Cloister", cloisterOnNode(true)],
    ["Cloister, parsing", cloisterOnNode(false)],
  ]);
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
