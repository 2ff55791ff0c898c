import { describe, expect, it } from "vitest";
import { RateLimit } from "./rate-limit.ts";

function takeAll(limit: RateLimit, key: string, nowMs: number): number {
  let count = 0;
  while (limit.take(key, nowMs)) count += 1;
  return count;
}

describe("RateLimit", () => {
  it("allows a burst, then the rate, for each key apart", () => {
    const limit = new RateLimit(5);
    expect(takeAll(limit, "a", 0)).toBe(50);
    expect(takeAll(limit, "a", 1000)).toBe(5);
    expect(takeAll(limit, "b", 1000)).toBe(50);
    expect(takeAll(limit, "a", 3_600_000)).toBe(50);
  });

  it("is not refilled by a clock that goes back", () => {
    const limit = new RateLimit(1);
    takeAll(limit, "a", 10_000);
    expect(limit.take("a", 0)).toBe(false);
  });

  it("still knows who is over the limit when it forgets the others", () => {
    const limit = new RateLimit(1);
    takeAll(limit, "busy", 0);
    for (let n = 0; n < 10_002; n += 1) limit.take(String(n), 0);
    expect(limit.take("busy", 500)).toBe(false);
    expect(limit.take("busy", 60_000)).toBe(true);
  });
});
