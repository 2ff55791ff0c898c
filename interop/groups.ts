/**
 * Sender keys against Signal's library, each side as the sender.
 * `node interop/groups.ts [--messages 400] [--seed N]`; see interop/README.md.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { fromBase64, isBaseError, toBase64 } from "@cloister/bytes";
import { systemRandom as random } from "@cloister/crypto/random";
import {
  acceptDistribution,
  decryptFromGroup,
  emptySenderKeyRecord,
  encryptToGroup,
  type SenderKey,
  type SenderKeyRecord,
  shareSenderKey,
} from "@cloister/protocol/sender-keys";
import { ask } from "./conversation.ts";
import { libsignal, type Peer } from "./peers.ts";
import { type Dice, seededDice } from "./scenarios.ts";

const distributionId = "d1d1d1d1-7000-41eb-b32a-33b8a8a487a6";
const distributionBytes = new Uint8Array(Buffer.from(distributionId.replaceAll("-", ""), "hex"));

/** One member of a group, base64 in and out. A refusal is `undefined`. */
interface Member {
  share(renew?: boolean): Promise<string>;
  accept(distribution: string): Promise<void>;
  encrypt(plaintext: string): Promise<string>;
  decrypt(message: string): Promise<string | undefined>;
}

/** `@cloister/protocol`; it listens to one sender. */
class Ours implements Member {
  #own: SenderKey | undefined;
  #record: SenderKeyRecord = emptySenderKeyRecord(distributionBytes);

  share(renew = false): Promise<string> {
    const held = this.#own && !renew ? { senderKey: this.#own } : {};
    const step = shareSenderKey({ distributionId: distributionBytes, members: ["other"], random, ...held });
    this.#own = step.senderKey;
    return Promise.resolve(toBase64(step.distribution));
  }

  accept(distribution: string): Promise<void> {
    this.#record = acceptDistribution(this.#record, fromBase64(distribution)).record;
    return Promise.resolve();
  }

