import { BaseError, toHex, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import type { PrivacyEvent } from "../accountant/accountant.ts";
import type { CohortMember } from "../aggregation/index.ts";
import { minCohortCount, noiseShare } from "../aggregation/index.ts";
import { noiseVarianceOf, parametersCount, type TableSchema, type TrainingPlan } from "../training/index.ts";

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
  /** How many hospitals must stay to the end of a step; above two thirds of each group. */
  readonly thresholdCount: number;
  /** Hospitals that may tell the coordinator their own noise without spoiling the others' privacy. */
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
  const { plan, members, thresholdCount, colludersCount, spareStepsCount } = task;
  parametersCount(plan.shape);
  const isCount = (value: number) => Number.isInteger(value) && value >= 0;
  if (!/^[a-z0-9][a-z0-9.-]{0,62}$/.test(task.name))
    throw refused("its name has 1 to 63 of a-z, 0-9, dot, hyphen");
  if (members.length < minCohortCount) throw refused("three hospitals are the fewest");
  if (thresholdCount <= (2 * members.length) / 3) throw refused("the threshold is above two thirds");
  if (!isCount(colludersCount) || colludersCount > thresholdCount - 2)
    throw refused("two honest hospitals at least stay besides those that collude");
  if (!isCount(spareStepsCount)) throw refused("spareStepsCount is 0 or more");
  if (!(Number.isInteger(plan.stepsCount) && plan.stepsCount >= 1))
    throw refused("there is at least one step");
  if (task.method.kind === "dp-sgd" && 2 * noiseOf(task).gap * releasesCount(task) > negligibleEpsilon)
    throw refused("the noise of a single hospital is too fine; use a larger noise multiplier");
}

function refused(problem: string): BaseError {
  return new BaseError("Policy", "FEDERATION_TASK", `the task cannot keep its promise: ${problem}`);
}

/** Noise of one hospital in one step. */
export function noiseOf(task: FederationTask): { readonly variance: number; readonly gap: number } {
  const { plan, thresholdCount, colludersCount, members } = task;
  const sigma = Math.sqrt(noiseVarianceOf(plan));
  const dimension = parametersCount(plan.shape);
  const share = noiseShare({
    sigma,
    thresholdCount,
    colludersCount,
    membersCount: members.length,
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
    [task.thresholdCount, task.colludersCount, task.spareStepsCount],
  ];
  return sha256(toUtf8(JSON.stringify(parts)));
}
