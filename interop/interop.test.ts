import process from "node:process";
import { describe, expect, it } from "vitest";
import { Divergence } from "./fuzz.ts";
import { fuzzAgainst, playAgainst } from "./hold.ts";
import { installOracles, type Oracle, oracles } from "./oracles.ts";

// Needs the registry once. Away from it these are skipped by name, which CI counts as a failure.
const installed = await installOracles();
const seed = Number(process.env["INTEROP_SEED"] ?? Date.now() % 1_000_000);
const say = (line: string) => process.stdout.write(`interop: ${line}\n`);

describe.skipIf(!installed).each(oracles)("beside libsignal-client $name", (oracle: Oracle) => {
  it("opens, refuses and sends as it does, for 1,000 random steps", async () => {
    say(`${oracle.name}, INTEROP_SEED=${seed}`);
    await fuzzAgainst(oracle, { steps: 1000, seed, say: (line) => say(`${oracle.name} ${line}`) });
  });

  it("opens every message of ordered conversations", async () => {
    await playAgainst(oracle, { steps: 200, messages: 100, jump: false, seed, say: () => undefined });
  });

  it("finds the step at which one message was broken on purpose", async () => {
    const broken = fuzzAgainst(oracle, { steps: 400, seed, sabotageAt: 50, say: () => undefined });
    await expect(broken).rejects.toThrow(Divergence);
    await expect(broken).rejects.toThrow(/^step \d+, [ab] receives: Cloister's world "refused: \w+/);
  });
});
