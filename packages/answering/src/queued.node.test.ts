/// <reference types="node" />
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { collect, modelRequest, never, ScriptedModel, stoppable } from "@cloister/testkit/model";
import { describe, expect, it } from "vitest";
import type { Clock } from "./queue.ts";
import { defaultQueueLimits, queuedModel } from "./queued.ts";

const clock: Clock = {
  nowMs: () => performance.now(),
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
const pieces = ["one ", "two ", "three ", "four "];
const slow = (pauseMs: number) =>
  new ScriptedModel(
    () => pieces,
    () => sleep(pauseMs),
  );

function heapUsed(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

describe("a queued model", () => {
  it("gives its turn back with the end, an error, a stop, and when it is left", async () => {
    const scripted = slow(1);
    const model = queuedModel(scripted, { ...defaultQueueLimits, concurrencyCount: 1, waitMs: 1_000 }, clock);
    const ask = () => collect(model.generate(modelRequest(), never()));
    await ask();
    await expect(collect(model.generate(modelRequest({ seed: -1 }), never()))).rejects.toMatchObject({
      code: "MODEL_REQUEST",
    });
    const left = model.generate(modelRequest(), never());
    await left.next();
    await left.return();
    const { signal, stop } = stoppable();
    const stopped = model.generate(modelRequest(), signal);
    await stopped.next();
    stop();
    expect((await collect(stopped)).end.reason).toBe("stopped");
    expect((await ask()).text).toBe(pieces.join(""));
    expect(scripted.runningCount).toBe(0);
  });

  it("ends a question that is stopped while it waits, without asking the model", async () => {
    const model = queuedModel(slow(20), { ...defaultQueueLimits, concurrencyCount: 1 }, clock);
    const first = collect(model.generate(modelRequest(), never()));
    const { signal, stop } = stoppable();
    const second = collect(model.generate(modelRequest(), signal));
    setTimeout(stop, 5);
    expect(await second).toMatchObject({ textsCount: 0, end: { reason: "stopped" } });
    await first;
  });

  it("at four times what it can do refuses within 50 ms, loses nothing it let in, and keeps nothing", async () => {
    const scripted = slow(2);
    const limits = { ...defaultQueueLimits, waitingCount: 8, tenantWaitingCount: 4 };
    const model = queuedModel(scripted, limits, clock);
    const refusalsMs: number[] = [];
    const answered = new Map<string, number>();
    const ask = async (tenant: string) => {
      const startedAt = performance.now();
      const scope = { tenant, patient: "p", session: "s" };
      try {
        const { text } = await collect(model.generate(modelRequest({ scope }), never()));
        expect(text).toBe(pieces.join(""));
        answered.set(tenant, (answered.get(tenant) ?? 0) + 1);
      } catch (error) {
        expect(error).toMatchObject({ code: "MODEL_BUSY" });
        refusalsMs.push(performance.now() - startedAt);
      }
    };
    // An answer takes three pauses; two are under way at once. One tenant asks ten times as much as the others.
    const load = async (rounds: number) => {
      const asked: Promise<void>[] = [];
      for (let round = 0; round < rounds; round += 1) {
        for (const tenant of ["loud", "loud", "loud", "loud", "loud", "loud"]) asked.push(ask(tenant));
        if (round % 2 === 0) asked.push(ask("quiet"), ask("calm"));
        await sleep(6);
      }
      await Promise.all(asked);
      return asked.length;
    };
    await load(50);
    const before = heapUsed();
    const earlier = refusalsMs.length + [...answered.values()].reduce((sum, count) => sum + count, 0);
    const askedCount = await load(250);
    const answeredCount = [...answered.values()].reduce((sum, count) => sum + count, 0);
    expect(answeredCount + refusalsMs.length - earlier).toBe(askedCount);
    expect(refusalsMs.length).toBeGreaterThan(askedCount / 2);
    refusalsMs.sort((a, b) => a - b);
    expect(refusalsMs[Math.floor(refusalsMs.length * 0.99)]).toBeLessThan(50);
    // Fair: the quiet ones have their 150 questions answered, however loud the other is; a machine that stands
    // still for a moment may cost a few.
    for (const tenant of ["quiet", "calm"]) expect(answered.get(tenant)).toBeGreaterThan(135);
    expect(scripted.runningCount).toBe(0);
    expect(heapUsed() - before).toBeLessThan(2_000_000);
  }, 60_000);
});
