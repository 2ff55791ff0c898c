/**
 * Holds `@cloister/protocol` against Signal's own library, in both roles.
 * `node interop/run.ts [--messages 600] [--steps 3000] [--seed N] [--jump]`; see interop/README.md.
 */
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { cloister, libsignal, type Peer } from "./peers.ts";
import {
  disorder,
  jump,
  lossyBursts,
  pingPong,
  reversedBatches,
  safetyNumbers,
  seededDice,
  simultaneous,
  tampering,
} from "./scenarios.ts";

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "600" },
    steps: { type: "string", default: "3000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    jump: { type: "boolean", default: false },
  },
});

const say = (text: string) => process.stdout.write(`${text}\n`);

if (!existsSync(new URL("libsignal/node_modules/@signalapp/libsignal-client", import.meta.url))) {
  say("skipped: run `npm install --prefix interop/libsignal` first");
  process.exit(0);
}

const messages = Number(values.messages);
const steps = Number(values.steps);
const dice = seededDice(Number(values.seed));
// With UUIDs for names Signal adds the addresses to first messages (field 6).
const ours = cloister("9d0652a3-dcc3-4d11-975f-74d61598733f");
const theirs = libsignal("796abedb-ca4e-4f18-8803-1fde5b921f9f");
const directions: [string, Peer, Peer][] = [
  ["Cloister initiates", ours, theirs],
  ["libsignal initiates", theirs, ours],
];

say(`seed ${values.seed}`);
try {
  for (const [title, initiator, other] of directions) {
    say(title);
    say(`  ${await pingPong(initiator, other, messages)}`);
    say(`  ${await lossyBursts(initiator, other, dice)}`);
    say(`  ${await reversedBatches(initiator, other, messages)}`);
    say(`  ${await simultaneous(initiator, other)}`);
    say(`  ${await disorder(initiator, other, steps, dice)}`);
    say(`  ${await tampering(initiator, other, dice)}`);
    if (values.jump) say(`  ${await jump(initiator, other)}`);
  }
  say(await safetyNumbers(ours, theirs, 24));
  say("no divergence");
} finally {
  theirs.close();
}