  encrypt(plaintext: string): Promise<string> {
    assert.ok(this.#own);
    const step = encryptToGroup(this.#own, fromBase64(plaintext), random);
    this.#own = step.senderKey;
    return Promise.resolve(toBase64(step.message));
  }

  decrypt(message: string): Promise<string | undefined> {
    try {
      const step = decryptFromGroup(this.#record, fromBase64(message));
      this.#record = step.record;
      return Promise.resolve(toBase64(step.plaintext));
    } catch (error) {
      if (isBaseError(error)) return Promise.resolve(undefined);
      throw error;
    }
  }
}

/** libsignal, under a name of its own for each member. */
class Theirs implements Member {
  readonly #peer: Peer;
  readonly #name: string;

  constructor(peer: Peer, name: string) {
    this.#peer = peer;
    this.#name = name;
  }

  async share(renew = false): Promise<string> {
    const answer = await ask(this.#peer, { op: "share", at: this.#name, distributionId, renew });
    return answer["distribution"] as string;
  }

  async accept(distribution: string): Promise<void> {
    await ask(this.#peer, { op: "acceptShare", at: this.#name, from: "sender", distribution });
  }

  async encrypt(plaintext: string): Promise<string> {
    const answer = await ask(this.#peer, { op: "groupEncrypt", at: this.#name, distributionId, plaintext });
    return answer["message"] as string;
  }

  async decrypt(message: string): Promise<string | undefined> {
    const line = { op: "groupDecrypt", at: this.#name, from: "sender", message };
    return (await this.#peer.ask(line))["plaintext"] as string | undefined;
  }
}

interface Sent {
  readonly message: string;
  readonly plaintext: string;
}

async function send(sender: Member, text: string): Promise<Sent> {
  const plaintext = Buffer.from(text).toString("base64");
  return { plaintext, message: await sender.encrypt(plaintext) };
}

/** Loss, reordering, duplicates, flipped bits, renewed keys; every delivered message must open, once. */
async function disorder(sender: Member, receiver: Member, { count, dice }: { count: number; dice: Dice }) {
  const figures = { opened: 0, lost: 0, duplicates: 0, tampered: 0, keys: 1 };
  const flying: Sent[] = [];
  await receiver.accept(await sender.share());
  for (let at = 0; at < count || flying.length > 0; at += 1) {
    if (at < count) flying.push(await send(sender, `${at}:${"x".repeat(dice(90))}`));
    // Five keys are kept, so nothing may be in flight across more than four renewals.
    if (at < count && dice(100) < 3 && flying.length < 20) {
      await receiver.accept(await sender.share(true));
      figures.keys += 1;
      for (const sent of flying.splice(0)) await deliver(sent);
    }
    const roll = dice(100);
    if (roll < 10 && at < count) figures.lost += flying.splice(dice(flying.length), 1).length;
    else if (roll < 70 || at >= count)
      for (const sent of flying.splice(dice(flying.length), 1)) await deliver(sent);
  }
  return figures;

  async function deliver({ message, plaintext }: Sent): Promise<void> {
    if (dice(10) === 0) {
      const bytes = Buffer.from(message, "base64");
      const index = dice(bytes.length);
      bytes[index] = (bytes[index] ?? 0) ^ (1 << dice(8));
      assert.equal(await receiver.decrypt(bytes.toString("base64")), undefined, "a flipped bit was accepted");
      figures.tampered += 1;
    }
    assert.equal(await receiver.decrypt(message), plaintext);
    figures.opened += 1;
    if (dice(5) > 0) return;
    assert.equal(await receiver.decrypt(message), undefined, "a duplicate was accepted");
    figures.duplicates += 1;
  }
}

/** A member who joins later opens what comes after, and nothing from before. */
async function joining(sender: Member, receiver: Member): Promise<void> {
  await sender.share();
  const before = await send(sender, "before");
  await receiver.accept(await sender.share());
  const after = await send(sender, "after");
  assert.equal(await receiver.decrypt(before.message), undefined);
  assert.equal(await receiver.decrypt(after.message), after.plaintext);
}

/** The far end of what may be skipped, and of what is kept meanwhile. */
async function far(sender: Member, receivers: readonly [Member, Member]): Promise<void> {
  const distribution = await sender.share();
  for (const receiver of receivers) await receiver.accept(distribution);
  const sent: Sent[] = [];
  for (let at = 0; at <= 25_001; at += 1) sent.push(await send(sender, `${at}`));
  const [one, other] = receivers;
  const open = (member: Member, at: number) => member.decrypt(sent[at]?.message ?? "");
  assert.equal(await open(one, 25_001), undefined, "25,001 skipped messages were accepted");
  assert.equal(await open(other, 25_000), sent[25_000]?.plaintext);
  assert.equal(await open(other, 22_999), undefined, "more than 2,000 keys were kept");
  assert.equal(await open(other, 23_000), sent[23_000]?.plaintext);
}

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "400" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

if (!existsSync(new URL("libsignal/node_modules/@signalapp/libsignal-client", import.meta.url))) {
  say("skipped: run `npm install --prefix interop/libsignal` first");
  process.exit(0);
}
const peer = libsignal("group");
const dice = seededDice(Number(values.seed));
const count = Number(values.messages);
let members = 0;
const theirs = (): Member => new Theirs(peer, `member ${(members += 1)}`);
const theirSender = (): Member => new Theirs(peer, "sender");
const ours = (): Member => new Ours();

say(`seed ${values.seed}`);
try {
  for (const [title, sender, receiver] of [
    ["Cloister sends", ours, theirs],
    ["libsignal sends", theirSender, ours],
  ] as const) {
    const { opened, lost, duplicates, tampered, keys } = await disorder(sender(), receiver(), {
      count,
      dice,
    });
    say(
      `${title}: ${opened} opened, ${lost} lost, ${duplicates} duplicates and ${tampered} flipped bits refused, ${keys} sender keys`,
    );
    await joining(sender(), receiver());
    await far(sender(), [receiver(), receiver()]);
    say(
      "  a later member opens what comes after; 25,000 skipped opens, 25,001 is refused, 2,000 keys are kept",
    );
  }
  say("no divergence");
} finally {
  peer.close();
}
