import type { PreKeyBundles } from "@cloister/contracts/http";
import { TestIdentity } from "@cloister/testkit/relay-device";
import { describe, expect, it } from "vitest";
import { type TestPerson, TestWorld } from "./testing/world.ts";

const minuteMs = 60_000;
const bundleIds = ({ bundles }: PreKeyBundles) =>
  bundles.map(({ oneTimePreKey, kemPreKey }) => [oneTimePreKey?.id, kemPreKey.id]);

describe("prekeys", () => {
  it("go to one requester six at once, then one each ten minutes", async () => {
    const world = await TestWorld.open();
    const [asker, target] = [await world.person(), await world.person(20)];
    const take = (who: TestPerson = asker) =>
      world.relay.preKeys.take(who.address, target.address.account, {});
    for (let id = 1; id <= 6; id += 1) expect(bundleIds(await take())).toEqual([[id, id]]);
    await expect(take()).rejects.toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 10 * minuteMs });
    expect(bundleIds(await take(await world.person()))).toEqual([[7, 7]]);
    world.clock.pass(10 * minuteMs);
    expect(bundleIds(await take())).toEqual([[8, 8]]);
    await expect(take()).rejects.toMatchObject({ code: "RATE_LIMITED" });
  });

  it("cannot be drained by many together: beyond the target's bound comes the last resort", async () => {
    const world = await TestWorld.open({
      limits: { preKeyTargetRate: { burstCount: 2, everyMs: minuteMs } },
    });
    const target = await world.person(5);
    const take = async () =>
      world.relay.preKeys.take((await world.person()).address, target.address.account, {});
    expect(bundleIds(await take())).toEqual([[1, 1]]);
    expect(bundleIds(await take())).toEqual([[2, 2]]);
    expect(bundleIds(await take())).toEqual([[undefined, 1000]]);
    world.clock.pass(minuteMs);
    expect(bundleIds(await take())).toEqual([[3, 3]]);
  });

  it("come for the devices that are named; a refused request costs nothing", async () => {
    const world = await TestWorld.open({ limits: { preKeyPairRate: { burstCount: 1, everyMs: minuteMs } } });
    const [asker, target] = [await world.person(), await world.person(3)];
    const { account } = target.address;
    expect(bundleIds(await world.relay.preKeys.take(asker.address, account, { devices: [5] }))).toEqual([]);
    expect(
      bundleIds(await world.relay.preKeys.take(asker.address, account, { devices: [1, 5] })),
    ).toHaveLength(1);
    const nobody = world.relay.preKeys.take(asker.address, "Z".repeat(22), {});
    await expect(nobody).rejects.toMatchObject({ code: "ACCOUNT_UNKNOWN" });
  });

  it("are asked for when they run low, on connecting and while connected", async () => {
    const world = await TestWorld.open();
    const [asker, target] = [await world.person(), await world.person(21)];
    const line = await world.connect(target);
    expect(line.all("preKeysLow")).toHaveLength(0);
    const take = () => world.relay.preKeys.take(asker.address, target.address.account, {});
    await take();
    expect(line.all("preKeysLow")).toHaveLength(0);
    await take();
    expect(line.all("preKeysLow")).toHaveLength(1);
    expect((await world.connect(target)).all("preKeysLow")).toHaveLength(1);
  });

  it("are uploaded under the device's own identity key, so many and so often", async () => {
    const world = await TestWorld.open({
      limits: { preKeysMaxCount: 3, uploadRate: { burstCount: 4, everyMs: minuteMs } },
    });
    const { identity, address } = await world.person(2);
    const upload = (owner: TestIdentity, ids: readonly number[]) =>
      world.relay.preKeys.upload(address, {
        oneTimePreKeys: ids.map((id) => owner.preKey(id)),
        kemPreKeys: ids.map((id) => owner.kemPreKey(id)),
      });
    await expect(upload(new TestIdentity(), [3])).rejects.toMatchObject({ code: "REQUEST_INVALID" });
    await expect(upload(identity, [3, 4])).rejects.toMatchObject({ code: "TOO_LARGE" });
    expect(await upload(identity, [2, 3])).toEqual({ oneTimeCount: 3, kemCount: 3 });
    expect(await upload(identity, [3])).toEqual({ oneTimeCount: 3, kemCount: 3 });
    await expect(upload(identity, [3])).rejects.toMatchObject({ code: "RATE_LIMITED" });
  });
});
