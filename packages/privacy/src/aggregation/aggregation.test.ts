import { isBaseError } from "@cloister/bytes";
import { ed25519KeyPair, ed25519Sign, sha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Advertisement,
  AggregationCoordinator,
  AggregationMember,
  type AggregationMessage,
  type AggregationPlan,
  decodeMessage,
  decodePlan,
  encodeMessage,
  encodePlan,
  noiseShare,
  type Parcel,
  planDigest,
} from "./index.ts";
import { advertisedBytes } from "./keys.ts";
import { recoverSecret } from "./recover.ts";
import { combineShares, splitSecret } from "./shamir.ts";

const seedOf = (node: number) => sha256(Uint8Array.of(node));
const nodesOf = (count: number) => Array.from({ length: count }, (_, at) => at + 1);

function planOf(count: number, dimension = 5, more: Partial<AggregationPlan> = {}): AggregationPlan {
  return {
    round: systemRandom(32),
    modelDigest: sha256(Uint8Array.of(7)),
    members: nodesOf(count).map((node) => ({ node, identityKey: ed25519KeyPair(seedOf(node)).publicKey })),
    thresholdCount: Math.floor((2 * count) / 3) + 1,
    dimension,
    maxAbs: 1_000_000,
    ...more,
  };
}

const memberOf = (plan: AggregationPlan, node: number) =>
  new AggregationMember({ plan, node, identity: seedOf(node), random: systemRandom });

/** A round up to the masked updates, over the wire's encoding. */
function begin(plan: AggregationPlan, absent: { readonly shares?: readonly number[] } = {}) {
  const wire = <Message extends AggregationMessage>(message: Message) =>
    decodeMessage(encodeMessage(message), plan.dimension) as Message;
  const coordinator = new AggregationCoordinator(plan);
  const members = new Map(plan.members.map(({ node }) => [node, memberOf(plan, node)]));
  const keys = [...members.values()].map((member) => wire({ kind: "advertisement", ...member.advertise() }));
  const advertisements = coordinator.advertised(keys);
  const sent = new Map<number, readonly Parcel[]>();
  for (const [node, member] of members) {
    const { parcels } = wire({ kind: "parcels", parcels: member.share(advertisements) });
    if (!absent.shares?.includes(node)) sent.set(node, parcels);
  }
  return { coordinator, members, given: coordinator.shared(sent), wire };
}

function finish(
  { coordinator, members, given, wire }: ReturnType<typeof begin>,
  updates: ReadonlyMap<number, Int32Array>,
  silent: { readonly signatures?: readonly number[]; readonly shares?: readonly number[] } = {},
) {
  for (const [node, values] of updates) {
    const update = members.get(node)?.mask(values, given.get(node) ?? []);
    if (update) coordinator.masked(wire({ kind: "masked", ...update }));
  }
  const survivors = coordinator.survivors();
  const present = survivors.filter((node) => !silent.signatures?.includes(node));
  for (const node of present) {
    const entry = members.get(node)?.confirm(survivors);
    if (entry) coordinator.confirmed(wire({ kind: "survivors", ...entry }));
  }
  const signatures = coordinator.signatures();
  for (const node of present.filter((candidate) => !silent.shares?.includes(candidate))) {
    const entry = members.get(node)?.unmask(signatures);
    if (entry) coordinator.unmasked(wire({ kind: "unmasking", ...entry }));
  }
  return coordinator.finish();
}

const updatesOf = (nodes: readonly number[], dimension: number) =>
  new Map(
    nodes.map((node) => [node, Int32Array.from({ length: dimension }, (_, at) => node * 100 - at * 37)]),
  );

const sumOf = (updates: Iterable<Int32Array>, dimension: number) => {
  const sum = new Int32Array(dimension);
  for (const values of updates) for (const [at, value] of values.entries()) sum[at] = (sum[at] ?? 0) + value;
  return sum;
};

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return isBaseError(error) ? error.code : String(error);
  }
  return "none";
};

