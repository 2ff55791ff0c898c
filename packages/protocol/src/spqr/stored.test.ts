import { equalBytes, isBaseError } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { exchange, loadSpqr, spqrSides, storeSpqr } from "../testing/spqr-sides.ts";
import type { Braid } from "./braid.ts";
import { type ActiveSpqr, absentSpqr, type SpqrState } from "./index.ts";

const damaged = expect.objectContaining({ code: "SESSION-002" }) as Error;

/** One state of each kind, from conversations in which some messages are lost. */
function everyKind(): Map<Braid["kind"], ActiveSpqr> {
  const found = new Map<Braid["kind"], ActiveSpqr>();
  for (const lossy of [false, true]) {
    const { alice, bob } = spqrSides(`kinds ${lossy}`);
    for (let count = 0; count < 400; count += 1) {
      for (const [from, to] of [
        [alice, bob],
        [bob, alice],
      ] as const) {
        found.set(from.kind, copied(from.active));
        const sent = from.send();
        found.set(from.kind, copied(from.active));
        if (!lossy || from === bob || count % 3 === 0) to.open(sent);
        found.set(to.kind, copied(to.active));
      }
    }
  }
  return found;
}

/** What a side overwrites later stays in the copy. */
function copied(state: ActiveSpqr): ActiveSpqr {
  const copy = loadSpqr(storeSpqr(state));
  expect(copy).toEqual(state);
  return copy as ActiveSpqr;
}

const states = everyKind();

describe("a stored state", () => {
  it("is there for each of the eleven kinds, and comes back as it was", () => {
    expect(new Set(states.keys())).toEqual(
      new Set([
        "ct1-acknowledged",
        "ct1-received",
        "ct1-sampled",
        "ct2-sampled",
        "header-received",
        "header-sent",
        "keys-sampled",
        "keys-unsampled",
        "no-header-received",
        "vector-received",
        "vector-sent",
      ]),
    );
    for (const state of states.values()) expect(copied(state)).toEqual(state);
    expect(loadSpqr(storeSpqr(absentSpqr))).toBe(absentSpqr);
    const { alice } = spqrSides("lenient", "pqxdh");
    expect(loadSpqr(storeSpqr(alice.state))).toEqual(alice.state);
  });

  it("stays below 3 kB, skipped keys aside", () => {
    for (const state of states.values())
      expect(storeSpqr(state).length).toBeLessThan(3000 + heldBytes(state));
  });

  it("is refused when it is cut short anywhere", () => {
    for (const state of states.values()) {
      const bytes = storeSpqr(state);
      for (let length = 0; length < bytes.length; length += 1 + (length % 29)) {
        expect(() => loadSpqr(bytes.subarray(0, length))).toThrowError(damaged);
      }
    }
  });

  it("with any byte changed is refused in no other way, or is another state", () => {
    for (const state of states.values()) {
      const bytes = storeSpqr(state);
      for (let at = 0; at < bytes.length; at += 1 + (at % 13)) {
        const changed = bytes.slice();
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
        let read: SpqrState;
        try {
          read = loadSpqr(changed);
        } catch (error) {
          const isDamage = isBaseError(error) && error.code === "SESSION-002";
          expect(isDamage || (error as Error).message === "trailing bytes").toBe(true);
          continue;
        }
        expect(equalBytes(storeSpqr(read), changed)).toBe(true);
      }
    }
  });

  it("is refused when no session could have left it behind", () => {
    const { alice, bob } = spqrSides("impossible");
    for (let count = 0; count < 60; count += 1) exchange(alice, bob);
    const refuse = (change: Partial<ActiveSpqr>) =>
      expect(() => loadSpqr(storeSpqr({ ...alice.active, ...change }))).toThrowError(damaged);
    const { braid, schedule } = alice.active;
    const [first, ...rest] = schedule.epochs;
    if (!first || rest.length === 0) throw new Error("too few epochs");
    refuse({ role: "responder" });
    refuse({ braid: { ...braid, epoch: 0n } });
    refuse({ braid: { ...braid, epoch: braid.epoch + 2n } });
    refuse({ schedule: { ...schedule, firstEpoch: schedule.firstEpoch + 1n } });
    refuse({ schedule: { ...schedule, epochs: rest } });
    refuse({ schedule: { ...schedule, epochs: [] } });
    refuse({ schedule: { ...schedule, epochs: [first, first, ...schedule.epochs, first] } });
    refuse({
      schedule: {
        ...schedule,
        epochs: schedule.epochs.map(({ receiving }) => ({ receiving, sending: undefined })),
      },
    });
  });

  it("is refused when it holds a chunk twice, or as many as would have been decoded", () => {
    const state = states.get("ct1-sampled");
    if (state?.braid.kind !== "ct1-sampled") throw new Error("no such state");
    const chunk = (index: number) => ({ index, data: new Uint8Array(32) });
    const withVector = (indices: number[]) =>
      loadSpqr(storeSpqr({ ...state, braid: { ...state.braid, vector: indices.map(chunk) } as Braid }));
    expect(() => withVector([1, 2])).not.toThrow();
    expect(() => withVector([1, 1])).toThrowError(damaged);
    expect(() => withVector(Array.from({ length: 36 }, (_, index) => index))).toThrowError(damaged);
  });
});

function heldBytes({ schedule }: ActiveSpqr): number {
  return schedule.epochs.reduce((sum, { receiving }) => sum + 36 * receiving.skipped.length, 0);
}
