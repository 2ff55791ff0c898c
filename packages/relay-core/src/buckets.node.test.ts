import fc from "fast-check";
import { expect, it } from "vitest";
import { Buckets } from "./buckets.ts";
import { TestClock } from "./testing/world.ts";

it("never lets more through in any span than a burst and what the span earned", () => {
  const waits = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 200 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 1, max: 100 }),
      waits,
      (burstCount, everyMs, pauses) => {
        const clock = new TestClock();
        const buckets = new Buckets({ burstCount, everyMs }, clock);
        const passedAt: number[] = [];
        for (const pauseMs of pauses) {
          clock.pass(pauseMs);
          const waitMs = buckets.take("key");
          if (waitMs === 0) passedAt.push(clock.runningMs);
          else {
            clock.pass(waitMs);
            expect(buckets.take("key")).toBe(0);
            passedAt.push(clock.runningMs);
          }
        }
        for (const [from, startMs] of passedAt.entries()) {
          for (const [to, endMs] of passedAt.entries()) {
            const count = to - from + 1;
            if (to >= from)
              expect(count).toBeLessThanOrEqual(burstCount + Math.floor((endMs - startMs) / everyMs) + 1);
          }
        }
      },
    ),
    { numRuns: 50 },
  );
});

it("keeps keys apart and costs nothing to look at", () => {
  const clock = new TestClock();
  const buckets = new Buckets({ burstCount: 1, everyMs: 10 }, clock);
  expect(buckets.wait("a")).toBe(0);
  expect(buckets.take("a")).toBe(0);
  expect(buckets.take("b")).toBe(0);
  expect(buckets.wait("a")).toBe(10);
  for (let n = 0; n < 5000; n += 1) buckets.take(`${n}`);
  expect(buckets.take("a")).toBe(10);
  clock.pass(10);
  expect(buckets.take("a")).toBe(0);
});
