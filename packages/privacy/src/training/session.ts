/** A training run under a budget: reserve, train, settle, with a kept state that survives a crash anywhere. */
import { BaseError, concatBytes, equalBytes, fromHex, toHex } from "@cloister/bytes";
import type { Random } from "@cloister/crypto";
import { type LedgerStore, type Purpose, reserve, settle } from "../ledger/index.ts";
import { eventOf, planDigest } from "./plan.ts";
import { decodeState, encodeState } from "./state-file.ts";
import { eraseSeed, startTraining, type TrainingRun, type TrainingState, takeStep } from "./step.ts";

/** Keeps one state, as secretly as the data. */
export interface StateStore {
  load(): Uint8Array | undefined;
  /** Returns once the state, whole, would survive a power failure. */
  save(state: Uint8Array): void;
  remove(): void;
}

/** What a run under a budget needs. */
export interface TrainingSession {
  readonly run: TrainingRun;
  readonly ledger: LedgerStore;
  readonly budget: string;
  readonly purpose: Purpose;
  readonly kept: StateStore;
  readonly random: Random;
  /** Called after each step. */
  readonly onStep?: (state: TrainingState) => void;
  /** Keeps the state after so many steps; a crash costs at most their time. */
  readonly keepEvery?: number;
}

/** A run at its end; show nothing of it before {@link TrainedHead.close}. */
export interface TrainedHead {
  readonly parameters: Float64Array;
  /** Id of the reservation in the ledger. */
  readonly reservation: string;
  /** Call once the model is durable: forgets the kept state and the seed of its noise. */
  close(): void;
}

const ID_BYTES = 16;
const DIGEST_BYTES = 32;

/**
 * Trains under a budget, or goes on where a run ended too early. The state is kept before the reservation
 * and the reservation is durable before the first step, so a crash at any point neither spends twice nor
 * forgets. A state of another plan is refused: it has spent already.
 * @throws BaseError `LEDGER_…`, `TRAINING_STATE`, `TRAINING_BINDING`
 */
export function trainUnderBudget(session: TrainingSession): TrainedHead {
  const { run, ledger, budget, purpose, kept, onStep, keepEvery = 50 } = session;
  const { id, state: begun } = resume(session) ?? begin(session);
  const digest = toHex(planDigest(run.plan));
  if (!isReleased(ledger, id)) {
    try {
      // Also after a crash: the same reservation again changes nothing.
      reserve(ledger, { id, budget, purpose, events: [eventOf(run.plan)], planDigest: digest });
    } catch (error) {
      if (!ledger.entries().some((entry) => entry.type === "reserved" && entry.id === id)) kept.remove();
      throw error;
    }
  }
  let state = begun;
  while (state.stepsTaken < run.plan.stepsCount) {
    ({ state } = takeStep(run, state));
    if (state.stepsTaken % keepEvery === 0 || state.stepsTaken === run.plan.stepsCount)
      keep(session, id, state);
    onStep?.(state);
  }
  settle(ledger, { id, outcome: "released" });
  const close = () => {
    eraseSeed(state);
    kept.remove();
  };
  return { parameters: state.parameters, reservation: id, close };
}

function isReleased(ledger: LedgerStore, id: string): boolean {
  return ledger
    .entries()
    .some((entry) => entry.type === "settled" && entry.id === id && entry.outcome === "released");
}

function begin(session: TrainingSession): { readonly id: string; readonly state: TrainingState } {
  const id = toHex(session.random(ID_BYTES));
  const state = startTraining(session.run, session.random);
  keep(session, id, state);
  return { id, state };
}

function keep({ run, kept }: TrainingSession, id: string, state: TrainingState): void {
  kept.save(concatBytes(fromHex(id), planDigest(run.plan), encodeState(state)));
}

function resume({
  run,
  kept,
}: TrainingSession): { readonly id: string; readonly state: TrainingState } | undefined {
  const bytes = kept.load();
  if (bytes === undefined) return undefined;
  const from = ID_BYTES + DIGEST_BYTES;
  if (bytes.length < from || !equalBytes(bytes.slice(ID_BYTES, from), planDigest(run.plan))) {
    const message =
      "a run with another plan is kept here; finish it, or remove it: what it reserved stays spent";
    throw new BaseError("Conflict", "TRAINING_STATE", message);
  }
  return { id: toHex(bytes.slice(0, ID_BYTES)), state: decodeState(run, bytes.slice(from)) };
}
