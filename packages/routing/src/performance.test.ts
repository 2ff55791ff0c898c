import { describe, expect, it } from "vitest";
import { assess } from "./assess.ts";

const LENGTH = 100_000;
const fill = (part: string): string => part.repeat(Math.ceil(LENGTH / part.length)).slice(0, LENGTH);

/** Texts that would take long if the work grew faster than they do. */
const pathological: readonly (readonly [name: string, text: string])[] = [
  ["one word", fill("a")],
  ["sentences of a letter", fill("a.")],
  ["beginnings of a relative", fill("my very big old ")],
  ["beginnings of a patient", fill("a 40-year-old ")],
  ["politeness", fill("please, can you ")],
  ["measurements", fill("bp 1 ")],
  ["offices", fill("the former famous ")],
  ["spaces", `my${fill(" ")}mother`],
  ["numbers", fill("1")],
  ["half characters", fill("\ud800a ")],
  ["marks", fill(`a${"\u0301".repeat(50)}`)],
  ["control characters", fill("\u0000\u0001")],
];

function fastestMs(run: () => unknown, times = 3): number {
  let fastest = Infinity;
  for (let i = 0; i < times; i += 1) {
    const start = performance.now();
    run();
    fastest = Math.min(fastest, performance.now() - start);
  }
  return fastest;
}

describe("time", () => {
  it.each(pathological)("grows no faster than the text: %s", (_, text) => {
    expect(fastestMs(() => assess({ text }, () => []))).toBeLessThan(1000);
  });

  it("is far below five milliseconds for a message, the detector apart", () => {
    const text =
      "My mother, 71, had a fall last week. Her knee is swollen, BP 150/90, and she takes warfarin. Should she have an X-ray? ";
    expect(fastestMs(() => assess({ text: text.repeat(5) }, () => []), 9)).toBeLessThan(5);
  });
});
