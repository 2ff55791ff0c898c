/**
 * Sealed sender, both versions, against Signal's library: each side as the authority that certifies, as
 * sender and as recipient. `node interop/sealed-sender.ts [--messages 60] [--seed N]`; see interop/README.md.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { parseArgs } from "node:util";
import { fromBase64, isBaseError, toBase64, toHex } from "@cloister/bytes";
import { systemRandom as random } from "@cloister/crypto/random";
import { generateIdentityKeyPair, type PreKeyBundle } from "@cloister/protocol";
import {
  createSenderCertificate,
  createServerCertificate,
  openSealedMessage,
  type SealedContent,
  sealForMany,
  sealForOne,
  splitSealedMessage,
} from "@cloister/protocol/sealed-sender";
import {
  acceptDistribution,
  decryptFromGroup,
  emptySenderKeyRecord,
  encryptToGroup,
  type SenderKey,
  type SenderKeyRecord,
  shareSenderKey,
} from "@cloister/protocol/sender-keys";
import { makeParty, Side } from "../packages/protocol/src/testing/parties.ts";
import { ask } from "./conversation.ts";
import { type Line, libsignal, type Peer } from "./peers.ts";
import { type Dice, seededDice } from "./scenarios.ts";

const EXPIRES_AT_MS = 1_000_000;
const distributionId = "d1d1d1d1-7000-41eb-b32a-33b8a8a487a6";
const idOf = (uuid: string) => new Uint8Array(Buffer.from(uuid.replaceAll("-", ""), "hex"));
const uuidOf = (id: Uint8Array) => toHex(id).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Who certifies. Keys and certificates are base64. */
interface Authority {
  readonly name: string;
  readonly trustRoot: string;
  certify(of: string, identityKey: string): Promise<string>;
}

function ourAuthority(): Authority {
  const [root, server] = [generateIdentityKeyPair(random), generateIdentityKeyPair(random)];
  const serverCertificate = createServerCertificate({
    keyId: 7,
    serverKey: server.publicKey,
    trustRootPrivateKey: root.privateKey,
    random,
  });
  return {
    name: "Cloister",
    trustRoot: toBase64(root.publicKey),
    certify(of, identityKey) {
      const certificate = createSenderCertificate({
        account: idOf(of),
        deviceId: 1,
        identityKey: fromBase64(identityKey),
        expiresAtMs: EXPIRES_AT_MS,
        serverCertificate,
        serverPrivateKey: server.privateKey,
        random,
      });
      return Promise.resolve(toBase64(certificate));
    },
  };
}

async function theirAuthority(peer: Peer): Promise<Authority> {
  const answer = await ask(peer, { op: "authority" });
  return {
    name: "libsignal",
    trustRoot: answer["trustRoot"] as string,
    async certify(of, identityKey) {
      const line = { op: "certificate", of, device: 1, identityKey, expiresAtMs: EXPIRES_AT_MS };
      return (await ask(peer, line))["certificate"] as string;
    },
  };
}

/** A device of our own: sessions with one peer device, one sender key, what one sender's keys open. */
class Device {
  readonly name: string;
  readonly side = new Side(makeParty(random), random);
  senderKey: SenderKey | undefined;
  record: SenderKeyRecord = emptySenderKeyRecord(idOf(distributionId));

  constructor(name: string) {
    this.name = name;
  }

  get identityKeyPair() {
    return this.side.party.local.identityKeyPair;
  }

  /** The fields of suite `protocol`. */
  bundle(): Line {
    const fields = Object.entries(this.side.party.bundle) as [string, number | Uint8Array][];
    return Object.fromEntries(
      fields.map(([name, value]) => [name, typeof value === "number" ? value : toBase64(value)]),
    );
  }

  /** Starts a session with the peer's bundle, in the same fields. */
  startWith(line: Line): void {
    const fields = Object.entries(line) as [string, number | string][];
    const bundle = fields.map(([name, value]) => [
      name,
      typeof value === "string" ? fromBase64(value) : value,
    ]);
    this.side.start(Object.fromEntries(bundle) as PreKeyBundle);
  }

  content(certificate: string, change: Pick<SealedContent, "type" | "message">): SealedContent {
    const groupId = Uint8Array.of(1, 2, 3);
    return { senderCertificate: fromBase64(certificate), contentHint: 1, groupId, ...change };
  }

  sealForOne(text: string, to: string, certificate: string): string {
    const { type, bytes } = this.side.send(text);
    const content = this.content(certificate, { type, message: bytes });
    const { identityKeyPair } = this;
    const recipientIdentityKey = fromBase64(to);
    return toBase64(sealForOne({ content, identityKeyPair, recipientIdentityKey, random }));
  }

  share(): string {
    const step = shareSenderKey({ distributionId: idOf(distributionId), members: ["others"], random });
    this.senderKey = step.senderKey;
    return toBase64(step.distribution);
  }

