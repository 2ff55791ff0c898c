/**
 * Holds `npx cloister conform protocol` against Signal's own library, in three of its versions and both roles.
 * `node interop/run.ts [--peer NAME] [--steps 1000] [--messages 200] [--seed N] [--jump]`; see interop/README.md.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { fuzzAgainst, playAgainst } from "./hold.ts";
import { installOracles, oracles } from "./oracles.ts";

const { values } = parseArgs({
  options: {
    peer: { type: "string" },
    messages: { type: "string", default: "200" },
    steps: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    jump: { type: "boolean", default: false },
  },
});

const say = (text: string) => process.stdout.write(`${text}\n`);
const [messages, steps, seed] = [Number(values.messages), Number(values.steps), Number(values.seed)];
const asked = oracles.filter(({ name }) => values.peer === undefined || name.startsWith(values.peer));

if (asked.length === 0) {
  say(`--peer is one of ${oracles.map(({ name }) => name).join(", ")}`);
  process.exitCode = 64;
} else if (!(await installOracles())) {
  say("the library cannot be installed: is the registry within reach?");
  process.exitCode = 1;
} else {
  say(`seed ${seed}`);
  for (const oracle of asked) {
    say(`libsignal-client ${oracle.name}`);
    const run = { seed, steps, say: (line: string) => say(`  ${line}`) };
    await playAgainst(oracle, { ...run, messages, jump: values.jump });
    await fuzzAgainst(oracle, run);
  }
  say("no divergence");
}
