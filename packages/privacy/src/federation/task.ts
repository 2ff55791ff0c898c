import { BaseError, toHex, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import type { PrivacyEvent } from "../accountant/accountant.ts";
import type { CohortMember } from "../aggregation/index.ts";
import { maxCohortCount, minCohortCount, noiseShare } from "../aggregation/index.ts";
import {
  clippingOf,
  noiseVarianceOf,
  parametersCount,
  type TableSchema,
  type TrainingPlan,
} from "../training/index.ts";
import { checkPlan } from "../training/plan.ts";

/** How hospitals' work becomes one model. */
export type FederatedMethod =
  /** Each step is one of DP-SGD over everybody's records: hospitals send sums of clipped gradients with noise. */
  | { readonly kind: "dp-sgd" }
  /** Hospitals train for a while and send how far they came; averaged by how many records they used. No DP. */
  | {
      readonly kind: "averaging";
      readonly localStepsCount: number;
      readonly localBatchCount: number;
      readonly localRate: number;
      /** The longest way that one hospital may go in a round (Euclidean). */
      readonly clippingNorm: number;
      /** Pulls local models back to the global one (FedProx); 0 is FedAvg. */
      readonly proximal: number;
      readonly server: "average" | "adam";
      /** Most records that count for one hospital. */
      readonly maxWeight: number;
    };

/** What a federation trains: public, agreed on before it begins, the same for everybody. */
export interface FederationTask {
  readonly name: string;
  /** For averaging, a step is a round, and what is about noise and sampling does not apply. */
  readonly plan: TrainingPlan;
  readonly method: FederatedMethod;
  /** How each hospital's table becomes examples; left out for features of another kind. */
  readonly schema?: TableSchema;
  readonly members: readonly CohortMember[];
  /** Ed25519, 32 bytes: who coordinates. */
  readonly coordinatorKey: Uint8Array;
  /** Secure sums side by side in each step, over hospitals dealt anew; more show whose group sends too much. */
  readonly groupsCount: number;
  /** How many hospitals of a group must stay to the end of a step; above two thirds of the largest group. */
  readonly thresholdCount: number;
  /** Hospitals that may do whatever the coordinator asks without spoiling the others' privacy. */
  readonly colludersCount: number;
  /** Steps that may be taken again, after crashes or a rollback. They are paid for beforehand. */
  readonly spareStepsCount: number;
}

/** Additional epsilon, over all steps, that summed noise shares may cost and still be left out of the account. */
const negligibleEpsilon = 1e-9;

/**
 * Refuses a task that cannot keep its promise.
 * @throws BaseError `FEDERATION_TASK` (Policy); `HEAD_SHAPE`
 */
export function checkTask(task: FederationTask): void {
  const { plan, method, members, groupsCount, thresholdCount, colludersCount, spareStepsCount } = task;
  const isCount = (value: number, min = 0) => Number.isInteger(value) && value >= min;
  checkPlan(plan);
  if (!/^[a-z0-9][a-z0-9.-]{0,62}$/.test(task.name))
    throw refused("its name has 1 to 63 of a-z, 0-9, dot, hyphen");
  const nodes = new Set(members.map(({ node }) => node));
  const keys = new Set(members.map(({ identityKey }) => toHex(identityKey)));
  if (nodes.size < members.length || keys.size < members.length) throw refused("each hospital is in it once");
  if (![...nodes].every((node) => isCount(node, 1) && node <= maxCohortCount))
    throw refused("hospitals have numbers from 1 to 255");
  if (!isCount(groupsCount, 1)) throw refused("there is at least one group");
  const size = groupSizeOf(task);
  if (size < minCohortCount) throw refused("three hospitals are the fewest in a group");
  if (
    !isCount(thresholdCount) ||
    thresholdCount <= (2 * size) / 3 ||
    thresholdCount > Math.floor(members.length / groupsCount)
  )
    throw refused("the threshold is above two thirds of a group, and each group can reach it");
  // Two survivor sets of the threshold each overlap in this many; honest ones sign but one.
  if (
    !isCount(colludersCount) ||
    colludersCount >= 2 * thresholdCount - size ||
    colludersCount > thresholdCount - 2
  )
    throw refused("so many colluders could have two survivor sets signed; raise the threshold");
  if (!isCount(spareStepsCount)) throw refused("spareStepsCount is 0 or more");
  if (method.kind === "averaging" && !isCount(method.maxWeight, 1)) throw refused("maxWeight is 1 or more");
  if (method.kind === "dp-sgd") checkNoise(task);
}

/** The largest of the groups that hospitals are dealt into. */
function groupSizeOf({ members, groupsCount }: FederationTask): number {
  return Math.ceil(members.length / groupsCount);
}

function checkNoise(task: FederationTask): void {
  const { variance, gap } = noiseOf(task);
  if (2 * gap * releasesCount(task) > negligibleEpsilon)
    throw refused("the noise of a single hospital is too fine; use a larger noise multiplier");
  const { clippingUnits } = clippingOf(task.plan);
  const most = (task.plan.expectedBatchCount * 1.5 + 100) * clippingUnits + 13.5 * Math.sqrt(variance);
  // A hospital whose sum did not fit would have to stay away, and that would tell something of its records.
  if (most > maxAbsOf(task))
    throw refused("so many hospitals cannot add up so large a batch; make it smaller");
}

function refused(problem: string): BaseError {
  return new BaseError("Policy", "FEDERATION_TASK", `the task cannot keep its promise: ${problem}`);
}

/** Noise of one hospital in one step. */
export function noiseOf(task: FederationTask): { readonly variance: number; readonly gap: number } {
  const { plan, thresholdCount, colludersCount } = task;
  const sigma = Math.sqrt(noiseVarianceOf(plan));
  const dimension = parametersCount(plan.shape);
  const share = noiseShare({
    sigma,
    thresholdCount,
    colludersCount,
    membersCount: groupSizeOf(task),
    dimension,
  });
  return { variance: Math.ceil(share.sigma ** 2), gap: share.gap };
}

/** How often a hospital's records may be looked at. */
export function releasesCount({ plan, spareStepsCount }: FederationTask): number {
  return plan.stepsCount + spareStepsCount;
}

/** What a hospital pays for the whole task, reserved before it begins; nothing for methods without DP. */
export function eventsOf(task: FederationTask): readonly PrivacyEvent[] {
  if (task.method.kind !== "dp-sgd") return [];
  const { samplingRate, noiseMultiplier } = task.plan;
  return [{ samplingRate, noiseMultiplier, stepsCount: releasesCount(task) }];
}

/**
 * The largest number that a hospital may send: that many times the hospitals stay below 2^31. A sum of
 * clipped gradients with its noise lies far below.
 */
export function maxAbsOf({ members }: FederationTask): number {
  return Math.floor((2 ** 31 - 1) / members.length);
}

/** SHA-256 of the task, 32 bytes. */
export function taskDigest(task: FederationTask): Uint8Array<ArrayBuffer> {
  const { plan, method } = task;
  const parts = [
    "cloister federation task v1",
    task.name,
    [plan.shape.inputsCount, plan.shape.hiddenCount, plan.shape.outputsCount],
    [plan.samplingRate, plan.expectedBatchCount, plan.stepsCount, plan.clippingNorm],
    [plan.noiseMultiplier, plan.learningRate, plan.momentum],
    method.kind === "dp-sgd"
      ? [method.kind]
      : [
          method.kind,
          [method.localStepsCount, method.localBatchCount, method.localRate, method.clippingNorm],
          [method.proximal, method.server, method.maxWeight],
        ],
    task.schema ?? null,
    task.members.map(({ node, identityKey }) => [node, toHex(identityKey)]),
    toHex(task.coordinatorKey),
    [task.groupsCount, task.thresholdCount, task.colludersCount, task.spareStepsCount],
  ];
  return sha256(toUtf8(JSON.stringify(parts)));
}
