import type { RelayStore } from "@cloister/relay-core";
import { describe, expect, it } from "vitest";
import { alice, bob, bob2, bytes, dayMs, type StoreBench, sealed, storeTestDevice } from "./bench.ts";

/** Blobs, backups and provisioning boxes. */
export function blobTests(at: StoreBench): void {
  const { send, read, sweep, addBob2 } = at;

  describe("blobs", () => {
    const blob = "b".repeat(43);
    const put = (number: number, more: Partial<Parameters<RelayStore["putPiece"]>[0]> = {}) => {
      const input = { blob, number, account: alice.account, piece: bytes(65_552, number), ageMs: 0 };
      return at.store.putPiece({ ...input, maxPiecesCount: 4, ...more });
    };
    const has = async (number = 0, id = blob) => (await at.store.piece(id, number)) !== undefined;

    it("give back their pieces, each as it was written last", async () => {
      expect(await put(0)).toBe("stored");
      expect(await put(1)).toBe("stored");
      expect(await put(1, { piece: bytes(3, 9) })).toBe("stored");
      expect(await at.store.piece(blob, 0)).toEqual(bytes(65_552, 0));
      expect(await at.store.piece(blob, 1)).toEqual(bytes(3, 9));
      expect(await has(2)).toBe(false);
      expect(await has(0, "c".repeat(43))).toBe(false);
    });

    it("belong to one account, which may have a bounded number of pieces", async () => {
      for (const number of [0, 1, 2, 3]) await put(number);
      expect(await put(4)).toBe("full");
      expect(await put(3)).toBe("stored");
      expect(await put(0, { blob: "c".repeat(43) })).toBe("full");
      expect(await put(4, { account: bob.account })).toBe("taken");
      expect(await put(0, { account: bob.account, blob: "d".repeat(43) })).toBe("stored");
      await at.store.deleteBlob(bob.account, blob);
      expect(await has()).toBe(true);
      await at.store.deleteBlob(alice.account, blob);
      expect(await has()).toBe(false);
      expect(await put(4)).toBe("stored");
      expect(await has(0)).toBe(false);
    });

    it("age, and are freed however large", async () => {
      for (let number = 0; number < 150; number += 1) {
        await put(number, { piece: bytes(9, 1), ageMs: dayMs, maxPiecesCount: 1000 });
      }
      await sweep(8 * dayMs);
      expect(await has(149)).toBe(true);
      await sweep(8 * dayMs + 1);
      expect(await has(149)).toBe(false);
      expect(await put(0, { maxPiecesCount: 1 })).toBe("stored");
    });

    describe("as a backup", () => {
      const key = bytes(32, 60);
      const set = (more: Partial<Parameters<RelayStore["setRecovery"]>[0]> = {}) =>
        at.store.setRecovery({ address: alice, keys: [key], backup: blob, ...more });

      it("are found by each recovery key and do not age", async () => {
        await put(0);
        expect(await set({ keys: [key, bytes(32, 61)] })).toBe("set");
        for (const known of [key, bytes(32, 61)]) {
          expect(await at.store.recovery(known)).toEqual({ account: alice.account, backup: blob });
        }
        expect(await at.store.recovery(bytes(32, 62))).toBeUndefined();
        await sweep(1000 * dayMs);
        expect(await has()).toBe(true);
      });

      it("give way to the next one, keys too", async () => {
        const next = "c".repeat(43);
        await put(0);
        await set();
        await put(0, { blob: next });
        expect(await set({ keys: [bytes(32, 61)], backup: next })).toBe("set");
        expect([await has(), await has(0, next)]).toEqual([false, true]);
        expect(await at.store.recovery(key)).toBeUndefined();
        expect(await at.store.setRecovery({ address: alice, keys: [key] })).toBe("set");
        expect(await at.store.recovery(key)).toEqual({ account: alice.account });
        expect(await has(0, next)).toBe(false);
      });

      it("have to be the account's own, and so do keys", async () => {
        await put(0);
        expect(await set({ address: bob })).toBe("blobUnknown");
        expect(await set({ backup: "c".repeat(43) })).toBe("blobUnknown");
        expect(await at.store.recovery(key)).toBeUndefined();
        await set();
        expect(await at.store.setRecovery({ address: bob, keys: [bytes(32, 61), key] })).toBe("taken");
        expect(await at.store.recovery(bytes(32, 61))).toBeUndefined();
        expect(await at.store.recovery(key)).toEqual({ account: alice.account, backup: blob });
      });

      it("are void with the device that set them, and no other", async () => {
        await addBob2();
        await put(0, { account: bob.account });
        await set({ address: bob2 });
        await at.store.revokeDevice(bob);
        expect(await at.store.recovery(key)).toMatchObject({ backup: blob });
        await at.store.revokeDevice(bob2);
        expect(await at.store.recovery(key)).toBeUndefined();
        expect(await has()).toBe(false);
      });

      it("are not set by a device that is not there any more", async () => {
        await addBob2();
        await put(0, { account: bob.account });
        await set({ address: bob });
        await at.store.revokeDevice(bob2);
        expect(await at.store.setRecovery({ address: bob2, keys: [bytes(32, 61)] })).toBe("revoked");
        expect(await at.store.recovery(bytes(32, 61))).toBeUndefined();
        expect(await at.store.recovery(key)).toEqual({ account: bob.account, backup: blob });
      });

      it("outlive the devices that one device replaces, with no key but the one it used", async () => {
        const another = bytes(32, 61);
        await addBob2();
        await put(0, { account: bob.account });
        await set({ address: bob, keys: [key, another] });
        await send([sealed(bob, 1), sealed(bob2, 2)]);
        const input = { account: bob.account, device: storeTestDevice(20, 1), recoveryKey: key };
        const wrong = { ...input, recoveryKey: bytes(32, 62) };
        expect(await at.store.replaceDevices(wrong)).toEqual({ outcome: "recoveryUnknown" });
        const bob3 = { account: bob.account, device: 3 };
        expect(await at.store.replaceDevices(input)).toEqual({ outcome: "created", address: bob3 });
        expect((await at.store.account(bob.account))?.devices).toEqual([{ device: 3, registrationId: 20 }]);
        expect([await read(bob), await read(bob2), await read(bob3)]).toEqual([[], [], []]);
        expect(await at.store.recovery(key)).toEqual({ account: bob.account, backup: blob });
        expect(await at.store.recovery(another)).toBeUndefined();
        const late = { ...input, device: storeTestDevice(22), recoveryKey: another };
        expect(await at.store.replaceDevices(late)).toEqual({ outcome: "recoveryUnknown" });
        await at.store.addDevice({ account: bob.account, device: storeTestDevice(21), maxDevicesCount: 9 });
        expect(await at.store.replaceDevices(input)).toEqual({ outcome: "existed", address: bob3 });
        expect((await at.store.account(bob.account))?.devices).toHaveLength(2);
        await at.store.revokeDevice(bob3);
        expect(await at.store.recovery(key)).toBeUndefined();
        expect(await at.store.replaceDevices(input)).toEqual({ outcome: "recoveryUnknown" });
        const nobody = { ...input, account: "Z".repeat(22) };
        expect(await at.store.replaceDevices(nobody)).toEqual({ outcome: "recoveryUnknown" });
      });
    });
  });

  describe("provisioning boxes", () => {
    const box = { slot: "s".repeat(22), account: alice.account, box: bytes(9, 9) };
    const times = { nowMs: 0, expiresAtMs: 1000, maxPerAccountCount: 2 };

    it("are read once", async () => {
      expect(await at.store.putBox({ ...box, ...times })).toBe("stored");
      expect(await at.store.putBox({ ...box, ...times })).toBe("stored");
      expect(await at.store.takeBox(box.slot, 999)).toEqual(box.box);
      expect(await at.store.takeBox(box.slot, 999)).toBeUndefined();
    });

    it("are not taken from a device that is not there any more", async () => {
      await addBob2();
      await at.store.revokeDevice(bob);
      expect(await at.store.putBox({ ...box, ...times, ...bob })).toBe("revoked");
      expect(await at.store.takeBox(box.slot, 0)).toBeUndefined();
      expect(await at.store.putBox({ ...box, ...times, ...bob2 })).toBe("stored");
    });

    it("expire, belong to one account, and are few", async () => {
      await at.store.putBox({ ...box, ...times });
      expect(await at.store.putBox({ ...box, ...times, account: bob.account })).toBe("taken");
      expect(await at.store.putBox({ ...box, ...times, box: bytes(9, 8) })).toBe("taken");
      expect(await at.store.putBox({ ...box, ...times, slot: "t".repeat(22) })).toBe("stored");
      expect(await at.store.putBox({ ...box, ...times, slot: "u".repeat(22) })).toBe("full");
      expect(await at.store.takeBox(box.slot, 1000)).toBeUndefined();
      expect(await at.store.putBox({ ...box, ...times, nowMs: 1000, expiresAtMs: 2000 })).toBe("stored");
    });
  });
}
