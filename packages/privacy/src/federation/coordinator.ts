import { BaseError, equalBytes, isBaseError } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import { type AggregatedSum, type CohortMember, encodePlan } from "../aggregation/index.ts";
import { dimensionOf, nextModel } from "./contribution.ts";
import { isPlausible } from "./defence.ts";
import { stopped } from "./member.ts";
import { encodeModel, type GlobalModel, modelDigest } from "./model.ts";
import { GroupRound, type RoundEnd } from "./round.ts";
import { checkTask, type FederationTask, maxAbsOf, taskDigest } from "./task.ts";
import { type Ask, decodeRequest, encodeReply, type Reply } from "./wire.ts";

/** What happened, without anything about one hospital's records. */
export type FederationEvent =
  | {
      readonly type: "step";
      readonly stepsTaken: number;
      readonly survivors: readonly number[];
      readonly loss?: number;
    }
  /** A round ended without a sum; it is tried again. */
  | { readonly type: "aborted"; readonly code: string }
  /** A hospital sent what no honest one sends. */
  | { readonly type: "excluded"; readonly node: number }
  /** Sums that no honest group sends were left out. */
  | { readonly type: "suspects"; readonly groups: readonly (readonly number[])[] }
  /** The model had become worse and was taken back. */
  | { readonly type: "rollback"; readonly toStep: number; readonly groups: readonly (readonly number[])[] }
  | { readonly type: "stopped"; readonly code: string };

/** A check of the model on records that no hospital sent, and when it is made. */
export interface ValidationGate {
  /** Mean loss; lower is better. */
  readonly lossOf: (model: GlobalModel) => number;
  readonly everyStepsCount: number;
  /** How much worse than the best so far is still taken for chance. */
  readonly tolerance: number;
}

/** What the coordinator needs from outside. */
export interface CoordinatorInput {
  readonly task: FederationTask;
  /** Ed25519 seed, 32 bytes. */
  readonly identity: Uint8Array;
  /** Where to begin or go on. */
  readonly model: GlobalModel;
  readonly random: Random;
  /** Calls back after a time; gives back how to call that off. */
  readonly after: (ms: number, act: () => void) => () => void;
  /** Keeps a model so that it would survive a power failure. */
  readonly keep: (model: GlobalModel) => Promise<void>;
  readonly onEvent?: (event: FederationEvent) => void;
  readonly gate?: ValidationGate;
  readonly times?: Partial<CoordinatorTimes>;
}

/** How long it waits, in milliseconds. */
export interface CoordinatorTimes {
  /** For the other hospitals, once enough are ready. */
  readonly gatherMs: number;
  /** For a message that is due. */
  readonly stepMs: number;
  /** Before a question is answered with "wait". */
  readonly pollMs: number;
}

/** Questions of one hospital that may wait at a time. */
const maxWaitingCount = 4;

const usualTimes: CoordinatorTimes = { gatherMs: 2000, stepMs: 30_000, pollMs: 20_000 };

/**
 * Trains a model with hospitals that do not trust it. It sees sums only, keeps each step before the next, and
 * goes on after a crash from the last step kept; a round under way is then begun again.
 */
export class FederationCoordinator {
  /** The trained model, once there is one. @throws BaseError `FEDERATION_STOPPED` */
  readonly finished: Promise<GlobalModel>;
  readonly #input: CoordinatorInput;
  readonly #task: FederationTask;
  readonly #digest: Uint8Array;
  readonly #times: CoordinatorTimes;
  /** Of each node all that wait: one that was recorded and sent again keeps the others from nothing. */
  readonly #ready = new Map<number, Set<(reply: Reply) => void>>();
  /** Who sent what no honest hospital sends; no more invited. */
  readonly #excluded = new Set<number>();
  #settle: { resolve: (model: GlobalModel) => void; reject: (error: Error) => void } | undefined;
  /** Who is waited for before a round: after the first one, those who were in the last. */
  #awaited: readonly number[];
  #rounds: readonly GroupRound[] = [];
  #model: GlobalModel;
  #good: { readonly model: GlobalModel; readonly loss: number };
  #sinceGood: (readonly number[])[] = [];
  #sparesLeftCount: number;
  #cancelGather: (() => void) | undefined;
  /** By its owner, for now; or for good. */
  #stopped: "no" | "paused" | "given up" = "no";

  /** @throws BaseError `FEDERATION_TASK` */
  constructor(input: CoordinatorInput) {
    checkTask(input.task);
    this.#input = input;
    this.#task = input.task;
    this.#digest = taskDigest(input.task);
    this.#times = { ...usualTimes, ...input.times };
    this.#model = input.model;
    this.#awaited = input.task.members.map(({ node }) => node);
    this.#good = { model: input.model, loss: input.gate?.lossOf(input.model) ?? Infinity };
    this.#sparesLeftCount = input.task.spareStepsCount;
    this.finished = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    this.finished.catch(() => undefined);
    if (this.#isDone) this.#settle?.resolve(this.#model);
  }

  /** The model as it stands. */
  get model(): GlobalModel {
    return this.#model;
  }

  get #isDone(): boolean {
    return this.#model.stepsTaken >= this.#task.plan.stepsCount;
  }