  sealForMany(text: string, to: readonly Line[], certificate: string): string {
    assert.ok(this.senderKey);
    const step = encryptToGroup(this.senderKey, new TextEncoder().encode(text), random);
    this.senderKey = step.senderKey;
    const { identityKeyPair } = this;
    const content = this.content(certificate, { type: 7, message: step.message });
    const recipients = to.map((line) => ({
      account: idOf(line["name"] as string),
      identityKey: fromBase64(line["identityKey"] as string),
      devices: [{ deviceId: 1, registrationId: line["registrationId"] as number }],
    }));
    return toBase64(sealForMany({ content, identityKeyPair, recipients, random }));
  }

  /** The plaintext, or the code of the refusal. */
  open(sealed: string, trustRoot: string, change: { nowMs?: number; account?: string } = {}): string {
    const { nowMs = 0, account = this.name } = change;
    try {
      const { sender, type, message, contentHint, groupId } = openSealedMessage({
        bytes: fromBase64(sealed),
        local: { identityKeyPair: this.identityKeyPair, account: idOf(account), deviceId: 1 },
        trustRoots: [fromBase64(trustRoot)],
        nowMs,
      });
      assert.equal(sender.deviceId, 1);
      assert.deepEqual([contentHint, groupId], [1, Uint8Array.of(1, 2, 3)]);
      if (type !== 7) return Buffer.from(this.openOne(type, message)).toString();
      const step = decryptFromGroup(this.record, message);
      this.record = step.record;
      return Buffer.from(step.plaintext).toString();
    } catch (error) {
      if (isBaseError(error)) return error.code;
      throw error;
    }
  }

  openOne(type: number, message: Uint8Array<ArrayBuffer>): Uint8Array {
    assert.ok(type === 2 || type === 3);
    return this.side.open({ type, bytes: message });
  }
}

const groupId = toBase64(Uint8Array.of(1, 2, 3));
const theirGroupId = { groupId, contentHint: 1 };

/** An error of the library's own, which is not a bug of the peer. */
async function refusedByPeer(peer: Peer, line: Line): Promise<void> {
  const answer = await peer.ask(line);
  assert.match(String(answer["error"]), /^LibSignalError$/, JSON.stringify(answer));
}

/** One flipped bit. */
function tampered(sealed: string, dice: Dice): string {
  const bytes = Buffer.from(sealed, "base64");
  const at = 1 + dice(bytes.length - 1);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << dice(8));
  return bytes.toString("base64");
}

/** Both libraries cut an uploaded form into the same messages for the same devices. */
async function splitAlike(peer: Peer, sealed: string): Promise<void> {
  const theirs = await ask(peer, { op: "split", sealed });
  const ours = splitSealedMessage(fromBase64(sealed)).recipients.map(({ account, devices, message }) => ({
    name: uuidOf(account),
    deviceIds: devices.map(({ deviceId }) => deviceId),
    registrationIds: devices.map(({ registrationId }) => registrationId),
    message: toBase64(message),
  }));
  assert.deepEqual(theirs["recipients"], ours);
}

interface Run {
  readonly peer: Peer;
  readonly authority: Authority;
  readonly count: number;
  readonly dice: Dice;
}

/** Version 1 in both directions: first messages, later ones, and every refusal. */
async function versionOne({ peer, authority, count, dice }: Run): Promise<string> {
  const { trustRoot } = authority;
  const [ours, theirs] = [new Device(uuid(1)), uuid(2)];
  const theirKey = (await ask(peer, { op: "new", as: theirs }))["identityKey"] as string;
  const ourCertificate = await authority.certify(ours.name, toBase64(ours.identityKeyPair.publicKey));
  const certificate = await authority.certify(theirs, theirKey);

  async function theyWrite(text: string): Promise<void> {
    const plaintext = Buffer.from(text).toString("base64");
    const line = { op: "sealForOne", at: theirs, to: ours.name, plaintext, certificate, ...theirGroupId };
    const sealed = (await ask(peer, line))["sealed"] as string;
    assert.match(ours.open(tampered(sealed, dice), trustRoot), /^(SEALED|WIRE|KEY)-/);
    assert.equal(ours.open(sealed, trustRoot, { nowMs: EXPIRES_AT_MS + 1 }), "SEALED-005");
    assert.equal(ours.open(sealed, otherRoot), "SEALED-003");
    assert.equal(ours.open(sealed, trustRoot, { account: theirs }), "SEALED-007");
    assert.equal(ours.open(sealed, trustRoot, { nowMs: EXPIRES_AT_MS }), text);
  }

  async function weWrite(text: string): Promise<void> {
    const sealed = ours.sealForOne(text, theirKey, ourCertificate);
    const line = { op: "openSealed", at: theirs, sealed, trustRoot, nowMs: EXPIRES_AT_MS };
    await refusedByPeer(peer, { ...line, sealed: tampered(sealed, dice) });
    await refusedByPeer(peer, { ...line, nowMs: EXPIRES_AT_MS + 1 });
    await refusedByPeer(peer, { ...line, trustRoot: otherRoot });
    const answer = await ask(peer, line);
    assert.deepEqual([answer["from"], answer["contentHint"], answer["groupId"]], [ours.name, 1, groupId]);
    assert.equal(Buffer.from(answer["plaintext"] as string, "base64").toString(), text);
  }

  // Whoever certifies begins.
  const turns = authority.name === "libsignal" ? [theyWrite, weWrite] : [weWrite, theyWrite];
  if (turns[0] === weWrite) ours.startWith(await ask(peer, { op: "bundle", of: theirs, oneTime: true }));
  else await ask(peer, { op: "session", at: theirs, with: ours.name, device: 1, bundle: ours.bundle() });
  for (let at = 0; at < count; at += 1) for (const write of turns) await write(`message ${at}`);
  return `version 1: ${2 * count} messages opened; changed, expired, foreign and own ones refused`;
}

