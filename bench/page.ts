/** The entry of the page that measures Cloister in Chromium. */
import { cloister } from "./cloister.ts";
import { scenariosOf } from "./scenarios.ts";

const scenarios = scenariosOf(cloister(true), async (work) => {
  const startedAt = performance.now();
  await work();
  return { wallUs: 1000 * (performance.now() - startedAt) };
});

Object.assign(globalThis, { scenarios });
