import { concatBytes, toHex } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import {
  BreakGlassWorld,
  type RequestChange,
  requestLeaf,
  trusteePolicy,
} from "@cloister/testkit/break-glass-world";
import { MemoryLogStore } from "@cloister/testkit/log-store";
import { decodeLeaf, TransparencyLog } from "@cloister/transparency";
import { describe, expect, it } from "vitest";
import {
  conversation,
  corruptRelease,
  demandOf,
  elsewhere,
  escrow,
  open,
  sealedEpoch,
} from "./testing/scene.ts";
import type { ReleaseDemand } from "./trustee.ts";

const minute = 60_000;
const code = (name: string): unknown => expect.objectContaining({ code: name });

/** A request, its proof, and the delay passed. */
async function loggedWorld(change: RequestChange = {}) {
  const world = new BreakGlassWorld(escrow, 1);
  const asked = world.ask(change);
  await world.logRequest(asked);
  const early = await world.prove(asked);
  world.nowMs += 11 * minute;
  return { world, asked, proof: early };
}

describe("a trustee", () => {
  it("opens what was asked, after the delay, with two releases and two leaves more", async () => {
    const { world, asked, proof } = await loggedWorld();
    const releases = [];
    for (const trustee of [1, 3]) {
      releases.push(await world.release(trustee, asked, demandOf(asked, proof)));
    }
    const { sealings, cheats, unsignedCount } = open(asked, releases);
    const keys = sealings.map(({ result }) =>
      result.status === "opened" ? toHex(result.key) : result.status,
    );
    expect(keys).toEqual([0, 1].map((epoch) => toHex(sealedEpoch(conversation, epoch).key)));
    expect([cheats, unsignedCount]).toEqual([[], 0]);
    const types = (await world.log.leaves(0, 9)).map((leaf) => decodeLeaf(leaf).event.type);
    expect(types).toEqual(["breakglass.requested", "breakglass.released", "breakglass.released"]);
    expect(world.releaseRecords.map(({ releaseDigest }) => toHex(releaseDigest))).toEqual(
      releases.map((release) => toHex(sha256(release))),
    );
    // One release fewer opens nothing; without its epoch nothing either.
    expect(open(asked, releases.slice(1)).sealings[0]?.result.status).toBe("short");
    expect(open(asked, releases, [2]).sealings[0]?.result).toMatchObject({ validCount: 0 });
  });

  it("breaks REQUEST_OFFICERS unless two known officers signed, and REQUEST_FORMAT with what is no request", async () => {
    for (const signers of [
      [0, 0],
      [0, 9],
      [9, 1],
    ] as const) {
      const { world, asked, proof } = await loggedWorld({ signers });
      await expect(world.release(1, asked, demandOf(asked, proof))).rejects.toThrow(code("REQUEST_OFFICERS"));
    }
    const { world, asked, proof } = await loggedWorld();
    for (const request of [asked.bytes.slice(1), new Uint8Array(), new Uint8Array(5000)]) {
      const demand = { ...demandOf(asked, proof), request };
      await expect(world.release(1, asked, demand)).rejects.toThrow(code("REQUEST_FORMAT"));
    }
    const wrong = [{ reason: "" }, { expiresAtMs: world.nowMs - 60 * minute }, { caseId: new Uint8Array(3) }];
    for (const change of wrong) expect(() => world.ask(change)).toThrow(code("REQUEST_FORMAT"));
    const scope = { conversation, fromEpoch: 2, toEpoch: 1 };
    expect(() => world.ask({ scope })).toThrow(code("REQUEST_FORMAT"));
  });

  it("breaks REQUEST_EXPIRED and REQUEST_NOTICE outside the trustee's limits", async () => {
    const { world, asked, proof } = await loggedWorld();
    const [now, demand] = [world.nowMs, demandOf(asked, proof)];
    for (const atMs of [now - 60 * minute, now + 9 * 60 * minute]) {
      world.nowMs = atMs;
      await expect(world.release(1, asked, demand)).rejects.toThrow(code("REQUEST_EXPIRED"));
    }
    for (const [change, rule] of [
      [{ expiresAtMs: now + 48 * 60 * minute }, "REQUEST_EXPIRED"],
      [{ noticeDelayMs: trusteePolicy.maxNoticeDelayMs + 1 }, "REQUEST_NOTICE"],
    ] as const) {
      const bad = await loggedWorld(change);
      const refused = bad.world.release(1, bad.asked, demandOf(bad.asked, bad.proof));
      await expect(refused).rejects.toThrow(code(rule));
    }
  });

  it("breaks REQUEST_SCOPE and SEALING_PROOF beyond what was asked", async () => {
    const { world, asked, proof } = await loggedWorld();
    const release = (sealings: ReleaseDemand["sealings"]) =>
      world.release(1, asked, { request: asked.bytes, proof, sealings });
    const { sealing } = sealedEpoch(conversation, 0);
    for (const sealings of [
      [],
      [{ epoch: 3, sealing: sealedEpoch(conversation, 3).sealing }],
      [
        { epoch: 0, sealing },
        { epoch: 0, sealing },
      ],
    ]) {
      await expect(release(sealings)).rejects.toThrow(code("REQUEST_SCOPE"));
    }
    const foreign = [{ epoch: 0, sealing: sealedEpoch(elsewhere, 0).sealing }];
    await expect(release(foreign)).rejects.toThrow(code("SEALING_PROOF"));
    await expect(release([{ epoch: 1, sealing }])).rejects.toThrow(code("SEALING_PROOF"));
    const scope = { conversation, fromEpoch: 0, toEpoch: 3 };
    for (const change of [{ scope }, { groupDigest: new Uint8Array(32) }]) {
      const wide = await loggedWorld(change);
      const refused = wide.world.release(1, wide.asked, demandOf(wide.asked, wide.proof));
      await expect(refused).rejects.toThrow(code("REQUEST_SCOPE"));
    }
  });

  it("breaks REQUEST_UNLOGGED, REQUEST_STALE, REQUEST_EARLY and REQUEST_REPLAYED by its proof", async () => {
    const { world, asked, proof } = await loggedWorld();
    const release = (text: string) => world.release(1, asked, demandOf(asked, text));
    const unlogged = world.ask();
    await expect(world.release(1, unlogged, demandOf(unlogged, proof))).rejects.toThrow(
      code("REQUEST_UNLOGGED"),
    );
    world.areWitnessesDown = true;
    const unwitnessed = await world.prove(asked);
    world.areWitnessesDown = false;
    const fork = new TransparencyLog({ store: new MemoryLogStore(), ...world.logKey });
    await fork.append(requestLeaf(unlogged.request));
    const forked = await world.prove(unlogged, fork);
    for (const text of ["", proof.slice(0, -90), unwitnessed]) {
      await expect(release(text)).rejects.toThrow(code("REQUEST_UNLOGGED"));
    }
    await expect(world.release(1, unlogged, demandOf(unlogged, forked))).rejects.toThrow(
      code("REQUEST_UNLOGGED"),
    );
    await expect(release(await world.prove(asked))).rejects.toThrow(code("REQUEST_EARLY"));
    world.nowMs += 20 * minute;
    await expect(release(proof)).rejects.toThrow(code("REQUEST_STALE"));
    world.nowMs -= 20 * minute;
    await release(proof);
    await expect(release(proof)).rejects.toThrow(code("REQUEST_REPLAYED"));
    expect(world.released).toHaveLength(1);
  });

  it("fails closed while the log or the witnesses are down", async () => {
    const { world, asked, proof } = await loggedWorld();
    world.isLogDown = true;
    await expect(world.release(1, asked, demandOf(asked, proof))).rejects.toThrow(code("LOG_DOWN"));
    // The nonce is spent: what could not be logged is never released.
    world.isLogDown = false;
    await expect(world.release(1, asked, demandOf(asked, proof))).rejects.toThrow(code("REQUEST_REPLAYED"));
    expect([world.released, world.releaseRecords]).toEqual([[], []]);
  });

  it("names a cheating trustee, and nobody for what no trustee signed", async () => {
    const { world, asked, proof } = await loggedWorld();
    const releases = [];
    for (const trustee of [1, 2]) releases.push(await world.release(trustee, asked, demandOf(asked, proof)));
    const cheat = corruptRelease(asked, world.random, { element: escrow.group.groupKey });
    const forged = Uint8Array.from(cheat, (byte, at) => (at === cheat.length - 1 ? byte ^ 1 : byte));
    const { sealings, cheats, unsignedCount } = open(asked, [cheat, forged, ...releases]);
    expect([cheats, unsignedCount]).toEqual([[3], 1]);
    expect(sealings[0]?.result).toMatchObject({ status: "opened", key: sealedEpoch(conversation, 0).key });
    const other = world.ask();
    expect(open(other, releases)).toMatchObject({ unsignedCount: 2, cheats: [] });
    expect(open(asked, [new Uint8Array(), concatBytes(cheat, cheat)])).toMatchObject({
      unsignedCount: 2,
    });
  });
});
