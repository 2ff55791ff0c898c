import { toBase64Url } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { beforeEach, describe, expect, it } from "vitest";
import type { RelayError } from "./errors.ts";
import { type TestPerson, TestWorld } from "./testing/world.ts";

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as Error;

describe("the door for sealed mail", () => {
  let world: TestWorld;
  let bob: TestPerson;
  const accessKey = systemRandom(16);
  const accessKeyHash = toBase64Url(sha256(accessKey));
  const envelope = (device = 1) => ({
    device,
    id: toBase64Url(systemRandom(16)),
    payload: toBase64Url(systemRandom(256)),
  });
  const send = (envelopes = [envelope()], change: { account?: string; accessKey?: Uint8Array } = {}) =>
    world.relay.sealedDoor.send({
      account: change.account ?? bob.address.account,
      accessKey: toBase64Url(change.accessKey ?? accessKey),
      envelopes,
    });
  const open = async (limits = {}) => {
    world = await TestWorld.open({ limits });
    bob = await world.person();
    await world.relay.sealedDoor.open(bob.address, { accessKeyHash });
  };

  beforeEach(() => open());

  it("delivers without a sender what an access key lets in", async () => {
    const line = await world.connect(bob);
    const sent = envelope();
    await send([sent]);
    await line.settle();
    const [frame, ...more] = line.all("deliver");
    expect(more).toEqual([]);
    expect(frame).toMatchObject({ seq: 1, sealedAtMs: world.clock.nowMs() });
    expect(frame).not.toHaveProperty("from");
    expect(toBase64Url(frame?.payload ?? new Uint8Array())).toBe(sent.payload);
  });

  it("gives the identity key to certify, to a device that is still there", async () => {
    const { sealedDoor } = world.relay;
    expect(await sealedDoor.open(bob.address, { accessKeyHash })).toEqual(bob.identity.publicKey);
    await world.relay.revokeDevice(bob.address);
    await expect(sealedDoor.open(bob.address, { accessKeyHash })).rejects.toThrowError(
      code("UNAUTHENTICATED"),
    );
  });

  it("refuses a wrong key, an account without one and one that does not exist, all alike", async () => {
    const other = await world.person();
    const refusals = await Promise.all(
      [{ accessKey: systemRandom(16) }, { account: other.address.account }, { account: "Z".repeat(22) }].map(
        (change) => send([envelope()], change).catch((error: unknown) => error),
      ),
    );
    const [first] = refusals;
    expect(first).toMatchObject({ code: "UNAUTHENTICATED" });
    const told = (error: unknown) => {
      const { code: shown, message, account, retryAfterMs } = error as RelayError;
      return { shown, message, account, retryAfterMs };
    };
    for (const refusal of refusals) expect(told(refusal)).toEqual(told(first));
  });

  it("takes a new key in the place of the one before", async () => {
    const next = systemRandom(16);
    await world.relay.sealedDoor.open(bob.address, { accessKeyHash: toBase64Url(sha256(next)) });
    await expect(send()).rejects.toThrowError(code("UNAUTHENTICATED"));
    await send([envelope()], { accessKey: next });
  });

  it("certifies a device so often and no more", async () => {
    await open({ uploadRate: { burstCount: 2, everyMs: 1000 } });
    await world.relay.sealedDoor.open(bob.address, { accessKeyHash });
    const third = world.relay.sealedDoor.open(bob.address, { accessKeyHash });
    await expect(third).rejects.toThrowError(code("RATE_LIMITED"));
  });

  it("demands exactly the account's devices, one envelope each, of a size there is", async () => {
    await expect(send([envelope(), envelope(2)])).rejects.toThrowError(code("DEVICES_CHANGED"));
    await expect(send([envelope(), envelope()])).rejects.toThrowError(code("REQUEST_INVALID"));
    const odd = { ...envelope(), payload: toBase64Url(systemRandom(255)) };
    await expect(send([odd])).rejects.toThrowError(code("REQUEST_INVALID"));
    const once = [envelope()];
    await send(once);
    await send(once);
    expect(
      await world.store.read({ address: bob.address, afterSeq: 0, maxCount: 9, maxBytes: 9e9 }),
    ).toHaveLength(1);
  });

  it("takes so much for one account, and no more of all senders than of one", async () => {
    await open({ sealedRate: { burstCount: 2, everyMs: 1000 } });
    await send();
    await send();
    await expect(send()).rejects.toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 1000 });
    // Without the key nobody can use up what there is.
    world.clock.pass(1000);
    await send([envelope()], { accessKey: systemRandom(16) }).catch(() => undefined);
    await send();
    await open({ mailboxMaxCount: 8 });
    await send();
    await send();
    await expect(send()).rejects.toThrowError(code("MAILBOX_FULL"));
  });
});
