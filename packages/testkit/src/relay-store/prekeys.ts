import type { PreKeyUpload } from "@cloister/relay-core";
import { describe, expect, it } from "vitest";
import { bob, bob2, plainPreKey, preKey, type StoreBench } from "./bench.ts";

/** One-time keys go once, in order. */
export function preKeyTests(at: StoreBench): void {
  const { addBob2 } = at;

  describe("prekeys", () => {
    const take = async (oneTime = true) => {
      const [bundle] = await at.store.takePreKeys({
        account: bob.account,
        devices: [{ device: 1, oneTime }],
      });
      return bundle;
    };
    const add = (keys: PreKeyUpload, maxEachCount = 100) =>
      at.store.addPreKeys({ address: bob, keys, maxEachCount });

    it("go oldest first, each once, then the last resort", async () => {
      expect(await take()).toEqual({
        device: 1,
        registrationId: 2,
        signedPreKey: preKey(1),
        oneTimePreKey: plainPreKey(1),
        kemPreKey: preKey(1),
        left: { oneTimeCount: 2, kemCount: 2 },
      });
      expect(await take()).toMatchObject({ oneTimePreKey: { id: 2 }, kemPreKey: { id: 2 } });
      expect(await take()).toMatchObject({ oneTimePreKey: { id: 3 }, kemPreKey: { id: 3 } });
      const last = await take();
      expect(last?.kemPreKey).toEqual(preKey(99));
      expect(last && "oneTimePreKey" in last).toBe(false);
    });

    it("stay when only the last resort is asked for", async () => {
      expect(await take(false)).toMatchObject({ kemPreKey: { id: 99 }, left: { oneTimeCount: 3 } });
    });

    it("do not come back when an upload is repeated", async () => {
      await take();
      const keys = { oneTimePreKeys: [1, 2, 3, 4].map(plainPreKey), kemPreKeys: [1, 4].map(preKey) };
      expect(await add(keys)).toEqual({ oneTimeCount: 3, kemCount: 3 });
      expect((await take())?.oneTimePreKey?.id).toBe(2);
    });

    it("are replaced where there is one of a kind", async () => {
      const none = { oneTimePreKeys: [], kemPreKeys: [] };
      await add({ ...none, signedPreKey: preKey(7), lastResortKemPreKey: preKey(8) });
      expect(await take(false)).toMatchObject({ signedPreKey: { id: 7 }, kemPreKey: { id: 8 } });
    });

    it("are refused as a whole beyond the bound", async () => {
      const keys = { oneTimePreKeys: [4, 5].map(plainPreKey), kemPreKeys: [], signedPreKey: preKey(7) };
      expect(await add(keys, 4)).toBeUndefined();
      expect(await at.store.countPreKeys(bob)).toEqual({ oneTimeCount: 3, kemCount: 3 });
      expect(await take(false)).toMatchObject({ signedPreKey: { id: 1 } });
    });

    it("come for the current devices that are named", async () => {
      await addBob2();
      const devices = [1, 2, 3].map((device) => ({ device, oneTime: true }));
      const bundles = await at.store.takePreKeys({ account: bob.account, devices });
      expect(bundles.map(({ device }) => device)).toEqual([1, 2]);
      await at.store.revokeDevice(bob2);
      expect(await at.store.countPreKeys(bob2)).toEqual({ oneTimeCount: 0, kemCount: 0 });
    });
  });
}
