import { describe, expect, it } from "vitest";
import { passageWords } from "./source-words.ts";

describe("the words for a passage", () => {
  it.each([
    ["when-to-seek-care", "When to seek care"],
    ["what-helps-2", "What helps 2"],
    ["intro", undefined],
  ])("%s", (passage, words) => {
    expect(passageWords({ passage })).toBe(words);
  });
});