const otherRoot = toBase64(generateIdentityKeyPair(random).publicKey);

/** Version 2 in both directions: group messages for several accounts. */
async function versionTwo({ peer, authority, count, dice }: Run): Promise<string> {
  const { trustRoot } = authority;
  const theirNames = Array.from({ length: 150 }, (_, at) => uuid(1000 + at));
  const theirs: Line[] = [];
  for (const name of theirNames) theirs.push({ name, ...(await ask(peer, { op: "new", as: name })) });
  const ours = Array.from({ length: 3 }, (_, at) => new Device(uuid(10 + at)));
  const [sender] = ours;
  const [theirSender] = theirs;
  assert.ok(sender && theirSender);
  const ourCertificate = await authority.certify(sender.name, toBase64(sender.identityKeyPair.publicKey));
  const from = theirSender["name"] as string;
  const theirCertificate = await authority.certify(from, theirSender["identityKey"] as string);

  const distribution = sender.share();
  for (const at of theirNames) await ask(peer, { op: "acceptShare", at, from: sender.name, distribution });
  const shared = await ask(peer, { op: "share", at: from, distributionId });
  for (const device of ours) {
    await ask(peer, { op: "session", at: from, with: device.name, device: 1, bundle: device.bundle() });
    device.record = acceptDistribution(device.record, fromBase64(shared["distribution"] as string)).record;
  }
  let opened = 0;
  for (let at = 0; at < count; at += 1) {
    const text = `to all ${at}`;
    // Every recipient of the first and last message, a few of the others.
    const to = at % (count - 1) === 0 ? theirs : theirs.slice(0, 1 + dice(4));
    const sealed = sender.sealForMany(text, to, ourCertificate);
    for (const { account, message } of splitSealedMessage(fromBase64(sealed)).recipients) {
      const line = { op: "openSealed", at: uuidOf(account), sealed: toBase64(message), trustRoot, nowMs: 0 };
      await refusedByPeer(peer, { ...line, sealed: tampered(line.sealed, dice) });
      await refusedByPeer(peer, { ...line, trustRoot: otherRoot });
      const answer = await ask(peer, line);
      assert.deepEqual(
        [answer["from"], answer["type"], answer["plaintext"]],
        [sender.name, 7, Buffer.from(text).toString("base64")],
      );
      opened += 1;
    }
    await splitAlike(peer, sealed);
    const plaintext = Buffer.from(text).toString("base64");
    const names = ours.map(({ name }) => name);
    const many = {
      op: "sealForMany",
      at: from,
      to: names,
      distributionId,
      plaintext,
      certificate: theirCertificate,
    };
    const uploaded = (await ask(peer, { ...many, ...theirGroupId }))["sealed"] as string;
    await splitAlike(peer, uploaded);
    const { recipients } = splitSealedMessage(fromBase64(uploaded));
    assert.equal(recipients.length, ours.length);
    for (const [index, { account, message, devices }] of recipients.entries()) {
      const device = ours[index];
      assert.ok(device?.name === uuidOf(account));
      assert.deepEqual(devices, [{ deviceId: 1, registrationId: 7 }]);
      assert.match(device.open(tampered(toBase64(message), dice), trustRoot), /^(SEALED|WIRE|KEY)-/);
      assert.equal(device.open(toBase64(message), otherRoot), "SEALED-003");
      assert.equal(device.open(toBase64(message), trustRoot), text);
      opened += 1;
    }
  }
  return `version 2: ${count} group messages each way, up to ${theirs.length} recipients, ${opened} opened; changed and foreign ones refused`;
}

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const say = (text: string) => process.stdout.write(`${text}\n`);

if (!existsSync(new URL("libsignal/node_modules/@signalapp/libsignal-client", import.meta.url))) {
  say("skipped: run `npm install --prefix interop/libsignal` first");
  process.exit(0);
}
const peer = libsignal("sealed");
const dice = seededDice(Number(values.seed));
const count = Number(values.messages);
say(`seed ${values.seed}`);
try {
  for (const authority of [ourAuthority(), await theirAuthority(peer)]) {
    say(`${authority.name} certifies`);
    say(`  ${await versionOne({ peer, authority, count, dice })}`);
    say(`  ${await versionTwo({ peer, authority, count: Math.max(2, Math.floor(count / 2)), dice })}`);
  }
  say("no divergence");
} finally {
  peer.close();
}
