/// <reference types="node" />
import { setImmediate as immediate, setTimeout as sleep } from "node:timers/promises";
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
    const ended = model.generate(modelRequest(), never());
    for (let next = await ended.next(); !next.done && next.value.type === "text"; ) next = await ended.next();
    await ask();
    await ended.return();
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
    let paused: (() => void)[] = [];
    const scripted = new ScriptedModel(
      () => pieces,
      () => new Promise((resolve) => paused.push(resolve)),
    );
    /** Time passes by pauses, so that a busy machine changes nothing. */
    const tick = async () => {
      const due = paused;
      paused = [];
      for (const resolve of due) resolve();
      await immediate();
    };
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
    // An answer takes three pauses; two are under way at once. One tenant asks twelve times as much as the others.
    const load = async (rounds: number) => {
      const asked: Promise<void>[] = [];
      for (let round = 0; round < rounds; round += 1) {
        for (let at = 0; at < 6; at += 1) asked.push(ask("loud"));
        if (round % 2 === 0) asked.push(ask("quiet"), ask("calm"));
        for (let at = 0; at < 3; at += 1) await tick();
      }
      while (scripted.runningCount > 0) await tick();
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
    // Fair: those who ask little have each question answered, however loud the other is.
    expect([answered.get("quiet"), answered.get("calm")]).toEqual([150, 150]);
    expect(scripted.runningCount).toBe(0);
    expect(heapUsed() - before).toBeLessThan(2_000_000);
  }, 60_000);
});
