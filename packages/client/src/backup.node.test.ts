import { concatBytes } from "@cloister/bytes";
import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import type { BackupFile, RecoverySecret } from "./backup-api.ts";
import { CarelessStore } from "./testing/careless-store.ts";
import { link } from "./testing/link.ts";

const dayMs = 86_400_000;

function fileOf(bytes: Uint8Array): BackupFile {
  return { read: async (offset, lengthBytes) => bytes.slice(offset, offset + lengthBytes) };
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

describe("a backup", () => {
  let world: TestWorld;
  let store: CarelessStore;
  let alice: TestDevice;
  let bob: TestDevice;
  let conversation: string;
  let secret: RecoverySecret & { readonly way: "phrase" };

  const say = (device: TestDevice, body: string) =>
    world.settle(device.client.sendText({ conversation, body }));
  const bodies = async (device: TestDevice) =>
    (await device.client.messages(conversation)).flatMap((one) => (one.kind === "text" ? [one.body] : []));
  const exported = (device: TestDevice) =>
    world.settle(
      (async () => {
        const pieces: Uint8Array[] = [];
        for await (const piece of device.client.exportBackup()) pieces.push(piece);
        return concatBytes(...pieces);
      })(),
    );
  const restoreOn = (device: TestDevice, input: { secret?: RecoverySecret; bytes?: Uint8Array } = {}) =>
    world.settle(
      device.client.restoreBackup({
        secret: input.secret ?? secret,
        ...(input.bytes && { file: fileOf(input.bytes) }),
      }),
    );
  const restored = async (input: { secret?: RecoverySecret; bytes?: Uint8Array } = {}) => {
    const device = await world.device();
    await restoreOn(device, input);
    device.client.connect();
    await world.settle(device.client.settled(60_000));
    return device;
  };
  const nothingOn = (device: TestDevice) =>
    [...device.disk.collections.values()].every((rows) => rows.size === 0);

  beforeEach(async () => {
    store = new CarelessStore();
    world = await TestWorld.create(23, store);
    alice = await world.join("Alice");
    bob = await world.join("Dr. Bob", "clinician");
    ({ id: conversation } = await world.settle(
      alice.client.createConversation({ title: "Knee", members: [bob.account] }),
    ));
    await say(alice, "it hurts");
    await world.quiet(alice, bob);
    await say(bob, "since when?");
    await world.quiet(alice, bob);
    for (const [one, other] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      const number = await one.client.safetyNumber(other.account);
      await world.settle(one.client.markVerified(other.account, number));
    }
    secret = { way: "phrase", phrase: alice.client.newRecoveryPhrase() };
  });

  describe("restored on a new device", () => {
    let bytes: Uint8Array;

    beforeEach(async () => {
      await world.settle(alice.client.addRecovery(secret));
      bytes = await exported(alice);
    });

    it("is the same person: history, contacts, verification, and nobody is alarmed", async () => {
      const before = await alice.client.messages(conversation);
      await alice.kill();
      const steps: string[] = [];
      const device = await world.device();
      const onProgress = ({ doneCount, totalCount }: { doneCount: number; totalCount: number }) =>
        void steps.push(`${doneCount}/${totalCount}`);
      const self = await world.settle(
        device.client.restoreBackup({ secret, file: fileOf(bytes), onProgress }),
      );
      expect(self).toMatchObject({ account: alice.account, device: 2, displayName: "Alice" });
      expect(steps).toEqual(["1/1"]);
      expect(await device.client.messages(conversation)).toEqual(before);
      expect(device.client.contact(bob.account)).toMatchObject({ verification: "verified", name: "Dr. Bob" });

      device.client.connect();
      await world.quiet(device, bob);
      await say(bob, "are you there?");
      await say(device, "I have a new phone");
      await world.quiet(device, bob);
      expect(new Set(await bodies(device))).toEqual(new Set(await bodies(bob)));
      expect(await bodies(bob)).toContain("I have a new phone");
      expect(bob.client.contact(alice.account)?.verification).toBe("verified");
      const notices = (await bob.client.messages(conversation)).filter(({ kind }) => kind === "notice");
      expect(notices).toHaveLength(1);
      expect(await bob.client.safetyNumber(alice.account)).toBe(
        await device.client.safetyNumber(bob.account),
      );
    });

    it("takes the place of every device there was", async () => {
      const tablet = await link(world, alice);
      const device = await restored({ bytes });
      await world.clock.pass(120_000);
      for (const old of [alice, tablet]) expect(old.client.connectionState()).toBe("offline");
      expect(await world.settle(device.client.devices())).toEqual([{ device: 3, current: true }]);
    });

    it("brings no key back, however old it is", async () => {
      const keysOf = (device: TestDevice) =>
        ["sessions", "prekeys-signed", "prekeys-kem", "prekeys-one-time", "base-keys"].flatMap((name) =>
          [...(device.disk.collections.get(name) ?? new Map<string, Uint8Array>()).values()].map(String),
        );
      const old = new Set(keysOf(alice));
      const first = await restored({ bytes });
      const second = await restored({ bytes });
      for (const device of [first, second]) {
        expect(keysOf(device).length).toBeGreaterThan(10);
        expect(keysOf(device).filter((row) => old.has(row))).toEqual([]);
        for (const row of keysOf(device)) old.add(row);
      }
      expect(second.client.self()).toMatchObject({ device: 3 });
      await say(bob, "still you?");
      await say(second, "yes");
      await world.quiet(second, bob);
      expect(await bodies(second)).toEqual(expect.arrayContaining(["still you?", "yes"]));
      expect(await bodies(bob)).toContain("yes");
    });

    it("leaves what was not sent for the person to send, and consent to be given anew", async () => {
      const agent = await world.join("Assistant", "agent", () => Promise.reject(new Error("not asked")));
      const { id } = await world.settle(
        alice.client.createConversation({ title: "Ask", members: [bob.account, agent.account] }),
      );
      await world.settle(alice.client.grantConsent(id, agent.account));
      await world.quiet(alice, bob, agent);
      alice.line.isCut = true;
      await say(alice, "not sent");
      bytes = await exported(alice);
      const device = await restored({ bytes });
      const last = (await device.client.messages(conversation)).at(-1);
      expect(last).toMatchObject({ body: "not sent", state: "failed" });
      expect(device.client.conversation(id)?.consents).toEqual([]);
      const ask = device.client.sendText({ conversation: id, body: "?", ask: agent.account });
      await expect(world.settle(ask)).rejects.toMatchObject({ code: "CONSENT_REQUIRED" });
      await world.settle(device.client.retry(conversation, last?.id ?? ""));
      await world.quiet(device, bob);
      expect(await bodies(bob)).toContain("not sent");
    });

    it("stays set up there, with the same words", async () => {
      const first = await restored({ bytes });
      expect(first.client.backupStatus()).toMatchObject({ ways: ["phrase"], isVoid: false });
      await say(first, "a new message");
      const newer = await exported(first);
      const second = await restored({ bytes: newer });
      expect(await bodies(second)).toEqual(["it hurts", "since when?", "a new message"]);
    });

    it.each([
      ["the end missing", (all: Uint8Array) => all.slice(0, -65_552), "ARCHIVE_TRUNCATED"],
      ["half of the last piece missing", (all: Uint8Array) => all.slice(0, -1000), "ARCHIVE_TRUNCATED"],
      ["a bit changed", (all: Uint8Array) => flipped(all, all.length - 5000), "ARCHIVE_DAMAGED"],
      ["something added", (all: Uint8Array) => concatBytes(all, new Uint8Array(3)), "ARCHIVE_DAMAGED"],
      ["its salt changed", (all: Uint8Array) => flipped(all, 60), undefined],
      ["nothing in it", () => new Uint8Array(0), "ARCHIVE_UNKNOWN"],
      ["something else in it", () => new Uint8Array(100_000).fill(0x50), "ARCHIVE_UNKNOWN"],
    ])("says when a file has %s, and nothing stays", async (_, change, code) => {
      const device = await world.device();
      const attempt = restoreOn(device, { bytes: change(bytes) });
      await expect(attempt).rejects.toMatchObject(code === undefined ? {} : { code });
      expect(nothingOn(device)).toBe(true);
      expect(device.client.self()).toBeUndefined();
      // Nobody was thrown out.
      expect((await store.account(alice.account))?.devices).toMatchObject([{ device: 1 }]);
      await expect(restoreOn(device, { bytes })).resolves.toMatchObject({ account: alice.account });
    });

    it("does not open with other words, or with words that are none", async () => {
      const device = await world.device();
      const other = { way: "phrase", phrase: alice.client.newRecoveryPhrase() } as const;
      await expect(restoreOn(device, { bytes, secret: other })).rejects.toMatchObject({
        code: "RECOVERY_WRONG",
      });
      const wrong = { way: "phrase", phrase: `${secret.phrase} more` } as const;
      await expect(restoreOn(device, { bytes, secret: wrong })).rejects.toMatchObject({
        code: "PHRASE_INVALID",
      });
      expect(nothingOn(device)).toBe(true);
    });

    it("leaves nothing of a process that died on the way", async () => {
      const device = await world.device();
      for (const dies of [1, 2, 3]) {
        const last = device.disk.commitsCount + dies;
        device.disk.beforeCommit = (number) => {
          if (number > last) throw new Error("the process is dead");
        };
        const attempt = restoreOn(device, { bytes });
        await expect(attempt).rejects.toMatchObject({ family: "Unavailable" });
        device.disk.beforeCommit = () => undefined;
        await device.kill();
        await device.start();
        expect(device.client.self()).toBeUndefined();
        expect(nothingOn(device)).toBe(true);
      }
      await expect(restoreOn(device, { bytes })).resolves.toMatchObject({ account: alice.account });
    });

    it("can be tried again when the relay's answer got lost", async () => {
      const device = await world.device();
      const replace = store.replaceDevices.bind(store);
      store.replaceDevices = async (input) => {
        const result = await replace(input);
        device.line.isCut = true;
        return result;
      };
      await expect(restoreOn(device, { bytes })).rejects.toMatchObject({ family: "Unavailable" });
      expect(nothingOn(device)).toBe(true);
      store.replaceDevices = replace;
      device.line.isCut = false;
      await expect(restoreOn(device, { bytes })).resolves.toMatchObject({ device: 3 });
    });

    it("needs a device without an account", async () => {
      await expect(restoreOn(bob, { bytes })).rejects.toMatchObject({ code: "ALREADY_SIGNED_UP" });
    });

    it("opens no backup made after the words were replaced, and restores nothing any more", async () => {
      const next = { way: "phrase", phrase: alice.client.newRecoveryPhrase() } as const;
      await world.settle(alice.client.addRecovery(next));
      const device = await world.device();
      await expect(restoreOn(device, { bytes })).rejects.toMatchObject({ code: "BACKUP_VOID" });
      const newer = await exported(alice);
      await expect(restoreOn(device, { bytes: newer })).rejects.toMatchObject({ code: "RECOVERY_WRONG" });
      await expect(restoreOn(device, { bytes: newer, secret: next })).resolves.toMatchObject({ device: 2 });
    });

    it("restores nothing once it was removed", async () => {
      await world.settle(alice.client.removeBackup());
      expect(alice.client.backupStatus().ways).toEqual([]);
      const device = await world.device();
      await expect(restoreOn(device, { bytes })).rejects.toMatchObject({ code: "BACKUP_VOID" });
      await expect(exported(alice)).rejects.toMatchObject({ code: "BACKUP_NOT_SET_UP" });
    });

    it("is no way back for a device that was revoked", async () => {
      const thief = await link(world, alice, true);
      await world.settle(thief.client.addRecovery({ way: "passkey", key: new Uint8Array(32) }));
      await world.settle(alice.client.revokeDevice(2));
      const device = await world.device();
      const attempt = restoreOn(device, { secret: { way: "passkey", key: new Uint8Array(32) } });
      await expect(attempt).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
    });
  });

  it("opens in either of two ways", async () => {
    const passkey = { way: "passkey", key: new Uint8Array(32).fill(3) } as const;
    await world.settle(alice.client.addRecovery(secret));
    await world.settle(alice.client.addRecovery(passkey));
    expect(alice.client.backupStatus().ways).toEqual(["phrase", "passkey"]);
    const bytes = await exported(alice);
    expect(await bodies(await restored({ bytes, secret: passkey }))).toEqual(["it hurts", "since when?"]);
    expect(await bodies(await restored({ bytes }))).toEqual(["it hurts", "since when?"]);
  });

  it("leaves no key but the person's own after a restore", async () => {
    const passkey = { way: "passkey", key: new Uint8Array(32).fill(3) } as const;
    await world.settle(alice.client.addRecovery(secret));
    await world.settle(alice.client.addRecovery(passkey));
    const bytes = await exported(alice);
    const thiefs = world.random(32);
    const set = store.setRecovery.bind(store);
    store.setRecovery = (input) => set({ ...input, keys: [...input.keys, thiefs] });
    await world.settle(alice.client.addRecovery(passkey));
    store.setRecovery = set;
    expect(await store.recovery(thiefs)).toMatchObject({ account: alice.account });
    const device = await restored({ bytes });
    expect(await store.recovery(thiefs)).toBeUndefined();
    expect(device.client.backupStatus()).toMatchObject({ ways: ["phrase", "passkey"], isVoid: false });
    await expect(restored({ bytes, secret: passkey })).resolves.toMatchObject({ account: alice.account });
  });

  describe("kept at the relay", () => {
    beforeEach(async () => {
      await world.settle(alice.client.addRecovery(secret));
      await world.settle(alice.client.keepBackupAtRelay(true));
    });

    it("is found by the words alone", async () => {
      await alice.kill();
      const device = await restored();
      expect(await bodies(device)).toEqual(["it hurts", "since when?"]);
      expect(device.client.backupStatus()).toMatchObject({ isKeptAtRelay: true });
      const nobody = { way: "phrase", phrase: device.client.newRecoveryPhrase() } as const;
      const attempt = restoreOn(await world.device(), { secret: nobody });
      await expect(attempt).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
    });

    it("is renewed once a day when there is something new, and the old copy goes when the new one is there", async () => {
      const [first] = store.blobs;
      await world.clock.pass(2 * dayMs);
      expect([...store.blobs]).toEqual([first]);
      await say(bob, "how is it today?");
      await world.clock.pass(1.1 * dayMs);
      await world.quiet(alice, bob);
      expect([...store.blobs].length).toBe(2);
      const { lastAtMs = 0 } = alice.client.backupStatus();
      expect(world.clock.nowMs() - lastAtMs).toBeLessThan(1.1 * dayMs);
      expect(await store.piece(first ?? "", 0)).toBeUndefined();
      const device = await restored();
      expect(await bodies(device)).toEqual(["it hurts", "since when?", "how is it today?"]);
    });

    it("stays readable while a new copy is interrupted", async () => {
      await say(alice, "later");
      const put = store.putPiece.bind(store);
      store.putPiece = async (input) => {
        if (input.number > 0) throw new Error("the disk is gone");
        return put(input);
      };
      await expect(world.settle(alice.client.keepBackupAtRelay(true))).rejects.toMatchObject({
        family: "Unavailable",
      });
      expect(alice.client.backupStatus()).toMatchObject({ isKeptAtRelay: true });
      expect(await bodies(await restored())).toEqual(["it hurts", "since when?"]);
    });

    it("is deleted when the person does not want it there", async () => {
      await world.settle(alice.client.keepBackupAtRelay(false));
      expect(alice.client.backupStatus()).toMatchObject({ ways: ["phrase"], isKeptAtRelay: false });
      await expect(restoreOn(await world.device())).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
      const bytes = await exported(alice);
      await expect(restoreOn(await world.device(), { bytes })).resolves.toMatchObject({ device: 2 });
    });

    it("follows new words at once", async () => {
      const next = { way: "phrase", phrase: alice.client.newRecoveryPhrase() } as const;
      await world.settle(alice.client.addRecovery(next));
      const device = await world.device();
      await expect(restoreOn(device)).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
      await expect(restoreOn(device, { secret: next })).resolves.toMatchObject({ device: 2 });
    });

    it("says on this device when another one of the person's replaced it", async () => {
      const tablet = await link(world, alice, true);
      await world.settle(tablet.client.addRecovery({ way: "passkey", key: new Uint8Array(32) }));
      await world.clock.pass(1.1 * dayMs);
      expect(alice.client.backupStatus()).toMatchObject({ isVoid: true, isKeptAtRelay: false });
      await expect(exported(alice)).rejects.toMatchObject({ code: "BACKUP_NOT_SET_UP" });
      // Ending it here does not end the other one.
      await world.settle(alice.client.removeBackup());
      await world.settle(tablet.client.keepBackupAtRelay(true));
      expect(tablet.client.backupStatus()).toMatchObject({ isVoid: false, isKeptAtRelay: true });
    });

    it("shows the relay pieces of one size, and no word of what is in them", async () => {
      const [blob = ""] = store.blobs;
      const sizes: number[] = [];
      for (let number = 1; ; number += 1) {
        const piece = await store.piece(blob, number);
        if (!piece) break;
        sizes.push(piece.length);
        const text = new TextDecoder("latin1").decode(piece);
        for (const word of ["hurts", "Alice", "Knee", "patient"]) expect(text).not.toContain(word);
      }
      expect(sizes).toEqual([65_552]);
    });
  });

  it("writes no secret to this device's store", async () => {
    await world.settle(alice.client.addRecovery(secret));
    const words = secret.phrase.split(" ").slice(0, 2).join(" ");
    for (const rows of alice.disk.collections.values()) {
      for (const bytes of rows.values()) expect(new TextDecoder().decode(bytes)).not.toContain(words);
    }
    expect(alice.disk.collections.get("backup")?.size).toBe(1);
  });
});
