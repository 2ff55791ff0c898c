import { type TestDevice, TestWorld } from "@cloister/testkit/test-world";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientEvent } from "./api.ts";

describe("what the organisation says about itself", () => {
  let world: TestWorld;
  let alice: TestDevice;
  let events: ClientEvent[];

  const reconnect = async () => {
    await alice.client.disconnect();
    alice.client.connect();
    await world.quiet(alice);
    await world.clock.pass(1000);
  };

  beforeEach(async () => {
    world = await TestWorld.create(61);
    alice = await world.join("Alice");
    events = [];
    alice.client.subscribe((event) => events.push(event));
  });

  it("is learnt anew with each connection: a log that moved is found", async () => {
    const { info } = world.organisation;
    const moved = { ...info, name: "Renamed", log: { ...info.log, url: "https://log.test/moved" } };
    world.organisation.info = moved;
    await reconnect();
    expect(alice.client.self()?.organisation).toEqual(moved);
    expect(events).not.toContainEqual({ type: "organisationChanged" });
  });

  it("is refused as a whole, and said, when its key or its log's is another", async () => {
    const { info } = world.organisation;
    const others = [
      { ...info, name: "Forged", organisationKey: "A".repeat(43) },
      { ...info, name: "Forged", log: { url: "https://evil.test", vkey: `${info.log.vkey}A` } },
    ];
    for (const other of others) {
      events = [];
      world.organisation.info = other;
      await reconnect();
      expect(alice.client.self()?.organisation).toEqual(info);
      expect(events).toContainEqual({ type: "organisationChanged" });
    }
  });
});