  /**
   * Answers one request from the network.
   * @throws BaseError of decoding; `FEDERATION_SENDER`; `AGGREGATION_MESSAGE`; `FEDERATION_PAUSED` (Unavailable)
   */
  async handle(request: Uint8Array): Promise<Uint8Array> {
    if (this.#stopped === "paused")
      throw new BaseError(
        "Unavailable",
        "FEDERATION_PAUSED",
        "the coordinator is going down; try again later",
      );
    const keyOf = (node: number) => this.#memberOf(node)?.identityKey;
    const { node, ask } = decodeRequest({ bytes: request, task: this.#digest, keyOf });
    const reply = await this.#reply(node, ask);
    return encodeReply({ reply, request, identity: this.#input.identity });
  }

  /** Stops for now: everybody waiting is told to ask again. */
  stop(): void {
    this.#halt("paused");
  }

  #halt(how: "paused" | "given up"): void {
    this.#stopped = how;
    this.#cancelGather?.();
    this.#answerAll({ kind: "wait" });
    for (const round of this.#rounds) round.abort("FEDERATION_STOPPED");
  }

  #memberOf(node: number): CohortMember | undefined {
    return this.#task.members.find((member) => member.node === node);
  }

  async #reply(node: number, ask: Ask): Promise<Reply> {
    if (ask.kind === "model") return this.#modelReply(ask.digest);
    if (ask.kind === "ready") return this.#readyReply(node);
    const round = this.#rounds.find(({ plan }) => equalBytes(plan.round, ask.round));
    if (!round) return { kind: "over" };
    try {
      return await round.receive(node, ask.message);
    } catch (error) {
      // It is signed by the hospital itself.
      this.#exclude(node);
      throw error;
    }
  }

  #exclude(node: number): void {
    this.#excluded.add(node);
    this.#event({ type: "excluded", node });
  }

  #answer(node: number, reply: Reply): void {
    for (const resolve of this.#ready.get(node) ?? []) resolve(reply);
  }

  #answerAll(reply: Reply): void {
    for (const node of this.#ready.keys()) this.#answer(node, reply);
  }

  #modelReply(digest: Uint8Array): Reply {
    const isKnown = equalBytes(digest, modelDigest(this.#task, this.#model));
    return isKnown ? { kind: "model", model: encodeModel(this.#model) } : { kind: "over" };
  }

  async #readyReply(node: number): Promise<Reply> {
    if (this.#isDone) return { kind: "done", digest: modelDigest(this.#task, this.#model) };
    if (this.#stopped !== "no" || this.#excluded.has(node)) return { kind: "stopped" };
    const waiting = this.#ready.get(node) ?? new Set();
    if (waiting.size >= maxWaitingCount) return { kind: "wait" };
    const answer = new Promise<Reply>((resolve) => {
      const cancel = this.#input.after(this.#times.pollMs, () => settle({ kind: "wait" }));
      const settle = (reply: Reply) => {
        cancel();
        waiting.delete(settle);
        if (waiting.size === 0) this.#ready.delete(node);
        resolve(reply);
      };
      this.#ready.set(node, waiting.add(settle));
    });
    this.#gather();
    return answer;
  }

  /** Begins a round when everybody awaited is ready, or a while after enough are. */
  #gather(): void {
    if (this.#rounds.length > 0 || this.#stopped !== "no" || this.#isDone) return;
    const enoughCount = this.#task.thresholdCount * this.#task.groupsCount;
    if (this.#ready.size < enoughCount) return;
    if (this.#awaited.every((node) => this.#ready.has(node))) return this.#begin();
    if (this.#cancelGather) return;
    this.#cancelGather = this.#input.after(this.#times.gatherMs, () => {
      this.#cancelGather = undefined;
      if (this.#ready.size >= enoughCount) this.#begin();
    });
  }

  #begin(): void {
    this.#cancelGather?.();
    this.#cancelGather = undefined;
    const members = this.#task.members.filter(({ node }) => this.#ready.has(node));
    const groups = partition(members, this.#task.groupsCount, this.#input.random);
    const common = {
      modelDigest: modelDigest(this.#task, this.#model),
      thresholdCount: this.#task.thresholdCount,
      dimension: dimensionOf(this.#task),
      maxAbs: maxAbsOf(this.#task),
    };
    this.#rounds = groups.map(
      (group) => new GroupRound({ ...common, round: this.#input.random(32), members: group }),
    );
    for (const round of this.#rounds) {
      this.#watch(round);
      for (const { node } of round.plan.members) this.#answer(node, beginning(round));
    }
    void Promise.all(this.#rounds.map(({ ended }) => ended))
      .then((ends) => this.#endStep(ends))
      .catch(
        // A model that cannot be kept, or a gate that fails: nothing goes on.
        (error: unknown) => this.#giveUp(error instanceof Error ? error : new Error(String(error))),
      );
  }

  /** Closes each step of a round when patience with it ends. */
  #watch(round: GroupRound): void {
    const closedBefore = round.stepsClosed;
    const cancel = this.#input.after(this.#times.stepMs, () => {
      if (round.stepsClosed === closedBefore) round.close();
      if (round.stepsClosed < 5) this.#watch(round);
    });
    void round.ended.then(cancel);
  }

  async #endStep(ends: readonly RoundEnd[]): Promise<void> {
    if (this.#stopped !== "no") return;
    const results = ends.flatMap((end) => ("result" in end ? [end.result] : []));
    if (results.length > 0) this.#awaited = results.flatMap(({ survivors }) => survivors);
    for (const end of ends) if ("code" in end) this.#noteAborted(end);
    if (this.#isHalted) return;
    if (results.length > 0) await this.#take(results);
    this.#rounds = [];
    if (this.#isDone) this.#settle?.resolve(this.#model);
    if (this.#isDone) this.#answerAll({ kind: "done", digest: modelDigest(this.#task, this.#model) });
    this.#gather();
  }

  get #isHalted(): boolean {
    return this.#stopped !== "no";
  }

  #noteAborted({ code, looked, spoiler }: Extract<RoundEnd, { readonly code: string }>): void {
    this.#event({ type: "aborted", code });
    if (spoiler !== undefined) this.#exclude(spoiler);
    if (looked) this.#spendSpares(1);
  }

  async #take(results: readonly AggregatedSum[]): Promise<void> {
    const good = results.filter(({ sum }) => isPlausible(this.#task, sum));
    const bad = results.filter((result) => !good.includes(result));
    if (bad.length > 0) this.#event({ type: "suspects", groups: bad.map(({ survivors }) => survivors) });
    if (good.length === 0) return this.#spendSpares(1);
    const sum = new Int32Array(dimensionOf(this.#task));
    for (const result of good)
      for (const [at, value] of result.sum.entries()) sum[at] = (sum[at] ?? 0) + value;
    const model = nextModel(this.#task, this.#model, sum);
    this.#sinceGood.push(...good.map(({ survivors }) => survivors));
    await this.#accept(
      model,
      good.flatMap(({ survivors }) => survivors),
    );
  }

  async #accept(model: GlobalModel, survivors: readonly number[]): Promise<void> {
    const { gate } = this.#input;
    const isChecked =
      gate &&
      (model.stepsTaken % gate.everyStepsCount === 0 || model.stepsTaken === this.#task.plan.stepsCount);
    const loss = isChecked ? gate.lossOf(model) : undefined;
    if (gate && loss !== undefined && !(loss <= this.#good.loss + gate.tolerance)) return this.#rollBack();
    await this.#input.keep(model);
    this.#model = model;
    if (loss !== undefined) {
      this.#good = { model, loss: Math.min(loss, this.#good.loss) };
      this.#sinceGood = [];
    }
    this.#event({
      type: "step",
      stepsTaken: model.stepsTaken,
      survivors,
      ...(loss !== undefined && { loss }),
    });
  }

  async #rollBack(): Promise<void> {
    // The step that is not taken, and those taken back: hospitals have looked for all of them.
    const lostCount = this.#model.stepsTaken - this.#good.model.stepsTaken + 1;
    await this.#input.keep(this.#good.model);
    this.#model = this.#good.model;
    this.#event({ type: "rollback", toStep: this.#model.stepsTaken, groups: this.#sinceGood });
    this.#sinceGood = [];
    this.#spendSpares(lostCount);
  }

  /** Steps again and again that come to nothing end the task: somebody spoils it, or the gate is too strict. */
  #spendSpares(count: number): void {
    this.#sparesLeftCount -= count;
    if (this.#sparesLeftCount >= 0) return;
    this.#giveUp(stopped());
  }

  #giveUp(error: Error): void {
    this.#event({ type: "stopped", code: isBaseError(error) ? error.code : "INTERNAL" });
    this.#halt("given up");
    this.#settle?.reject(error);
  }

  #event(event: FederationEvent): void {
    this.#input.onEvent?.(event);
  }
}

function beginning({ plan }: GroupRound): Reply {
  return { kind: "begin", plan: encodePlan(plan) };
}

/** Random groups of nearly the same size; drawn anew each time, so that a spoiler is met in different ones. */
function partition(members: readonly CohortMember[], groupsCount: number, random: Random): CohortMember[][] {
  const lots = new Map(members.map((member) => [member, random(8).join("-")]));
  const shuffled = members.toSorted((a, b) => ((lots.get(a) ?? "") < (lots.get(b) ?? "") ? -1 : 1));
  const groups: CohortMember[][] = Array.from({ length: groupsCount }, () => []);
  for (const [index, member] of shuffled.entries()) groups[index % groupsCount]?.push(member);
  return groups;
}
