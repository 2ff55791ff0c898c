import { toHex } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import {
  addEpoch,
  type KeySchedule,
  startSchedule,
  takeReceivingKey,
  takeSendingKey,
} from "./key-schedule.ts";

const initialKey = new Uint8Array(32).fill(1);
const secret = (epoch: number) => new Uint8Array(32).fill(epoch + 10);
const code = (id: string): Error => expect.objectContaining({ code: id }) as Error;

function jump(schedule: KeySchedule, index: number, epoch = 0n): KeySchedule {
  return takeReceivingKey(schedule, epoch, index).schedule;
}

/** Chain epochs 0 to `newest`, nothing sent yet. */
function grown(role: "initiator" | "responder", newest: number): KeySchedule {
  let schedule = startSchedule(initialKey, role);
  for (let epoch = 1; epoch <= newest; epoch += 1)
    schedule = addEpoch(schedule, secret(epoch), role).schedule;
  return schedule;
}

describe("the key schedule", () => {
  it("gives both sides the same keys; who initiated sends in the same direction in every epoch", () => {
    const alice = grown("initiator", 2);
    const bob = grown("responder", 2);
    const keys = new Set<string>();
    for (const epoch of [0n, 1n, 2n]) {
      const forth = takeSendingKey(alice, epoch);
      expect(takeReceivingKey(bob, epoch, 1).key).toEqual(forth.key);
      const back = takeSendingKey(bob, epoch);
      expect(takeReceivingKey(alice, epoch, 1).key).toEqual(back.key);
      keys.add(toHex(forth.key)).add(toHex(back.key));
    }
    expect(keys.size).toBe(6);
  });

  it("jumps 25,000 messages and not one more", () => {
    const schedule = jump(startSchedule(initialKey, "responder"), 1);
    expect(jump(schedule, 25_001).epochs[0]?.receiving.skipped).toHaveLength(2000);
    expect(() => jump(schedule, 25_002)).toThrowError(code("SPQR-004"));
  });

  it("reaches 2,000 messages back and not one more", () => {
    const schedule = jump(startSchedule(initialKey, "responder"), 3000);
    expect(jump(schedule, 1000).epochs[0]?.receiving.skipped).toHaveLength(1999);
    expect(() => jump(schedule, 999)).toThrowError(code("SPQR-006"));
  });

  it("gives each key once", () => {
    const schedule = jump(jump(startSchedule(initialKey, "responder"), 5), 3);
    for (const index of [5, 3, 0]) expect(() => jump(schedule, index)).toThrowError(code("SPQR-005"));
    expect(() => jump(schedule, 4)).not.toThrow();
  });

  it("skips to the key that walking there gives, and keeps those between", () => {
    let walked = startSchedule(initialKey, "responder");
    const keys: string[] = [];
    for (let index = 1; index <= 20; index += 1) {
      const step = takeReceivingKey(walked, 0n, index);
      keys.push(toHex(step.key));
      walked = step.schedule;
    }
    let skipped = startSchedule(initialKey, "responder");
    for (const index of [20, 3, 19, 1, 10]) {
      const step = takeReceivingKey(skipped, 0n, index);
      expect(toHex(step.key)).toBe(keys[index - 1]);
      skipped = step.schedule;
    }
  });

  it("drops what falls out of the window with every step, and hands it over for erasure", () => {
    let schedule = jump(startSchedule(initialKey, "responder"), 2001);
    const held = schedule.epochs[0]?.receiving.skipped;
    expect(held?.numberAt(0)).toBe(1);
    const step = takeReceivingKey(schedule, 0n, 2002);
    expect(step.erase).toContain(held?.packed);
    schedule = step.schedule;
    for (let index = 2003; index < 5000; index += 1) schedule = jump(schedule, index);
    expect(schedule.epochs[0]?.receiving.skipped).toHaveLength(0);
  });

  it("keeps the last epoch's receiving chain once it sends under a newer one, and no older", () => {
    const before = grown("responder", 2);
    const first = takeSendingKey(before, 1n);
    expect(first.schedule.epochs.map(({ sending }) => sending !== undefined)).toEqual([false, true, true]);
    expect(first.erase).toContain(before.epochs[0]?.sending?.chainKey);
    expect(() => jump(first.schedule, 1, 0n)).not.toThrow();
    expect(() => takeSendingKey(first.schedule, 0n)).toThrowError(code("SPQR-003"));

    const second = takeSendingKey(jump(first.schedule, 3, 0n), 2n);
    expect(second.schedule.firstEpoch).toBe(1n);
    expect(() => jump(second.schedule, 4, 0n)).toThrowError(code("SPQR-003"));
    expect(() => jump(second.schedule, 1, 1n)).not.toThrow();
    // The chain key and the skipped keys of epoch 0, sending chain 1, and the key used up.
    expect(second.erase).toHaveLength(4);
    expect(takeSendingKey(second.schedule, 2n).erase).toHaveLength(1);
  });

  it("holds no epoch that was never added", () => {
    expect(() => jump(grown("initiator", 1), 1, 2n)).toThrowError(code("SPQR-003"));
    expect(() => jump(grown("initiator", 1), 1, -1n)).toThrowError(code("SPQR-003"));
    expect(() => jump(grown("initiator", 1), 1, 2n ** 64n)).toThrowError(code("SPQR-003"));
  });
});
