import { expect, it } from "vitest";
import { alice, bob, bytes, plainPreKey, type StoreBench, sealed } from "./bench.ts";

/** What outlives a restart or a restoration, and what does not. */
export function lifetimeTests(at: StoreBench): void {
  const { send, read, seqs, sweep } = at;

  it("keeps everything when it is opened again", async () => {
    await send([sealed(bob, 1), sealed(alice, 2)].slice(0, 1));
    await at.store.putSession({ tokenHash: bytes(32, 50), address: bob, expiresAtMs: 1000 });
    await sweep(5000);
    const before = await at.store.state();
    expect(before.ageMs).toBe(5000);
    await at.reopen();
    expect(await at.store.state()).toEqual(before);
    expect(await seqs(bob)).toEqual([1]);
    expect(await at.store.session(bytes(32, 50))).toMatchObject({ address: bob });
    expect(await at.store.countPreKeys(bob)).toEqual({ oneTimeCount: 3, kemCount: 3 });
  });

  it("never lets its retention clock run back", async () => {
    await sweep(5000);
    await sweep(4000);
    expect((await at.store.state()).ageMs).toBe(5000);
  });

  it("begins a new epoch after a restoration: one-time keys void, sessions over, mail kept", async () => {
    await send([sealed(bob, 1)]);
    await at.store.putSession({ tokenHash: bytes(32, 50), address: bob, expiresAtMs: 1000 });
    await at.store.markRestored(77);
    expect((await at.store.state()).epoch).toBe(77);
    expect(await at.store.countPreKeys(bob)).toEqual({ oneTimeCount: 0, kemCount: 0 });
    expect(await at.store.session(bytes(32, 50))).toBeUndefined();
    expect(await seqs(bob)).toEqual([1]);
    const repeated = { oneTimePreKeys: [plainPreKey(1)], kemPreKeys: [] };
    await at.store.addPreKeys({ address: bob, keys: repeated, maxEachCount: 9 });
    expect(await at.store.countPreKeys(bob)).toEqual({ oneTimeCount: 0, kemCount: 0 });
  });

  it("lets calls made together take effect in their order", async () => {
    const results = await Promise.all([
      send([sealed(bob, 1)]),
      read(bob),
      at.store.acknowledge(bob, 1),
      read(bob),
      send([sealed(bob, 2)]),
      send([sealed({ ...bob, device: 9 }, 3)]),
    ]);
    expect(results[1]).toHaveLength(1);
    expect(results[3]).toEqual([]);
    expect(results[4]).toEqual({ outcome: "stored", seqs: [2] });
    expect(results[5]).toMatchObject({ outcome: "devicesChanged" });
  });
}
