import { TestClock } from "@cloister/testkit/test-clock";
import { describe, expect, it } from "vitest";
import { Turn } from "./turn.ts";

describe("an answer under way", () => {
  it("is told of at once, then at most once a second, and always as it is by then", async () => {
    const clock = new TestClock();
    const told: string[] = [];
    const turn = new Turn(clock, (text) => told.push(text));
    turn.write([]);
    for (const text of ["a.", "b.", "c."]) turn.write([text]);
    expect(told).toEqual([""]);
    await clock.pass(1_000);
    expect(told).toEqual(["", "c."]);
    await clock.pass(5_000);
    turn.write(["c.", "d."]);
    expect(told).toEqual(["", "c.", "c. d."]);
  });

  it("is told of no more than twenty times, and not when it is over", async () => {
    const clock = new TestClock();
    const told: string[] = [];
    const turn = new Turn(clock, (text) => told.push(text));
    for (let i = 0; i < 50; i += 1) {
      turn.write([`${i}`]);
      await clock.pass(1_000);
    }
    expect(told).toHaveLength(20);
    const other = new Turn(clock, (text) => told.push(text));
    other.end();
    other.write(["late"]);
    expect(told).toHaveLength(20);
  });

  it("stops once, and says so to whoever listens", () => {
    const turn = new Turn(new TestClock(), () => undefined);
    let calls = 0;
    const listener = () => {
      calls += 1;
    };
    turn.signal.addEventListener("abort", listener);
    expect(turn.signal.aborted).toBe(false);
    turn.stop();
    turn.stop();
    expect([turn.signal.aborted, calls]).toEqual([true, 1]);
  });
});
