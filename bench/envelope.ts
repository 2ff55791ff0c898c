/**
 * Seal and open of one envelope: content padded, encrypted, put in its bucket, opened and unpadded, with the
 * session serialised after each step as a store would keep it. Beside Signal's own library where it is
 * installed (`npm install --prefix interop/libsignal`), else beside the primitives that the work consists of.
 *
 *   node bench/envelope.ts [--count 2000] [--rounds 5] [--json]
 */
import { existsSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import { openEnvelope, padContent, sealEnvelope, unpadContent } from "@cloister/contracts/envelope";
import { aesCbcDecrypt, aesCbcEncrypt, hmacSha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import {
  createKemPreKey,
  createOneTimePreKeys,
  createPreKeyBundle,
  createSignedPreKey,
  decryptMessage,
  decryptPreKeyMessage,
  emptyRecord,
  encrypt,
  generateIdentityKeyPair,
  parseSessionRecord,
  serializeSessionRecord,
  startSession,
} from "@cloister/protocol";
import { libsignal, type Peer } from "../interop/peers.ts";
import { cpuUs, median } from "./measure.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "2000" },
    rounds: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** Two devices with an open session; each send persists both sides. */
function conversation(): { readonly send: (fromFirst: boolean) => void } {
  const random = systemRandom;
  const device = () => {
    const identityKeyPair = generateIdentityKeyPair(random);
    return { local: { identityKeyPair, registrationId: 1 }, stored: serializeSessionRecord(emptyRecord) };
  };
  const first = device();
  const second = device();
  const { identityKeyPair } = second.local;
  const signedPreKey = createSignedPreKey({ identityKeyPair, id: 1, random });
  const [oneTimePreKey] = createOneTimePreKeys({ firstId: 1, count: 1, random });
  const kemPreKey = createKemPreKey({ identityKeyPair, id: 1, lastResort: true, random });
  if (oneTimePreKey === undefined) throw new Error("no prekey was made");
  const remote = createPreKeyBundle({
    local: second.local,
    deviceId: 1,
    signedPreKey,
    oneTimePreKey,
    kemPreKey,
  });
  first.stored = serializeSessionRecord(
    startSession({ local: first.local, remote, random, nowMs: 0 }).record,
  );
  const content = new Uint8Array(100);
  return {
    send: (fromFirst) => {
      const [from, to] = fromFirst ? [first, second] : [second, first];
      const sealed = encrypt(parseSessionRecord(from.stored), padContent(content), random);
      from.stored = serializeSessionRecord(sealed.record);
      const { type, bytes } = openEnvelope(sealEnvelope(sealed.message));
      const record = parseSessionRecord(to.stored);
      const opened =
        type === 2
          ? decryptMessage(record, bytes)
          : decryptPreKeyMessage({
              record,
              local: to.local,
              preKeys: { signedPreKey, oneTimePreKey, kemPreKey },
              seenBaseKeys: [],
              bytes,
            });
      to.stored = serializeSessionRecord(opened.record);
      unpadContent(opened.plaintext);
    },
  };
}

function ours(count: number, pingPong: boolean): number {
  const { send } = conversation();
  send(true);
  send(false);
  return cpuUs(() => {
    for (let at = 0; at < count; at += 1) send(!(pingPong && at % 2 === 1));
  });
}

/** The least that one envelope costs one way: notes on the ratchet count 14 HMACs and two AES-CBC runs. */
function floor(count: number): number {
  const key = systemRandom(32);
  const iv = systemRandom(16);
  const plaintext = new Uint8Array(128);
  return cpuUs(() => {
    for (let at = 0; at < count; at += 1) {
      for (let hash = 0; hash < 14; hash += 1) hmacSha256(key, iv);
      aesCbcDecrypt({ key, iv, ciphertext: aesCbcEncrypt({ key, iv, plaintext }) });
    }
  });
}

async function theirs(peer: Peer, count: number, pingPong: boolean): Promise<number> {
  const answer = await peer.ask({ op: "bench", count, pingPong });
  return Number(answer["cpuUs"]);
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write("node bench/envelope.ts [--count 2000] [--rounds 5] [--json]\n");
    return;
  }
  const count = Number(values.count);
  const installed = existsSync(new URL("../interop/libsignal/node_modules", import.meta.url));
  const peer = installed ? libsignal("libsignal-client") : undefined;
  const rows: Record<string, number[]> = {};
  const note = (name: string, us: number) => (rows[name] ??= []).push(us / count);
  ours(count, true); // warm up
  for (let round = 0; round < Number(values.rounds); round += 1) {
    note("cloister one-way", ours(count, false));
    note("cloister ping-pong", ours(count, true));
    note("primitives one-way", floor(count));
    if (peer) {
      note("libsignal one-way", await theirs(peer, count, false));
      note("libsignal ping-pong", await theirs(peer, count, true));
    }
  }
  peer?.close();
  const us = Object.fromEntries(Object.entries(rows).map(([name, all]) => [name, median(all)]));
  const ratio = (a: string, b: string) => {
    const [x, y] = [us[a], us[b]];
    return x === undefined || y === undefined ? undefined : Number((x / y).toFixed(2));
  };
  const ratios = {
    "speed against libsignal-client, one-way": ratio("libsignal one-way", "cloister one-way"),
    "speed against libsignal-client, ping-pong": ratio("libsignal ping-pong", "cloister ping-pong"),
    "cost against bare primitives, one-way": ratio("cloister one-way", "primitives one-way"),
  };
  if (values.json) process.stdout.write(`${JSON.stringify({ cpuUsPerMessage: us, ratios })}\n`);
  else {
    process.stdout.write(
      "CPU time for seal + open with persistence, medians; only the ratios travel between machines\n",
    );
    for (const [name, value] of Object.entries(us))
      process.stdout.write(`  ${name.padEnd(24)} ${value.toFixed(0)} us\n`);
    for (const [name, value] of Object.entries(ratios)) {
      process.stdout.write(
        `  ${name.padEnd(44)} ${value === undefined ? "libsignal-client is not installed" : `${value}x`}\n`,
      );
    }
  }
}

await main();
