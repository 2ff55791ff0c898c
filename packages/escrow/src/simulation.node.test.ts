/// <reference types="node" />
import process from "node:process";
import { equalBytes, isBaseError, toHex } from "@cloister/bytes";
import {
  type AskedRequest,
  BreakGlassWorld,
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

/** CLOISTER_BREAK_GLASS_RUNS sets another number; each run takes about a second on a busy machine. */
const runsCount = Number(process.env["CLOISTER_BREAK_GLASS_RUNS"] ?? 20);
const actsCount = 14;
const minute = 60_000;
const epochs = [0, 1, 2, 3];

/**
 * A server that holds the log's key, both officers' keys and trustee 3, and acts at random: honestly, and in
 * every way that a trustee has to refuse. What it cannot do is forge witnesses or trustees 1 and 2.
 */
class MaliciousServer {
  readonly world: BreakGlassWorld;
  readonly #asked: AskedRequest[] = [];
  /** For each request the proofs that it ever got. */
  readonly #proofs: { asked: AskedRequest; proof: string }[] = [];
  readonly refusals: string[] = [];

  constructor(seed: number) {
    this.world = new BreakGlassWorld(escrow, seed);
  }

  get asked(): readonly AskedRequest[] {
    return this.#asked;
  }

  async start(): Promise<void> {
    // The witnesses know the log before the first act, so that a fork is one.
    await this.world.logRequest(this.world.ask());
    await this.world.cosigned();
  }

  async act(): Promise<void> {
    const acts = [
      () => this.#ask(),
      () => this.#log(),
      () => this.#prove(),
      () => this.#demand(),
      () => this.#demand(),
      () => this.#demand(),
      () => this.#wait(),
      () => this.#breakDown(),
      () => this.#goOn(),
      () => this.#goOn(),
    ];
    await this.#pick(acts)();
  }

  #pick<T>(choices: readonly T[]): T {
    const [choice] = choices.slice((this.world.random(1)[0] ?? 0) % choices.length);
    if (choice === undefined) throw new Error("there is a choice");
    return choice;
  }

  async #ask(): Promise<void> {
    const fromEpoch = this.#pick([0, 1]);
    const scope = {
      conversation: this.#pick([conversation, elsewhere]),
      fromEpoch,
      toEpoch: fromEpoch + this.#pick([0, 1, 3]),
    };
    const noticeDelayMs = this.#pick([0, 0, trusteePolicy.maxNoticeDelayMs + 1]);
    this.#asked.push(
      this.world.ask({
        scope,
        noticeDelayMs,
        signers: this.#pick([
          [0, 1],
          [2, 3],
          [0, 9],
        ]),
      }),
    );
  }

  /** The honest way up to the delay's end, for a good request; what follows may be anything. */
  async #goOn(): Promise<void> {
    const asked = this.world.ask();
    this.#asked.push(asked);
    await this.world.logRequest(asked);
    await this.#prove();
    this.world.nowMs += 11 * minute;
    this.world.isLogDown = this.#pick([false, false, false, true]);
    for (let time = 0; time < 4; time += 1) await this.#demand(asked);
  }

  async #log(): Promise<void> {
    if (this.#asked.length > 0) await this.world.logRequest(this.#pick(this.#asked));
  }

  async #prove(): Promise<void> {
    for (const asked of this.#asked) this.#proofs.push({ asked, proof: await this.world.prove(asked) });
  }

  async #wait(): Promise<void> {
    this.world.nowMs += this.#pick([1, 5, 11, 40]) * minute;
  }

  async #breakDown(): Promise<void> {
    this.world.isLogDown = this.#pick([false, false, true]);
    this.world.areWitnessesDown = this.#pick([false, false, true]);
  }

  /** Hands a request to a trustee, with a proof and sealings of some kind. */
  async #demand(of?: AskedRequest): Promise<void> {
    if (this.#asked.length === 0) return;
    const asked = of ?? this.#pick(this.#asked);
    const own = this.#proofs.filter((had) => had.asked === asked).map(({ proof }) => proof);
    const proof = await this.#pick(
      [
        () => this.#pick(own.length > 0 ? own : [""]),
        () => own.at(-1) ?? "",
        () => own.at(-1) ?? "",
        () => this.world.prove(asked),
        () => "",
        () => this.#pick(this.#proofs)?.proof ?? "",
        () => (own.at(-1) ?? "").replace(/index \d+/, "index 0"),
        () => this.#forge(asked),
      ].slice(0, this.#proofs.length > 0 ? 8 : 5),
    )();
    const trustee = this.#pick([1, 2]);
    try {
      await this.world.release(trustee, asked, this.#sealings(demandOf(asked, proof, this.#epochsOf(asked))));
    } catch (error) {
      if (!isBaseError(error)) throw error;
      this.refusals.push(error.code);
    }
  }

  #epochsOf({ request }: AskedRequest): number[] {
    const { fromEpoch, toEpoch } = request.scope;
    return this.#pick([
      epochs,
      epochs.filter((epoch) => epoch >= fromEpoch && epoch <= toEpoch),
      [fromEpoch],
    ]);
  }

  #sealings(demand: ReleaseDemand): ReleaseDemand {
    const foreign = demand.sealings.map(({ epoch }) => ({
      epoch,
      sealing: sealedEpoch(elsewhere, epoch).sealing,
    }));
    const relabelled = demand.sealings.map(({ epoch }) => ({
      epoch,
      sealing: sealedEpoch(conversation, 3).sealing,
    }));
    return {
      ...demand,
      sealings: this.#pick([demand.sealings, demand.sealings, demand.sealings, foreign, relabelled]),
    };
  }

  /** A proof from a fork that only the log's own key signed, with the true log's cosignatures put under it. */
  async #forge(asked: AskedRequest): Promise<string> {
    const fork = new TransparencyLog({ store: new MemoryLogStore(), ...this.world.logKey });
    await fork.append(requestLeaf(asked.request));
    const proof = await this.world.prove(asked, fork);
    const cosigned = (await this.world.cosigned()).split("\n").filter((line) => line.startsWith("— w"));
    return this.#pick([proof, `${proof}${cosigned.map((line) => `${line}\n`).join("")}`]);
  }
}

