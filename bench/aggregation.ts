/**
 * Secure aggregation, one round of each size: CPU time of a member and of the coordinator at the end, beside
 * the time it takes in this very run to make and add the masks alone, which no such protocol can do without.
 *
 *   node bench/aggregation.ts [--json]
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { aesCtr, ed25519KeyPair, sha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import {
  AggregationCoordinator,
  AggregationMember,
  type AggregationPlan,
  type Parcel,
} from "@cloister/privacy/aggregation";

const usage = "node bench/aggregation.ts [--json]\n";
const sizes = [
  { membersCount: 10, dimension: 25_000, droppedCount: 3, memberLimitMs: 20, coordinatorLimitMs: undefined },
  {
    membersCount: 100,
    dimension: 100_000,
    droppedCount: 30,
    memberLimitMs: undefined,
    coordinatorLimitMs: 2000,
  },
] as const;
type Size = (typeof sizes)[number];

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function planOf({ membersCount, dimension }: Size): AggregationPlan {
  const members = Array.from({ length: membersCount }, (_, at) => ({
    node: at + 1,
    identityKey: ed25519KeyPair(sha256(Uint8Array.of(at + 1))).publicKey,
  }));
  const thresholdCount = Math.floor((2 * membersCount) / 3) + 1;
  const maxAbs = Math.floor((2 ** 31 - 1) / membersCount);
  return {
    round: systemRandom(32),
    modelDigest: systemRandom(32),
    members,
    thresholdCount,
    dimension,
    maxAbs,
  };
}

/** @returns CPU milliseconds of all members together and of the coordinator's unmasking */
function round(size: Size): { readonly membersMs: number; readonly coordinatorMs: number } {
  const plan = planOf(size);
  let membersMs = 0;
  const timed = <T>(act: () => T): T => {
    const begin = cpuMs();
    const out = act();
    membersMs += cpuMs() - begin;
    return out;
  };
  const coordinator = new AggregationCoordinator(plan);
  const members = plan.members.map(({ node }) =>
    timed(
      () =>
        new AggregationMember({ plan, node, identity: sha256(Uint8Array.of(node)), random: systemRandom }),
    ),
  );
  const keys = coordinator.advertised(members.map((member) => timed(() => member.advertise())));
  const sent = new Map<number, readonly Parcel[]>();
  for (const [at, member] of members.entries())
    sent.set(
      at + 1,
      timed(() => member.share(keys)),
    );
  const given = coordinator.shared(sent);
  const values = new Int32Array(size.dimension).fill(-12_345);
  const present = members.slice(0, size.membersCount - size.droppedCount);
  for (const [at, member] of present.entries())
    coordinator.masked(timed(() => member.mask(values, given.get(at + 1) ?? [])));
  const survivors = coordinator.survivors();
  for (const member of present) coordinator.confirmed(timed(() => member.confirm(survivors)));
  const signatures = coordinator.signatures();
  for (const member of present) coordinator.unmasked(timed(() => member.unmask(signatures)));
  const begin = cpuMs();
  const { sum } = coordinator.finish();
  const coordinatorMs = cpuMs() - begin;
  if (sum.some((value) => value !== -12_345 * present.length)) throw new Error("the sum is wrong");
  return { membersMs, coordinatorMs };
}

/** CPU milliseconds of one keystream as long as an update, added to it: the floor of what a mask costs. */
function bareMaskMs(dimension: number): number {
  const key = systemRandom(32);
  const values = new Uint32Array(dimension);
  const begin = cpuMs();
  for (let time = 0; time < 50; time += 1) {
    const stream = aesCtr({ key, iv: new Uint8Array(16), data: new Uint8Array(dimension * 4) });
    const words = new Uint32Array(stream.buffer, stream.byteOffset, dimension);
    for (let at = 0; at < dimension; at += 1) values[at] = (values[at] ?? 0) + (words[at] ?? 0);
  }
  return (cpuMs() - begin) / 50;
}

function main(): void {
  const { values } = parseArgs({ options: { json: { type: "boolean" }, help: { type: "boolean" } } });
  if (values.help) return void process.stdout.write(usage);
  const results = sizes.map((size) => {
    const { membersCount, dimension, droppedCount } = size;
    round(size);
    const { membersMs, coordinatorMs } = round(size);
    const memberMs = membersMs / membersCount;
    const maskMs = bareMaskMs(dimension);
    const coordinatorMasks = (membersCount - droppedCount) * (droppedCount + 1);
    return { size, memberMs, coordinatorMs, maskMs, coordinatorMasks };
  });
  if (values.json) return void process.stdout.write(`${JSON.stringify(results)}\n`);
  for (const result of results) {
    const { size, memberMs, coordinatorMs, maskMs, coordinatorMasks } = result;
    const { membersCount, dimension, droppedCount } = size;
    const ratio = (ms: number, masks: number) => `${(ms / (masks * maskMs)).toFixed(2)}x of its bare masks`;
    const goal = (ms: number | undefined) => (ms === undefined ? "" : `, goal ${ms} ms`);
    process.stdout.write(
      `${membersCount} members, ${dimension} numbers, ${droppedCount} dropped, sum exact\n` +
        `  a member     ${memberMs.toFixed(1)} ms CPU, ${ratio(memberMs, membersCount)}${goal(size.memberLimitMs)}\n` +
        `  coordinator  ${coordinatorMs.toFixed(0)} ms CPU, ${ratio(coordinatorMs, coordinatorMasks)}${goal(size.coordinatorLimitMs)}\n`,
    );
  }
}

main();
