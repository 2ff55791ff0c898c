import { expect, it } from "vitest";
import { isSlip } from "./slips.ts";

it.each(["agian", "evry", "diference", "togther", "dizzzy"])("%s is an ordinary word with a slip", (word) => {
  expect(isSlip(word)).toBe(true);
});

it.each(["tenzin", "ngozi", "abc", "rxqwvk", "дома"])("%s is none", (word) => {
  expect(isSlip(word)).toBe(false);
});