/** Each epoch that an attacker with everything released so far, and trustee 3, can open. */
function plaintextsOf({ world, asked }: MaliciousServer) {
  const released = world.released.map(({ bytes }) => bytes);
  return asked.flatMap((of) => {
    const releases = [...released, corruptRelease(of, world.random)];
    const opened = open(of, releases, epochs).sealings.filter(({ result }) => result.status === "opened");
    return opened.map(({ epoch, result }) => ({
      of,
      epoch,
      key: result.status === "opened" ? result.key : undefined,
    }));
  });
}

describe("break-glass with a malicious server", () => {
  it(`leaves one earlier witnessed leaf for each plaintext in ${runsCount} random runs`, {
    timeout: 1_200_000,
  }, async () => {
    const seen = { plaintexts: 0, releases: 0, nothing: 0, refusals: new Set<string>() };
    for (let run = 0; run < runsCount; run += 1) {
      const server = new MaliciousServer(run);
      await server.start();
      for (let act = 0; act < actsCount; act += 1) await server.act();
      const { world } = server;
      const leaves = await world.log.leaves(0, await world.log.size());
      for (const { of, epoch, key } of plaintextsOf(server)) {
        const { request } = of;
        const { scope } = request;
        expect(key && toHex(key)).toBe(toHex(sealedEpoch(scope.conversation, epoch).key));
        expect(epoch >= scope.fromEpoch && epoch <= scope.toEpoch).toBe(true);
        const own = leaves.flatMap((leaf, index) => {
          const { event } = decodeLeaf(leaf);
          const isOwn =
            event.type === "breakglass.requested" && equalBytes(event.requestDigest, request.digest);
          return isOwn ? [index] : [];
        });
        expect(own).toHaveLength(1);
        const firstReleaseMs = Math.min(
          ...world.released.filter(({ asked }) => asked === of).map(({ atMs }) => atMs),
        );
        const witnessed = world.cosignedAtMs.filter(
          ({ size, atMs }) => size > (own[0] ?? Infinity) && atMs + trusteePolicy.delayMs <= firstReleaseMs,
        );
        expect(witnessed.length).toBeGreaterThan(0);
        seen.plaintexts += 1;
      }
      // Without a release there is nothing, although the attacker has a share of its own.
      if (world.released.length === 0) seen.nothing += 1;
      const releaseLeaves = leaves.filter((leaf) => decodeLeaf(leaf).event.type === "breakglass.released");
      expect(releaseLeaves).toHaveLength(world.released.length);
      seen.releases += world.released.length;
      for (const refusal of server.refusals) seen.refusals.add(refusal);
    }
    // The runs reach what they are about: openings, and every kind of refusal.
    expect(seen.plaintexts).toBeGreaterThan(runsCount / 10);
    expect(seen.nothing).toBeGreaterThan(0);
    expect([...seen.refusals]).toEqual(
      expect.arrayContaining([
        "REQUEST_OFFICERS",
        "REQUEST_NOTICE",
        "REQUEST_SCOPE",
        "REQUEST_UNLOGGED",
        "REQUEST_EARLY",
        "REQUEST_REPLAYED",
        "SEALING_PROOF",
        "LOG_DOWN",
      ]),
    );
  });
});
