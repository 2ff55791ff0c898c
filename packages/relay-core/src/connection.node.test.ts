import { concatBytes } from "@cloister/bytes";
import {
  deliveryWindowCount,
  encodeClientFrame,
  maxFrameBytes,
  type OutgoingEnvelope,
} from "@cloister/contracts/frames";
import type { DeviceAddress } from "@cloister/contracts/ids";
import { systemRandom } from "@cloister/crypto/random";
import { MemoryRelayStore } from "@cloister/testkit/relay-store";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { SendRequest, SendResult } from "./ports.ts";
import { TestLine, TestWorld } from "./testing/world.ts";

const dayMs = 86_400_000;

function envelope(to: DeviceAddress, length = 256): OutgoingEnvelope {
  return { account: to.account, device: to.device, id: systemRandom(16), payload: new Uint8Array(length) };
}

/** A store whose disk answers when a test says so. */
class SlowStore extends MemoryRelayStore {
  #release: () => void = () => undefined;
  readonly #released = new Promise<void>((resolve) => {
    this.#release = resolve;
  });

  release(): void {
    this.#release();
  }

  override async append(send: SendRequest): Promise<SendResult> {
    await this.#released;
    return super.append(send);
  }
}

describe("a connection", () => {
  it("says hello once and first", async () => {
    const world = await TestWorld.open();
    const person = await world.person();
    const early = new TestLine(world.relay);
    early.say({ type: "ack", epoch: 1, seq: 1 });
    expect(early.heard).toEqual([{ type: "goodbye", code: "FRAME_INVALID" }]);
    expect(early.end).toBe("closed");

    const hasty = new TestLine(world.relay);
    hasty.say({ type: "hello", token: await world.token(person) });
    hasty.say({ type: "ack", epoch: 1, seq: 1 });
    await hasty.settle();
    expect(hasty.heard).toEqual([{ type: "goodbye", code: "FRAME_INVALID" }]);

    const line = await world.connect(person);
    expect(line.heard.map(({ type }) => type)).toEqual(["ready", "queueEmpty", "preKeysLow"]);
    expect(line.connection.isAuthenticated).toBe(true);
    line.say({ type: "hello", token: "again" });
    expect(line.all("goodbye")).toEqual([{ type: "goodbye", code: "FRAME_INVALID" }]);
  });

  it("gives way to the device's next one, and hears nothing more", async () => {
    const world = await TestWorld.open();
    const [alice, bob] = [await world.person(), await world.person()];
    const [first, second, from] = [
      await world.connect(bob),
      await world.connect(bob),
      await world.connect(alice),
    ];
    expect(first.all("goodbye")).toEqual([{ type: "goodbye", code: "DISPLACED" }]);
    first.connection.closed();
    from.say({ type: "send", sendId: 1, envelopes: [envelope(bob.address)] });
    await from.settle();
    expect(first.all("deliver")).toHaveLength(0);
    expect(second.all("deliver")).toHaveLength(1);
  });

  it("ends with its session", async () => {
    const world = await TestWorld.open();
    const line = await world.connect(await world.person());
    world.clock.pass(dayMs);
    world.relay.endExpiredSessions();
    expect(line.all("goodbye")).toEqual([{ type: "goodbye", code: "UNAUTHENTICATED" }]);
  });

  it("delivers each envelope once, in order, whether it came before or after connecting", async () => {
    const world = await TestWorld.open();
    const [alice, bob] = [await world.person(), await world.person()];
    const from = await world.connect(alice);
    const sent = Array.from({ length: 30 }, () => envelope(bob.address));
    const [before, between, after] = [sent.slice(0, 10), sent.slice(10, 20), sent.slice(20)];
    const say = (envelopes: readonly OutgoingEnvelope[]) => {
      for (const [sendId, one] of envelopes.entries()) from.say({ type: "send", sendId, envelopes: [one] });
    };
    say(before);
    await from.settle();
    const to = new TestLine(world.relay);
    to.say({ type: "hello", token: await world.token(bob) });
    say(between);
    await to.settle();
    say(after);
    await to.settle();
    const delivered = to.all("deliver");
    expect(delivered.map(({ id }) => id)).toEqual(sent.map(({ id }) => id));
    expect(delivered.map(({ seq }) => seq)).toEqual(sent.map((_, at) => at + 1));
    expect(to.all("queueEmpty")).toHaveLength(1);
  });

  it("keeps to the window, and goes on as it is acknowledged", async () => {
    const world = await TestWorld.open({ limits: { sendRate: { burstCount: 1000, everyMs: 1 } } });
    const [alice, bob] = [await world.person(), await world.person()];
    const [from, to] = [await world.connect(alice), await world.connect(bob)];
    const { epoch } = await world.store.state();
    for (let sendId = 0; sendId < 300; sendId += 1) {
      from.say({ type: "send", sendId, envelopes: [envelope(bob.address)] });
      if (sendId % 50 === 0) await from.settle();
    }
    await from.settle();
    expect(to.all("deliver")).toHaveLength(deliveryWindowCount);
    to.say({ type: "ack", epoch: epoch + 1, seq: 300 });
    to.say({ type: "ack", epoch, seq: 10 });
    await to.settle();
    expect(to.all("deliver")).toHaveLength(deliveryWindowCount + 10);
    to.say({ type: "ack", epoch, seq: 5 });
    to.say({ type: "ack", epoch, seq: 300 });
    await to.settle();
    expect(to.all("deliver").map(({ seq }) => seq)).toEqual(Array.from({ length: 300 }, (_, at) => at + 1));
    expect(await world.store.read({ address: bob.address, afterSeq: 0, maxCount: 9, maxBytes: 9 })).toEqual(
      [],
    );
  });

  it("waits for a reader that is slow, and goes on when it drained", async () => {
    const world = await TestWorld.open();
    const [alice, bob] = [await world.person(), await world.person()];
    const [from, to] = [await world.connect(alice), await world.connect(bob)];
    to.buffered = 300_000;
    from.say({ type: "send", sendId: 1, envelopes: [envelope(bob.address)] });
    await from.settle();
    expect(to.all("deliver")).toHaveLength(0);
    to.buffered = 0;
    to.connection.drained();
    await to.settle();
    expect(to.all("deliver")).toHaveLength(1);
  });

  it("cuts off who reads no answers: at most a mebibyte waits", async () => {
    const world = await TestWorld.open();
    const line = await world.connect(await world.person());
    line.buffered = maxFrameBytes - 10;
    line.say({ type: "send", sendId: 1, envelopes: [] });
    await line.settle();
    expect(line.end).toBe("terminated");
    expect(line.all("reject")).toHaveLength(0);
  });

  it("stops reading while the disk is behind", async () => {
    const store = new SlowStore();
    const world = await TestWorld.open({ store });
    const [alice, bob] = [await world.person(), await world.person()];
    const from = await world.connect(alice);
    for (let sendId = 0; sendId < 16; sendId += 1) {
      expect(from.isPaused).toBe(false);
      from.say({ type: "send", sendId, envelopes: [envelope(bob.address, 65_536)] });
    }
    expect(from.isPaused).toBe(true);
    store.release();
    await from.settle();
    expect(from.isPaused).toBe(false);
    expect(from.all("accept").map(({ sendId }) => sendId)).toEqual(Array.from({ length: 16 }, (_, at) => at));
  });

  it("bounds what all senders together have under way", async () => {
    const store = new SlowStore();
    const world = await TestWorld.open({ store, limits: { pendingMaxBytes: 1000 } });
    const [alice, bob] = [await world.person(), await world.person()];
    const from = await world.connect(alice);
    for (let sendId = 0; sendId < 4; sendId += 1) {
      from.say({ type: "send", sendId, envelopes: [envelope(bob.address)] });
    }
    await from.settle();
    expect(from.all("reject")).toMatchObject([{ sendId: 3, code: "UNAVAILABLE" }]);
    store.release();
    await from.settle();
    expect(from.all("accept")).toHaveLength(3);
  });

  it("says when to come again, and whose mailbox is full", async () => {
    const world = await TestWorld.open({
      limits: { sendRate: { burstCount: 2, everyMs: 1000 }, mailboxMaxCount: 1 },
    });
    const [alice, bob] = [await world.person(), await world.person()];
    const from = await world.connect(alice);
    for (let sendId = 1; sendId <= 3; sendId += 1) {
      from.say({ type: "send", sendId, envelopes: [envelope(bob.address)] });
    }
    await from.settle();
    expect(from.all("accept")).toEqual([{ type: "accept", sendId: 1 }]);
    expect(from.all("reject")).toEqual([
      { type: "reject", sendId: 3, code: "RATE_LIMITED", retryAfterMs: 1000 },
      { type: "reject", sendId: 2, code: "MAILBOX_FULL", account: bob.address.account },
    ]);
  });

  it("lets no account fill more than a quarter of another's mailbox", async () => {
    const world = await TestWorld.open({ limits: { mailboxMaxCount: 8 } });
    const [alice, bob, carol] = [await world.person(), await world.person(), await world.person()];
    const [from, other] = [await world.connect(alice), await world.connect(carol)];
    for (let sendId = 1; sendId <= 3; sendId += 1) {
      from.say({ type: "send", sendId, envelopes: [envelope(bob.address)] });
    }
    other.say({ type: "send", sendId: 1, envelopes: [envelope(bob.address)] });
    await from.settle();
    await other.settle();
    expect(from.all("accept").map(({ sendId }) => sendId)).toEqual([1, 2]);
    expect(from.all("reject")).toEqual([
      { type: "reject", sendId: 3, code: "MAILBOX_FULL", account: bob.address.account },
    ]);
    expect(other.all("accept")).toHaveLength(1);
  });

  it("survives any bytes: it answers, or says FRAME_INVALID and ends", async () => {
    const world = await TestWorld.open();
    const person = await world.person();
    const token = await world.token(person);
    const valid = encodeClientFrame({ type: "send", sendId: 1, envelopes: [envelope(person.address)] });
    const noise = fc.uint8Array({ maxLength: 200 });
    const typed = fc
      .tuple(fc.integer({ min: 0, max: 4 }), noise)
      .map(([type, tail]) => concatBytes(Uint8Array.of(1, type), tail));
    const mutated = fc.tuple(fc.nat(valid.length - 1), fc.integer({ min: 0, max: 255 })).map(([at, byte]) => {
      const frame = Uint8Array.from(valid);
      frame[at] = byte;
      return frame;
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(noise, typed, mutated), { minLength: 1, maxLength: 4 }),
        async (frames) => {
          const line = new TestLine(world.relay);
          line.say({ type: "hello", token });
          await line.settle();
          for (const frame of frames) line.connection.receive(frame);
          const [goodbye] = line.all("goodbye");
          expect(goodbye?.code ?? "FRAME_INVALID").toBe("FRAME_INVALID");
          expect(line.end).toBe(goodbye ? "closed" : "open");
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("retention", () => {
  const waiting = async (world: TestWorld, address: DeviceAddress) =>
    (await world.store.read({ address, afterSeq: 0, maxCount: 10, maxBytes: 100_000 })).length;

  it("ends by the relay's own running time, whatever the wall clock says", async () => {
    const world = await TestWorld.open();
    const [alice, bob] = [await world.person(), await world.person()];
    const from = await world.connect(alice);
    from.say({ type: "send", sendId: 1, envelopes: [envelope(bob.address)] });
    await from.settle();
    for (const skewMs of [60 * dayMs, -90 * dayMs]) {
      world.clock.wallMs += skewMs;
      await world.relay.sweep();
      expect(await waiting(world, bob.address)).toBe(1);
    }
    world.clock.pass(30 * dayMs);
    await world.relay.sweep();
    expect(await waiting(world, bob.address)).toBe(1);
    world.clock.pass(1000);
    await world.relay.sweep();
    expect(await waiting(world, bob.address)).toBe(0);
  });

  it("goes on where it was after a restart", async () => {
    const store = new MemoryRelayStore();
    const first = await TestWorld.open({ store });
    const [alice, bob] = [await first.person(), await first.person()];
    const from = await first.connect(alice);
    from.say({ type: "send", sendId: 1, envelopes: [envelope(bob.address)] });
    await from.settle();
    first.clock.pass(20 * dayMs);
    await first.relay.sweep();
    const second = await TestWorld.open({ store });
    second.clock.pass(9 * dayMs);
    await second.relay.sweep();
    expect(await waiting(second, bob.address)).toBe(1);
    second.clock.pass(2 * dayMs);
    await second.relay.sweep();
    expect(await waiting(second, bob.address)).toBe(0);
  });
});
