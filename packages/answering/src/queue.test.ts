import { never, stoppable } from "@cloister/testkit/model";
import { TestClock } from "@cloister/testkit/test-clock";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Admission, AdmissionQueue, type QueueLimits } from "./queue.ts";

const limits: QueueLimits = {
  concurrencyCount: 2,
  tenantConcurrencyCount: 2,
  waitingCount: 4,
  tenantWaitingCount: 3,
  waitMs: 10_000,
  turnMs: 60_000,
};

function queueOf(parts: Partial<QueueLimits> = {}) {
  const clock = new TestClock();
  return { clock, queue: new AdmissionQueue({ ...limits, ...parts }, clock) };
}

async function admitted(queue: AdmissionQueue, tenant: string): Promise<Admission> {
  const admission = await queue.admit(tenant, never());
  if (!admission) throw new Error("not admitted");
  return admission;
}

const busy = { code: "MODEL_BUSY", family: "Unavailable" };

describe("the queue", () => {
  it("lets in what there is room for, and the next in line when a turn is given back", async () => {
    const { queue } = queueOf();
    const first = await admitted(queue, "a");
    await admitted(queue, "a");
    const third = admitted(queue, "a");
    expect([queue.runningCount, queue.waitingCount]).toEqual([2, 1]);
    first.release();
    first.release();
    await third;
    expect([queue.runningCount, queue.waitingCount]).toEqual([2, 0]);
  });

  it("refuses at once beyond its bounds, those of one tenant before those of all", async () => {
    const { queue } = queueOf();
    const turns = [await admitted(queue, "a"), await admitted(queue, "a")];
    const waiting = [1, 2, 3].map(() => admitted(queue, "a"));
    await expect(queue.admit("a", never())).rejects.toMatchObject(busy);
    waiting.push(admitted(queue, "b"));
    await expect(queue.admit("c", never())).rejects.toMatchObject(busy);
    for (const turn of turns) turn.release();
    for (const turn of waiting) (await turn).release();
    expect([queue.runningCount, queue.waitingCount]).toEqual([0, 0]);
  });

  it("says when to come back: the later, the more there is ahead", async () => {
    const { queue, clock } = queueOf({ concurrencyCount: 1, waitingCount: 3 });
    for (let at = 0; at < 40; at += 1) {
      const turn = await admitted(queue, "a");
      await clock.pass(5_000);
      turn.release();
    }
    await admitted(queue, "a");
    const waiting = ["a", "a", "b"].map((tenant) => admitted(queue, tenant).catch(() => undefined));
    const refusal = await queue.admit("c", never()).catch((error: unknown) => error);
    // Four would be ahead, five seconds each.
    expect(refusal).toMatchObject(busy);
    expect((refusal as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(19_000);
    expect((refusal as { retryAfterMs: number }).retryAfterMs).toBeLessThanOrEqual(20_000);
    await clock.pass(10_000);
    await Promise.all(waiting);
  });

  it("keeps nobody waiting longer than it said", async () => {
    const { queue, clock } = queueOf();
    await admitted(queue, "a");
    await admitted(queue, "a");
    const third = admitted(queue, "b").catch((error: unknown) => error);
    await clock.pass(9_999);
    expect(queue.waitingCount).toBe(1);
    await clock.pass(1);
    expect(await third).toMatchObject(busy);
    expect(queue.waitingCount).toBe(0);
  });

  it("takes back a turn that is never given back", async () => {
    const { queue, clock } = queueOf();
    const turn = await admitted(queue, "a");
    await clock.pass(60_000);
    expect(queue.runningCount).toBe(0);
    turn.release();
    expect(queue.runningCount).toBe(0);
  });

  it("lets go of who does not want to wait any more", async () => {
    const { queue } = queueOf({ concurrencyCount: 1 });
    const turn = await admitted(queue, "a");
    const { signal, stop } = stoppable();
    const second = queue.admit("a", signal);
    const third = admitted(queue, "a");
    stop();
    expect(await second).toBeUndefined();
    expect(await queue.admit("a", signal)).toBeUndefined();
    turn.release();
    await third;
  });

  it("is fair: a tenant with one question is next after one with many, whatever came first", async () => {
    const { queue } = queueOf({ concurrencyCount: 1, waitingCount: 10, tenantWaitingCount: 9 });
    const order: string[] = [];
    const ask = async (tenant: string) => {
      const turn = await admitted(queue, tenant);
      order.push(tenant);
      turn.release();
    };
    const turn = await admitted(queue, "many");
    const all = ["many", "many", "many", "many", "one", "few", "few"].map(ask);
    turn.release();
    await Promise.all(all);
    expect(order).toEqual(["many", "one", "few", "many", "few", "many", "many"]);
  });

  it("gives one tenant no more than its share of what runs", async () => {
    const { queue } = queueOf({ tenantConcurrencyCount: 1 });
    const first = await admitted(queue, "a");
    const second = admitted(queue, "a");
    await admitted(queue, "b");
    expect([queue.runningCount, queue.waitingCount]).toEqual([2, 1]);
    first.release();
    await second;
  });

  it("refuses limits that are none", () => {
    expect(() => queueOf({ concurrencyCount: 0 })).toThrowError(
      expect.objectContaining({ code: "MODEL_LIMITS" }),
    );
  });

  it("never has more than its bounds, loses nothing, and ends empty, whatever happens", async () => {
    const step = fc.record({
      tenant: fc.constantFrom("a", "b", "c"),
      action: fc.constantFrom("ask", "ask", "release", "stop", "pass"),
      at: fc.nat(7),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { queue, clock } = queueOf();
        const turns: Admission[] = [];
        const stops: (() => void)[] = [];
        const asked: Promise<string>[] = [];
        for (const { tenant, action, at } of steps) {
          if (action === "ask") {
            const { signal, stop } = stoppable();
            stops.push(stop);
            asked.push(
              queue.admit(tenant, signal).then(
                (turn) => {
                  if (turn) turns.push(turn);
                  return turn ? "turn" : "stopped";
                },
                () => "refused",
              ),
            );
          }
          if (action === "release") turns.splice(at, 1)[0]?.release();
          if (action === "stop") stops.splice(at, 1)[0]?.();
          if (action === "pass") await clock.pass(3_000);
          expect(queue.runningCount).toBeLessThanOrEqual(limits.concurrencyCount);
          expect(queue.waitingCount).toBeLessThanOrEqual(limits.waitingCount);
        }
        await clock.pass(200_000);
        expect([queue.runningCount, queue.waitingCount]).toEqual([0, 0]);
        expect(await Promise.all(asked)).toHaveLength(asked.length);
      }),
      { numRuns: 60 },
    );
  });
});
