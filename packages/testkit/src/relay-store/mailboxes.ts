import { describe, expect, it } from "vitest";
import {
  alice,
  bob,
  bob2,
  dayMs,
  type StoreBench,
  sealed,
  storeTestAccount,
  storeTestDevice,
} from "./bench.ts";

/** Envelopes: order, bounds, shares, pages, retention. */
export function mailboxTests(at: StoreBench): void {
  const { send, sendSealed, read, seqs, sweep, addBob2 } = at;

  describe("mailboxes", () => {
    it("keep envelopes in order, numbered without gaps per device", async () => {
      await addBob2();
      expect(await send([sealed(bob, 1), sealed(bob2, 2)])).toEqual({
        outcome: "stored",
        seqs: [1, 1],
      });
      expect(await send([sealed(bob2, 3), sealed(bob, 4)])).toEqual({
        outcome: "stored",
        seqs: [2, 2],
      });
      const [first, second] = await read(bob);
      const { id, payload } = sealed(bob, 1);
      expect(first).toMatchObject({ seq: 1, id, payload, from: alice });
      expect(second?.id).toEqual(sealed(bob, 4).id);
      expect(await seqs(bob, 1)).toEqual([2]);
    });

    it("take a repeated SEND without a second row, acknowledged or not", async () => {
      const envelopes = [sealed(bob, 1)];
      await send(envelopes);
      expect(await send(envelopes)).toEqual({ outcome: "stored", seqs: [0] });
      await at.store.acknowledge(bob, 1);
      expect(await send(envelopes)).toEqual({ outcome: "stored", seqs: [0] });
      expect(await read(bob)).toEqual([]);
      await addBob2();
      expect(await send(envelopes)).toEqual({ outcome: "stored", seqs: [0] });
    });

    it("refuse a SEND to other devices than the account has", async () => {
      await addBob2();
      const changed = { outcome: "devicesChanged", account: bob.account };
      expect(await send([sealed(bob, 1)])).toEqual(changed);
      expect(await send([sealed(bob, 1), sealed({ ...bob, device: 3 }, 2)])).toEqual(changed);
      await at.store.revokeDevice(bob2);
      expect(await send([sealed(bob, 1), sealed(bob2, 2)])).toEqual(changed);
      expect(await read(bob)).toEqual([]);
      const unknown = "Z".repeat(22);
      const stray = sealed({ account: unknown, device: 1 }, 3);
      expect(await send([sealed(bob, 1), stray])).toEqual({
        outcome: "accountUnknown",
        account: unknown,
      });
    });

    it("count the sender's own device out", async () => {
      await addBob2();
      const result = await send([sealed(alice, 1), sealed(bob2, 2)], { from: bob });
      expect(result).toEqual({ outcome: "stored", seqs: [1, 1] });
    });

    it("refuse whom a revoked device writes, and store nothing for one", async () => {
      await send([sealed(bob, 1)]);
      await at.store.revokeDevice(bob);
      expect(await read(bob)).toEqual([]);
      expect(await send([sealed(alice, 2)], { from: bob })).toEqual({ outcome: "senderRevoked" });
    });

    it("keep sealed mail without a sender, once, for exactly the account's devices", async () => {
      await addBob2();
      const changed = { outcome: "devicesChanged", account: bob.account };
      expect(await sendSealed([sealed(bob, 1)])).toEqual(changed);
      const both = [sealed(bob, 1), sealed(bob2, 2)];
      expect(await sendSealed(both)).toEqual({ outcome: "stored", seqs: [1, 1] });
      expect(await sendSealed(both)).toEqual({ outcome: "stored", seqs: [0, 0] });
      await send([sealed(bob, 3), sealed(bob2, 4)]);
      const [first, second] = await read(bob);
      const { id, payload } = sealed(bob, 1);
      expect(first).toMatchObject({ seq: 1, id, payload, sealedAtMs: 1234 });
      expect(first).not.toHaveProperty("from");
      expect(second).toMatchObject({ seq: 2, from: alice });
      await at.store.acknowledge(bob, 1);
      expect(await sendSealed(both)).toEqual({ outcome: "stored", seqs: [0, 0] });
      expect(await seqs(bob)).toEqual([2]);
    });

    it("give sealed mail one sender's share, and get it back", async () => {
      const one = { maxPerSenderCount: 1 };
      expect(await sendSealed([sealed(bob, 1)], one)).toMatchObject({ outcome: "stored" });
      expect(await sendSealed([sealed(bob, 2)], one)).toMatchObject({ outcome: "mailboxFull" });
      expect(await send([sealed(bob, 3)], one)).toMatchObject({ outcome: "stored" });
      await at.store.acknowledge(bob, 2);
      expect(await sendSealed([sealed(bob, 2)], one)).toMatchObject({ outcome: "stored" });
      expect(await sendSealed([sealed(bob, 4)], one)).toMatchObject({ outcome: "mailboxFull" });
    });

    it("keep to their bounds, all or nothing", async () => {
      await addBob2();
      const both = (seed: number) => [sealed(bob, seed), sealed(bob2, seed + 100)];
      const full = { outcome: "mailboxFull", account: bob.account };
      await send(both(1), { maxQueuedCount: 1 });
      expect(await send(both(2), { maxQueuedCount: 1 })).toEqual(full);
      expect(await send(both(2), { maxQueuedBytes: 511 })).toEqual(full);
      await at.store.acknowledge(bob, 1);
      expect(await send(both(2), { maxQueuedCount: 1 })).toEqual(full);
      expect(await read(bob)).toEqual([]);
      await at.store.acknowledge(bob2, 1);
      expect(await send(both(2), { maxQueuedCount: 1 })).toMatchObject({ outcome: "stored" });
    });

    it("hold a bounded share of each sender's account; others, and own devices, still get in", async () => {
      await at.store.createAccount(storeTestAccount("C", 3));
      const alice2 = { ...alice, device: 2 };
      await at.store.addDevice({ account: alice.account, device: storeTestDevice(11), maxDevicesCount: 9 });
      const few = { maxPerSenderCount: 2 };
      const full = { outcome: "mailboxFull", account: bob.account };
      await send([sealed(bob, 1)], few);
      expect(await send([sealed(bob, 2)], { ...few, from: alice2 })).toMatchObject({ outcome: "stored" });
      expect(await send([sealed(bob, 3)], few)).toEqual(full);
      expect(await send([sealed(bob, 3)], { ...few, from: alice2 })).toEqual(full);
      expect(await send([sealed(bob, 3)], { maxPerSenderBytes: 767 })).toEqual(full);
      expect(await send([sealed(bob, 2)], few)).toEqual({ outcome: "stored", seqs: [0] });
      const carol = { account: "C".repeat(22), device: 1 };
      expect(await send([sealed(bob, 4)], { ...few, from: carol })).toEqual({
        outcome: "stored",
        seqs: [3],
      });
      for (const seed of [5, 6, 7]) {
        expect(await send([sealed(alice2, seed)], few)).toMatchObject({ outcome: "stored" });
      }
      await at.store.acknowledge(bob, 1);
      expect(await send([sealed(bob, 8)], few)).toEqual({ outcome: "stored", seqs: [4] });
      expect(await send([sealed(bob, 9)], few)).toEqual(full);
      await sweep(31 * dayMs);
      expect(await send([sealed(bob, 10)], few)).toEqual({ outcome: "stored", seqs: [5] });
    });

    it("read pages bounded by count and bytes, but at least one", async () => {
      for (let seed = 1; seed <= 5; seed += 1) await send([sealed(bob, seed, 1024)]);
      const counted = await at.store.read({ address: bob, afterSeq: 1, maxCount: 2, maxBytes: 1_000_000 });
      expect(counted.map(({ seq }) => seq)).toEqual([2, 3]);
      const weighed = await at.store.read({ address: bob, afterSeq: 0, maxCount: 9, maxBytes: 2500 });
      expect(weighed).toHaveLength(2);
      const tiny = await at.store.read({ address: bob, afterSeq: 0, maxCount: 9, maxBytes: 1 });
      expect(tiny).toHaveLength(1);
    });

    it("acknowledge cumulatively; stale and future ones harm nothing", async () => {
      for (let seed = 1; seed <= 4; seed += 1) await send([sealed(bob, seed)]);
      await at.store.acknowledge(bob, 2);
      await at.store.acknowledge(bob, 1);
      expect(await seqs(bob)).toEqual([3, 4]);
      await at.store.acknowledge(bob, 1_000_000);
      await send([sealed(bob, 5)]);
      expect(await seqs(bob)).toEqual([5]);
    });

    it("forget by age, and ids only after theirs", async () => {
      await send([sealed(bob, 1)], { ageMs: 0 });
      await send([sealed(bob, 2)], { ageMs: dayMs });
      await at.store.acknowledge(bob, 1);
      await sweep(3 * dayMs);
      expect(await send([sealed(bob, 1)])).toEqual({ outcome: "stored", seqs: [0] });
      await sweep(3 * dayMs + 1);
      expect(await send([sealed(bob, 1)], { ageMs: 3 * dayMs })).toEqual({
        outcome: "stored",
        seqs: [3],
      });
      await sweep(31 * dayMs);
      expect(await seqs(bob)).toEqual([2, 3]);
      await sweep(31 * dayMs + 1);
      expect(await seqs(bob)).toEqual([3]);
    });

    it("free what they forget", async () => {
      await send([sealed(bob, 1)], { maxQueuedCount: 1 });
      await sweep(31 * dayMs);
      const again = await send([sealed(bob, 2)], { ageMs: 31 * dayMs, maxQueuedCount: 1 });
      expect(again).toEqual({ outcome: "stored", seqs: [2] });
    });
  });
}
