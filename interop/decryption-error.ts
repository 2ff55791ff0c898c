/**
 * One side loses its sessions and cannot open what comes; its decryption error makes the other side start
 * anew and say it again. Each error is written by one library and read by the other.
 * `node interop/decryption-error.ts`; see interop/README.md.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { ask, Conversation, type InFlight } from "./conversation.ts";
import { cloister, type Line, libsignal, type Peer } from "./peers.ts";

const deviceId = 1;
const say = (text: string) => process.stdout.write(`${text}\n`);

/** What the receiver of a message that does not open tells its sender. */
async function errorFor(receiver: Peer, { type, message }: InFlight, timestampMs: number): Promise<string> {
  const error = await ask(receiver, { op: "decryptionError", type, message, timestampMs, deviceId });
  return error["message"] as string;
}

function readBy(talk: Conversation, sender: Peer, message: string): Promise<Line> {
  const peer = talk.other(sender).name;
  return ask(sender, { op: "readDecryptionError", at: sender.name, with: peer, device: deviceId, message });
}

/** `loser` loses its sessions again and again, after a first message and in the midst of a conversation. */
async function recovery(sender: Peer, loser: Peer, count: number): Promise<string> {
  const talk = await Conversation.start(sender, loser);
  for (let at = 0; at < count; at += 1) {
    for (let turn = 0; turn < at % 4; turn += 1) {
      await talk.deliver(await talk.send(turn % 2 === 0 ? sender : loser));
    }
    await ask(loser, { op: "forget", at: loser.name, with: sender.name, device: deviceId });
    const lost = await talk.send(sender);
    const timestampMs = Date.now();
    const refusal = await talk.tryDeliver(lost);
    // A first message that was not answered yet carries all that is needed for a new session.
    if (refusal["error"] === undefined) continue;
    const error = await errorFor(loser, lost, timestampMs);
    const read = await readBy(talk, sender, error);
    assert.deepEqual(read, { timestampMs, deviceId, isActiveSessionBroken: true });
    await talk.reset(sender);
    await talk.startSession(sender);
    await talk.deliver(await resend(sender, lost));
    const again = await readBy(talk, sender, error);
    assert.equal(again["isActiveSessionBroken"], false, "an error that was dealt with does nothing twice");
  }
  return `${talk.openedCount} messages around ${count} losses, each said again`;
}

async function resend(from: Peer, { to, plaintext }: InFlight): Promise<InFlight> {
  const line = { op: "encrypt", at: from.name, to: to.name, device: deviceId, plaintext };
  const answer = await ask(from, line);
  return { from, to, plaintext, type: answer["type"] as number, message: answer["message"] as string };
}

if (!existsSync(new URL("libsignal/node_modules/@signalapp/libsignal-client", import.meta.url))) {
  say("skipped: run `npm install --prefix interop/libsignal` first");
  process.exit(0);
}
const ours = cloister("9d0652a3-dcc3-4d11-975f-74d61598733f");
const theirs = libsignal("796abedb-ca4e-4f18-8803-1fde5b921f9f");
try {
  say(`libsignal loses its sessions: ${await recovery(ours, theirs, 40)}`);
  say(`Cloister loses its sessions: ${await recovery(theirs, ours, 40)}`);
} finally {
  ours.close();
  theirs.close();
}