describe("a secure sum", () => {
  it("is exact with everybody there", () => {
    const updates = updatesOf(nodesOf(4), 5);
    const out = finish(begin(planOf(4)), updates);
    expect(out).toEqual({ sum: sumOf(updates.values(), 5), survivors: [1, 2, 3, 4], suspects: [] });
  });

  it("is exact whoever drops out, wherever, while enough remain", () => {
    const dropAt = fc.constantFrom("stays", "stays", "shares", "update", "signature", "unmask");
    fc.assert(
      fc.property(fc.array(dropAt, { minLength: 7, maxLength: 7 }), (fates) => {
        const at = (fate: string) => nodesOf(7).filter((node) => fates[node - 1] === fate);
        fc.pre(at("stays").length >= 5);
        const round = begin(planOf(7), { shares: at("shares") });
        const gone = new Set([...at("shares"), ...at("update")]);
        const updates = updatesOf(
          nodesOf(7).filter((node) => !gone.has(node)),
          5,
        );
        const out = finish(round, updates, { signatures: at("signature"), shares: at("unmask") });
        expect(out.sum).toEqual(sumOf(updates.values(), 5));
        expect(out.suspects).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });

  it("ends where fewer than the threshold remain", () => {
    const few = updatesOf([1, 2, 3, 4], 5);
    expect(codeOf(() => finish(begin(planOf(7)), few))).toBe("AGGREGATION_COHORT");
    const silent = { shares: [1, 2, 3] };
    const all = updatesOf(nodesOf(7), 5);
    expect(codeOf(() => finish(begin(planOf(7)), all, silent))).toBe("AGGREGATION_COHORT");
  });

  it("shows the coordinator nothing that repeats: the same update is masked anew in each round", () => {
    const values = Int32Array.of(1, 2, 3, 4, 5);
    const masked = () => {
      const { members, given } = begin(planOf(3));
      return [...(members.get(1)?.mask(values, given.get(1) ?? []).values ?? [])];
    };
    const [first, second] = [masked(), masked()];
    expect(first).not.toEqual(second);
    expect(first).not.toEqual([...values]);
  });

  it("refuses what would overflow, and another length", () => {
    const { members, given } = begin(planOf(3));
    const first = members.get(1);
    const parcels = given.get(1) ?? [];
    expect(codeOf(() => first?.mask(Int32Array.of(0, 0, 0, 0, 1_000_001), parcels))).toBe(
      "AGGREGATION_RANGE",
    );
    const second = members.get(2);
    expect(codeOf(() => second?.mask(Int32Array.of(1), given.get(2) ?? []))).toBe("AGGREGATION_DIMENSION");
  });
});

describe("a plan", () => {
  it("survives its encoding, and its digest binds each field", () => {
    const plan = planOf(3);
    expect(decodePlan(encodePlan(plan))).toEqual(plan);
    const others = [
      { round: systemRandom(32) },
      { modelDigest: sha256(Uint8Array.of(8)) },
      { thresholdCount: 2 },
      { dimension: 6 },
      { maxAbs: 2 },
      { members: planOf(4).members },
    ];
    const digests = others.map((more) => planDigest({ ...plan, ...more }).join());
    expect(new Set([planDigest(plan).join(), ...digests]).size).toBe(others.length + 1);
  });

  it.each([
    ["a cohort of two", planOf(2)],
    ["a threshold of two thirds", planOf(6, 5, { thresholdCount: 4 })],
    ["a bound that may overflow", planOf(3, 5, { maxAbs: 2 ** 31 / 3 + 1 })],
    ["a member twice", planOf(3, 5, { members: [...planOf(3).members, ...planOf(1).members] })],
    ["no numbers", planOf(3, 0)],
  ])("with %s is refused", (_, plan) => {
    expect(codeOf(() => new AggregationCoordinator(plan))).toBe("AGGREGATION_PLAN");
    expect(codeOf(() => memberOf(plan, 1))).toBe("AGGREGATION_PLAN");
  });

  it("that does not name the member with its own key is refused", () => {
    expect(codeOf(() => memberOf(planOf(3), 9))).toBe("AGGREGATION_PLAN");
    const input = { plan: planOf(3), node: 1, identity: seedOf(2), random: systemRandom };
    expect(codeOf(() => new AggregationMember(input))).toBe("AGGREGATION_PLAN");
  });
});

describe("attacks of the coordinator", () => {
  it("shown different survivors, members reveal nothing", () => {
    const plan = planOf(4);
    const { members, given } = begin(plan);
    for (const [node, member] of members) member.mask(Int32Array.of(1, 1, 1, 1, 1), given.get(node) ?? []);
    // Node 4 is said to be gone to some and there to others: both of its secrets would come out.
    const signatures = [
      members.get(1)?.confirm([1, 2, 3]),
      members.get(2)?.confirm([1, 2, 3, 4]),
      members.get(3)?.confirm([1, 2, 3, 4]),
    ].filter((entry) => entry !== undefined);
    for (const node of [1, 2, 3]) {
      expect(codeOf(() => members.get(node)?.unmask(signatures))).toBe("AGGREGATION_SURVIVORS");
    }
  });

  it("no member signs or reveals twice", () => {
    const { members, given } = begin(planOf(3));
    const first = members.get(1);
    first?.mask(new Int32Array(5), given.get(1) ?? []);
    first?.confirm([1, 2, 3]);
    expect(codeOf(() => first?.confirm([1, 2, 3]))).toBe("AGGREGATION_PHASE");
    expect(codeOf(() => first?.mask(new Int32Array(5), given.get(1) ?? []))).toBe("AGGREGATION_PHASE");
  });

  it("a substituted key is noticed", () => {
    const plan = planOf(3);
    const members = nodesOf(3).map((node) => memberOf(plan, node));
    const [a, b, c] = members.map((member) => member.advertise());
    if (!a || !b || !c) throw new Error("three members");
    const forged = { ...b, maskKey: c.maskKey };
    expect(codeOf(() => members[0]?.share([a, forged, c]))).toBe("AGGREGATION_KEYS");
    expect(codeOf(() => new AggregationCoordinator(plan).advertised([a, forged, c]))).toBe(
      "AGGREGATION_KEYS",
    );
  });

  it("a key that agrees with nobody's is refused, signed or not", () => {
    const plan = planOf(3);
    const [a, b] = [1, 2].map((node) => memberOf(plan, node).advertise());
    if (!a || !b) throw new Error("two members");
    const forged = { ...b, node: 3, parcelKey: new Uint8Array(32) };
    const signature = ed25519Sign(seedOf(3), advertisedBytes(planDigest(plan), forged));
    const entries = [a, b, { ...forged, signature }];
    expect(codeOf(() => new AggregationCoordinator(plan).advertised(entries))).toBe("AGGREGATION_KEYS");
  });

  it("keys of another round or another model do not pass: every member trains the same one", () => {
    const plan = planOf(3);
    const other = { ...plan, modelDigest: sha256(Uint8Array.of(9)) };
    const first = memberOf(plan, 1);
    const entries: Advertisement[] = [
      first.advertise(),
      ...[2, 3].map((node) => memberOf(other, node).advertise()),
    ];
    expect(codeOf(() => first.share(entries))).toBe("AGGREGATION_KEYS");
    const again = memberOf({ ...plan, round: systemRandom(32) }, 2);
    const second = memberOf(plan, 1);
    expect(
      codeOf(() => second.share([second.advertise(), again.advertise(), memberOf(plan, 3).advertise()])),
    ).toBe("AGGREGATION_KEYS");
  });

  it("a cohort thinned to one or two is refused by the member", () => {
    const plan = planOf(4);
    const first = memberOf(plan, 1);
    expect(codeOf(() => first.share([first.advertise(), memberOf(plan, 2).advertise()]))).toBe(
      "AGGREGATION_COHORT",
    );
    const { members, given } = begin(planOf(4));
    const member = members.get(1);
    const two = (given.get(1) ?? []).slice(0, 1);
    expect(codeOf(() => member?.mask(new Int32Array(5), two))).toBe("AGGREGATION_COHORT");
    const round = begin(planOf(4));
    const last = round.members.get(1);
    last?.mask(new Int32Array(5), round.given.get(1) ?? []);
    expect(codeOf(() => last?.confirm([1, 2]))).toBe("AGGREGATION_COHORT");
  });

  it("survivors that took no part, or without the member itself, are refused", () => {
    const ready = () => {
      const { members, given } = begin(planOf(4), { shares: [4] });
      const member = members.get(1);
      member?.mask(new Int32Array(5), given.get(1) ?? []);
      return member;
    };
    expect(codeOf(() => ready()?.confirm([1, 2, 3, 4]))).toBe("AGGREGATION_COHORT");
    expect(codeOf(() => ready()?.confirm([2, 3]))).toBe("AGGREGATION_COHORT");
  });

  it("a parcel that was changed, or is for another, ends the round", () => {
    const mangle = (change: (parcel: Parcel) => Parcel) => {
      const { members, given } = begin(planOf(3));
      const [parcel, ...rest] = given.get(1) ?? [];
      if (!parcel) throw new Error("a parcel");
      return codeOf(() => members.get(1)?.mask(new Int32Array(5), [change(parcel), ...rest]));
    };
    expect(mangle((parcel) => ({ ...parcel, sealed: parcel.sealed.map((byte) => byte ^ 1) }))).toBe(
      "AGGREGATION_PARCEL",
    );
    expect(mangle((parcel) => ({ ...parcel, from: parcel.from === 2 ? 3 : 2 }))).toBe("AGGREGATION_PARCEL");
    expect(mangle((parcel) => ({ ...parcel, to: 2 }))).toBe("AGGREGATION_PARCEL");
  });

  it("unmasked shares are of one kind for each node", () => {
    const round = begin(planOf(4));
    const updates = updatesOf([1, 2, 3], 5);
    for (const [node, values] of updates) {
      const update = round.members.get(node)?.mask(values, round.given.get(node) ?? []);
      if (update) round.coordinator.masked(update);
    }
    const survivors = round.coordinator.survivors();
    for (const node of survivors) {
      const entry = round.members.get(node)?.confirm(survivors);
      if (entry) round.coordinator.confirmed(entry);
    }
    const out = round.members.get(1)?.unmask(round.coordinator.signatures());
    expect(out?.seedShares.map(({ node }) => node)).toEqual([1, 2, 3]);
    expect(out?.keyShares.map(({ node }) => node)).toEqual([4]);
  });
});

describe("faults of members", () => {
  it("one wrong share is found, its sender named, and the sum still right", () => {
    const round = begin(planOf(5));
    const updates = updatesOf(nodesOf(5), 5);
    const liar = round.members.get(2);
    const unmask = liar?.unmask.bind(liar);
    if (!liar || !unmask) throw new Error("a member");
    liar.unmask = (signatures) => {
      const out = unmask(signatures);
      return {
        ...out,
        seedShares: out.seedShares.map(({ node, bytes }) => ({ node, bytes: bytes.map((b) => b ^ 1) })),
      };
    };
    expect(finish(round, updates)).toMatchObject({ sum: sumOf(updates.values(), 5), suspects: [2] });
  });

  it("an update sent twice, by a stranger or of another length is dropped", () => {
    const { coordinator, members, given } = begin(planOf(3));
    const update = members.get(1)?.mask(new Int32Array(5), given.get(1) ?? []);
    if (!update) throw new Error("an update");
    coordinator.masked(update);
    expect(codeOf(() => coordinator.masked(update))).toBe("AGGREGATION_MESSAGE");
    expect(codeOf(() => coordinator.masked({ ...update, from: 9 }))).toBe("AGGREGATION_MESSAGE");
    const short = { from: 2, values: new Uint32Array(4) };
    expect(codeOf(() => coordinator.masked(short))).toBe("AGGREGATION_MESSAGE");
  });

  it("hostile bytes are refused with a typed error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        for (const read of [() => decodeMessage(bytes, 5), () => decodePlan(bytes)]) {
          expect(codeOf(read)).toMatch(/^(CBOR|AGGREGATION)_/);
        }
      }),
    );
  });
});

