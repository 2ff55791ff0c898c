import { describe, expect, it } from "vitest";
import { carrySpans } from "./carry-spans.ts";

const text = "Ana Ruiz saw Dr. Bob";
const spans = [
  { start: 0, end: 8 },
  { start: 17, end: 20 },
];

function carried(now: string): readonly string[] {
  return carrySpans(spans, text, now).map(({ start, end }) => now.slice(start, end));
}

describe("spans of a text that is being edited", () => {
  it.each([
    ["nothing changed", text, ["Ana Ruiz", "Bob"]],
    ["something was added at the end", `${text} today`, ["Ana Ruiz", "Bob"]],
    ["something was put before them", `Yes, ${text}`, ["Ana Ruiz", "Bob"]],
    ["something was put between them", "Ana Ruiz never saw Dr. Bob", ["Ana Ruiz", "Bob"]],
    ["one of them was changed", "Ana Rui saw Dr. Bob", ["Bob"]],
    ["the end was taken away", "Ana Ruiz saw", ["Ana Ruiz"]],
    ["all was taken away", "", []],
  ])("%s", (_what, now, found) => {
    expect(carried(now)).toEqual(found);
  });
});
