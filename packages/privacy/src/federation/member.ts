import { BaseError, equalBytes, isBaseError } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import {
  AggregationMember,
  type AggregationMessage,
  type AggregationPlan,
  decodeMessage,
  decodePlan,
  encodeMessage,
} from "../aggregation/index.ts";
import { checkDataset, type Dataset } from "../training/dataset.ts";
import { contributionOf, dimensionOf } from "./contribution.ts";
import { decodeModel, type GlobalModel, modelDigest } from "./model.ts";
import { checkTask, type FederationTask, maxAbsOf, taskDigest } from "./task.ts";
import { type Ask, decodeReply, encodeRequest, type Reply } from "./wire.ts";

/** What a hospital needs to take part. */
export interface MemberInput {
  readonly task: FederationTask;
  readonly node: number;
  /** Ed25519 seed, 32 bytes. */
  readonly identity: Uint8Array;
  readonly data: Dataset;
  readonly random: Random;
  /** Carries a request to the coordinator and brings the answer; may take as long as a step. */
  readonly send: (request: Uint8Array) => Promise<Uint8Array>;
  /** Counts, durably, that the records are looked at once more; throws when that was not paid for. */
  readonly release: () => Promise<void>;
  readonly pause: (ms: number) => Promise<void>;
  /** Called when a step was taken, with how many so far. */
  readonly onStep?: (stepsTaken: number) => void;
}

/** The round went on without this hospital, or ended. */
class RoundOver extends Error {}

const firstPauseMs = 200;
const maxPauseMs = 5000;

/**
 * Takes part until the model is trained, and gives it back. Lost connections and rounds that end early are
 * tried again; what only a dishonest coordinator does ends it.
 * @throws BaseError `FEDERATION_STOPPED` (Policy); `FEDERATION_SENDER`, `FEDERATION_PLAN`, `AGGREGATION_KEYS`,
 * `AGGREGATION_SURVIVORS` (Verification); whatever `release` throws
 */
export async function takePart(input: MemberInput): Promise<GlobalModel> {
  checkTask(input.task);
  checkDataset(input.data, input.task.plan.shape);
  let pauseMs = firstPauseMs;
  for (;;) {
    try {
      const reply = await ask(input, { kind: "ready" });
      if (reply.kind === "done") return await trained(input, reply.digest);
      if (reply.kind === "stopped") throw stopped();
      if (reply.kind === "begin") await takeStep(input, decodePlan(reply.plan));
      if (reply.kind === "wait") await input.pause(firstPauseMs);
      pauseMs = firstPauseMs;
    } catch (error) {
      const isPassing = error instanceof RoundOver || (isBaseError(error) && isTransient(error));
      if (!isPassing) throw error;
      await input.pause(pauseMs);
      pauseMs = Math.min(maxPauseMs, 2 * pauseMs);
    }
  }
}

/** For both sides: the task was given up. */
export function stopped(): BaseError {
  return new BaseError(
    "Policy",
    "FEDERATION_STOPPED",
    "too many steps were spoiled; the coordinator's report names the groups",
  );
}

/** A cohort that became too small is nobody's fault; a parcel that does not open is another hospital's. */
function isTransient(error: BaseError): boolean {
  return error.retryable || ["AGGREGATION_COHORT", "AGGREGATION_PARCEL"].includes(error.code);
}

async function trained(input: MemberInput, digest: Uint8Array): Promise<GlobalModel> {
  const model = await modelOf(input, digest);
  if (model.stepsTaken >= input.task.plan.stepsCount) return model;
  throw new BaseError(
    "Verification",
    "FEDERATION_MODEL",
    "the model was not trained to its end; ask who coordinates",
  );
}

async function takeStep(input: MemberInput, plan: AggregationPlan): Promise<void> {
  const { task, node, identity, data, random } = input;
  const model = await modelOf(input, plan.modelDigest);
  refuseOtherPlan(task, plan);
  const member = new AggregationMember({ plan, node, identity, random });
  try {
    const exchange = (message: AggregationMessage) =>
      ask(input, { kind: "message", round: plan.round, message: encodeMessage(message) });
    const keys = messagesOf(await exchange({ kind: "advertisement", ...member.advertise() }), plan);
    const parcels = member.share(keys.filter((message) => message.kind === "advertisement"));
    const given = messagesOf(await exchange({ kind: "parcels", parcels }), plan);
    const values = contributionOf({ task, model, data, random });
    const own = given.flatMap((message) => (message.kind === "parcels" ? message.parcels : []));
    const update = member.mask(values, own);
    values.fill(0);
    // Once it is sent others could open the sum without this hospital: the records count as looked at.
    await input.release();
    const survivors = await exchange({ kind: "masked", ...update });
    if (survivors.kind !== "survivors") throw new RoundOver();
    const signatures = messagesOf(
      await exchange({ kind: "survivors", ...member.confirm(survivors.nodes) }),
      plan,
    );
    const unmasking = member.unmask(signatures.filter((message) => message.kind === "survivors"));
    await exchange({ kind: "unmasking", ...unmasking });
    input.onStep?.(model.stepsTaken + 1);
  } finally {
    member.leave();
  }
}

/** The coordinator says what a round is about; it must be about this task. */
function refuseOtherPlan(task: FederationTask, plan: AggregationPlan): void {
  const isEnrolled = plan.members.every((member) =>
    task.members.some(
      ({ node, identityKey }) => node === member.node && equalBytes(identityKey, member.identityKey),
    ),
  );
  const isOfTask =
    plan.thresholdCount === task.thresholdCount &&
    plan.dimension === dimensionOf(task) &&
    plan.maxAbs === maxAbsOf(task);
  if (!isEnrolled || !isOfTask)
    throw new BaseError(
      "Verification",
      "FEDERATION_PLAN",
      "the coordinator's plan is not one of this task; take no part, and ask who runs it",
    );
}

async function modelOf(input: MemberInput, digest: Uint8Array): Promise<GlobalModel> {
  const reply = await ask(input, { kind: "model", digest });
  if (reply.kind !== "model") throw new RoundOver();
  const model = decodeModel(input.task, reply.model);
  if (!equalBytes(modelDigest(input.task, model), digest))
    throw new BaseError(
      "Verification",
      "FEDERATION_MODEL",
      "the model is not the one that was announced; drop it",
    );
  return model;
}

function messagesOf(reply: Reply, { dimension }: AggregationPlan): readonly AggregationMessage[] {
  if (reply.kind !== "messages") throw new RoundOver();
  return reply.messages.map((bytes) => decodeMessage(bytes, dimension));
}

async function ask({ task, node, identity, random, send }: MemberInput, question: Ask): Promise<Reply> {
  const nonce = random(16);
  const request = encodeRequest({
    request: { node, ask: question },
    task: taskDigest(task),
    nonce,
    identity,
  });
  return decodeReply({ bytes: await send(request), request, coordinatorKey: task.coordinatorKey });
}