describe("Shamir's shares", () => {
  it("any threshold of them give the secret, one fewer does not", () => {
    const secretAndOrder = fc.tuple(
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      fc.shuffledSubarray(nodesOf(9), { minLength: 5, maxLength: 5 }),
    );
    fc.assert(
      fc.property(secretAndOrder, ([secret, chosen]) => {
        const shares = splitSecret({ secret, nodes: nodesOf(9), thresholdCount: 5, random: systemRandom });
        const some = shares.filter(({ node }) => chosen.includes(node));
        expect(combineShares(some)).toEqual(secret);
        expect(combineShares(some.slice(1))).not.toEqual(secret);
      }),
      { numRuns: 30 },
    );
  });

  it("two wrong ones of ten are named, three end it", () => {
    const secret = seedOf(1);
    const shares = splitSecret({ secret, nodes: nodesOf(10), thresholdCount: 7, random: systemRandom });
    const wrong = (...nodes: number[]) => ({
      shares: shares.map((share) =>
        nodes.includes(share.node) ? { node: share.node, bytes: seedOf(share.node) } : share,
      ),
      thresholdCount: 7,
      fits: (candidate: Uint8Array) => candidate.join() === secret.join(),
    });
    expect(recoverSecret(wrong(2, 5)).suspects).toEqual([2, 5]);
    expect(codeOf(() => recoverSecret(wrong(1, 2, 3)))).toBe("AGGREGATION_SHARES");
  });
});

describe("a member's noise share", () => {
  it("adds up to what was asked for without the dropped and the colluding", () => {
    const input = { sigma: 1000, thresholdCount: 7, colludersCount: 2, membersCount: 10, dimension: 25_000 };
    const { sigma, gap } = noiseShare(input);
    expect(Math.sqrt(5) * sigma).toBeCloseTo(1000, 6);
    expect(gap).toBeLessThan(1e-100);
    expect(noiseShare({ ...input, sigma: 2 }).gap).toBeGreaterThan(1);
  });

  it("is refused with nobody honest", () => {
    const input = { sigma: 1, thresholdCount: 7, colludersCount: 7, membersCount: 10, dimension: 1 };
    expect(codeOf(() => noiseShare(input))).toBe("AGGREGATION_NOISE");
  });
});
