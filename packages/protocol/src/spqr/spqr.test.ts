import { BaseError, equalBytes, toHex } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyRecord, completedEpochCount as epochsOf, serializeSessionRecord } from "../index.ts";
import { conversation, seededRandom } from "../testing/parties.ts";
import {
  exchange,
  exchangeUntil,
  loadSpqr,
  type Sent,
  SpqrSide,
  spqrSides,
  storeSpqr,
} from "../testing/spqr-sides.ts";
import { nextChunk } from "./erasure-code.ts";
import { absentSpqr, completedEpochCount, isKeyed, receiveSpqr, sendSpqr, spqrSecrets } from "./index.ts";
import { takeSendingKey } from "./key-schedule.ts";
import { parseSpqrField } from "./message.ts";

const code = (id: string): Error => expect.objectContaining({ code: id }) as Error;
const typeOf = ({ field }: Sent): string => {
  const read = parseSpqrField(field);
  return read.kind === "version-1" ? read.message.payload.type : read.kind;
};
const epochOf = ({ field }: Sent): bigint => {
  const read = parseSpqrField(field);
  return read.kind === "version-1" ? read.message.epoch : 0n;
};
const bytes32 = (value: number) => new Uint8Array(32).fill(value);

/** Alice has sent her header and vector as far as `kind`, and nothing is under way. */
function sidesAt(kind: SpqrSide["kind"]): { alice: SpqrSide; bob: SpqrSide } {
  const { alice, bob } = spqrSides(kind);
  exchangeUntil(alice, bob, () => alice.kind === kind || bob.kind === kind);
  return { alice, bob };
}

describe("two sides", () => {
  it("complete an epoch in 86 to 88 messages of strict ping-pong, and go on", () => {
    const { alice, bob } = spqrSides("ping-pong");
    let messagesCount = 0;
    for (let epoch = 1; epoch <= 6; epoch += 1) {
      const before = messagesCount;
      while (completedEpochCount(alice.state) < epoch || completedEpochCount(bob.state) < epoch) {
        exchange(alice, bob);
        messagesCount += 2;
      }
      expect(messagesCount - before).toBeGreaterThan(80);
      expect(messagesCount - before).toBeLessThanOrEqual(90);
    }
    expect(alice.active.schedule.epochs.length).toBeLessThanOrEqual(3);
  });

  it("agree on every key under loss, reordering and duplication, while epochs go on", () => {
    const step = fc.record({
      from: fc.boolean(),
      action: fc.constantFrom("send", "send", "send", "deliver", "deliver", "lose", "repeat"),
      at: fc.nat(),
    });
    let epochsCount = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 800, maxLength: 1200 }), fc.string(), (steps, seed) => {
        const { alice, bob } = spqrSides(seed);
        const flying: { sent: Sent; to: SpqrSide }[] = [];
        const opened: { sent: Sent; to: SpqrSide }[] = [];
        const deliver = (at: number) => {
          for (const message of flying.splice(at, 1)) {
            expect(message.to.open(message.sent)).toBe(message.sent.key);
            opened.push(message);
          }
        };
        for (const { from, action, at } of steps) {
          // A message that was held back for long may rightly be of an epoch given up since.
          while (flying.length > 12) deliver(0);
          if (action === "send") {
            const [side, to] = from ? [alice, bob] : [bob, alice];
            flying.push({ sent: side.send(), to });
          } else if (action === "deliver" && flying.length > 0) deliver(at % flying.length);
          else if (action === "lose" && at % 4 === 0) flying.splice(0, 1);
          else if (action === "repeat") {
            const again = opened.at(-1 - (at % 8));
            const before = again && storeSpqr(again.to.state);
            if (again) expect(() => again.to.open(again.sent)).toThrowError(code("SPQR-005"));
            if (again) expect(storeSpqr(again.to.state)).toEqual(before);
          }
        }
        epochsCount += completedEpochCount(alice.state);
        expect(
          Math.abs(completedEpochCount(alice.state) - completedEpochCount(bob.state)),
        ).toBeLessThanOrEqual(1);
      }),
      { numRuns: 12 },
    );
    expect(epochsCount).toBeGreaterThanOrEqual(12);
  });

  it("go on from stored states as if nothing had been", () => {
    const { alice, bob } = spqrSides("stored");
    for (let count = 0; count < 300; count += 1) {
      exchange(alice, bob);
      for (const side of [alice, bob]) {
        const stored = storeSpqr(side.state);
        side.state = loadSpqr(stored);
        expect(storeSpqr(side.state)).toEqual(stored);
      }
    }
    expect(completedEpochCount(alice.state)).toBe(6);
  });

  it("heal: who copied a state and hears everything opens nothing once a later secret is in the keys", () => {
    const { alice, bob } = spqrSides("stolen");
    exchange(alice, bob);
    // In epoch 1 Alice's seed is made already, so her thief follows that epoch; Bob's m is not.
    const thiefOf = (side: SpqrSide) => new SpqrSide(loadSpqr(storeSpqr(side.state)), seededRandom("thief"));
    const [aliceThief, bobThief] = [thiefOf(alice), thiefOf(bob)];
    const opens = (thief: SpqrSide, sent: Sent): boolean => {
      try {
        return thief.open(sent) === sent.key;
      } catch {
        return false;
      }
    };
    while (completedEpochCount(alice.state) < 4) {
      const forth = alice.send();
      expect(opens(bobThief, forth)).toBe(epochOf(forth) <= 1n);
      bob.open(forth);
      const back = bob.send();
      expect(opens(aliceThief, back)).toBe(epochOf(back) <= 2n);
      alice.open(back);
      aliceThief.send();
      bobThief.send();
    }
  });

  it("count no healed epoch when one side never takes part", () => {
    const { alice, bob } = spqrSides("silent");
    for (let count = 0; count < 200; count += 1) {
      const payload = { type: "none" } as const;
      bob.open(alice.send());
      alice.open(bob.forge({ payload }));
    }
    expect(completedEpochCount(alice.state)).toBe(0);
    expect(completedEpochCount(absentSpqr)).toBe(0);
  });
});

describe("keys", () => {
  it("are those of the chain epoch before the one agreed, also once its secret is known", () => {
    const { alice, bob } = spqrSides("before");
    for (let count = 0; count < 3; count += 1) bob.open(alice.send());
    expect(bob.kind).toBe("header-received");
    const { schedule, braid } = bob.active;
    const next = takeSendingKey(schedule, braid.epoch - 1n);
    const sent = bob.send();
    expect([typeOf(sent), sent.key]).toEqual(["ct1", toHex(next.key)]);
    expect(bob.active.schedule.epochs).toHaveLength(2);
    const after = takeSendingKey(bob.active.schedule, braid.epoch - 1n);
    expect(bob.send().key).toBe(toHex(after.key));
    expect(alice.open(sent)).toBe(sent.key);
  });

  it("are used up by messages whose payload means nothing now", () => {
    const { alice, bob } = spqrSides("unexpected");
    exchange(alice, bob);
    const braid = bob.active.braid;
    for (const type of ["ct1", "ct2", "vector", "vector-ack"] as const) {
      const sent = alice.forge({ payload: { type, chunk: { index: 1, data: bytes32(9) } } });
      bob.open(sent);
      expect(bob.active.braid).toBe(braid);
      expect(() => bob.open(sent)).toThrowError(code("SPQR-005"));
    }
    bob.open(alice.forge({ payload: { type: "ack" } }));
    expect(bob.active.braid).toBe(braid);
  });

  it("of an older epoch open late messages and change nothing else", () => {
    const { alice, bob } = spqrSides("late");
    exchangeUntil(alice, bob, () => completedEpochCount(alice.state) === 1);
    const late = [alice.send(), alice.send()];
    exchangeUntil(alice, bob, () => completedEpochCount(bob.state) === 2);
    const { braid } = bob.active;
    for (const sent of late) {
      expect(epochOf(sent)).toBeLessThan(braid.epoch);
      expect(bob.open(sent)).toBe(sent.key);
      expect(bob.active.braid).toBe(braid);
    }
  });
});

describe("the agreement", () => {
  it("collects a header whose first chunks were lost", () => {
    const { alice, bob } = spqrSides("lost header");
    for (let count = 0; count < 3; count += 1) alice.send();
    for (let count = 0; count < 3; count += 1) bob.open(alice.send());
    expect(bob.kind).toBe("header-received");
  });

  it("goes on with chunks until they were enough, without starting over at the acknowledgement", () => {
    const { alice, bob } = sidesAt("header-sent");
    // Bob hears nothing of the vector; Alice hears all of ct1.
    while (alice.kind === "header-sent") {
      alice.send();
      alice.open(bob.send());
    }
    const before = alice.active.braid;
    if (before.kind !== "ct1-received") throw new Error(before.kind);
    expect(before.vector.next).toBeGreaterThan(20);
    const sent = alice.send();
    const read = parseSpqrField(sent.field);
    const { chunk } = nextChunk(before.vector);
    expect(read).toMatchObject({
      message: { payload: { type: "vector-ack", chunk: { index: chunk.index } } },
    });
    bob.open(sent);
    expect([bob.kind, typeOf(bob.send())]).toEqual(["ct1-acknowledged", "none"]);
    while (bob.kind === "ct1-acknowledged") bob.open(alice.send());
    expect(bob.kind).toBe("ct2-sampled");
    exchangeUntil(alice, bob, () => completedEpochCount(bob.state) === 1);
  });

  it("takes a bare acknowledgement for nothing before the vector is complete, and for one after", () => {
    const { alice, bob } = sidesAt("ct1-sampled");
    bob.open(alice.forge({ payload: { type: "ack" } }));
    expect(bob.kind).toBe("ct1-sampled");
    while (bob.kind === "ct1-sampled") bob.open(alice.send());
    exchangeUntil(alice, bob, () => alice.kind === "header-sent" || alice.kind === "ct1-received");
    expect(bob.kind).toBe("vector-received");
    bob.open(alice.forge({ payload: { type: "ack" } }));
    expect(bob.kind).toBe("ct2-sampled");
  });

  it("takes a chunk of the vector for an acknowledgement too, once the vector is complete", () => {
    const { alice, bob } = sidesAt("header-sent");
    for (let count = 0; count < 40; count += 1) bob.open(alice.send());
    expect(bob.kind).toBe("vector-received");
    const payload = { type: "vector-ack", chunk: { index: 50, data: bytes32(0) } } as const;
    bob.open(alice.forge({ payload: { ...payload, type: "vector" } }));
    expect(bob.kind).toBe("vector-received");
    bob.open(alice.forge({ payload }));
    expect(bob.kind).toBe("ct2-sampled");
  });

  it("refuses the chunk that completes a forged ct1, and changes nothing", () => {
    const { alice, bob } = sidesAt("header-sent");
    alice.open(bob.forge({ payload: { type: "ct1", chunk: { index: 777, data: bytes32(1) } } }));
    exchangeUntil(alice, bob, () => {
      const braid = alice.active.braid;
      return braid.kind === "vector-sent" && braid.ct2.length === 4;
    });
    const before = storeSpqr(alice.state);
    for (let count = 0; count < 3; count += 1) {
      expect(() => alice.open(bob.send())).toThrowError(code("SPQR-012"));
      expect(storeSpqr(alice.state)).toEqual(before);
    }
  });

  it("begins the next epoch with any message of it", () => {
    const { alice, bob } = spqrSides("next");
    exchangeUntil(alice, bob, () => alice.kind === "no-header-received" && alice.active.braid.epoch === 2n);
    expect([bob.kind, bob.active.braid.epoch]).toEqual(["ct2-sampled", 1n]);
    bob.open(alice.forge({ payload: { type: "ct2", chunk: { index: 3, data: bytes32(3) } } }));
    expect([bob.kind, bob.active.braid.epoch]).toEqual(["keys-unsampled", 2n]);
    expect(() => bob.open(alice.forge({ epoch: 2n ** 32n + 2n }))).toThrowError(code("SPQR-009"));
  });

  it("lets go of the seed, of m and of what it replaces, and of nothing that still lives", () => {
    const { alice, bob } = spqrSides("erasure");
    const erased = new Set<Uint8Array>();
    const secretsOf = () => new Set([...spqrSecrets(alice.state), ...spqrSecrets(bob.state)]);
    const known = secretsOf();
    for (let count = 0; count < 400; count += 1) {
      for (const [from, to] of [
        [alice, bob],
        [bob, alice],
      ] as const) {
        const sent = sendSpqr(from.state, from.random);
        const received = receiveSpqr(to.state, sent.field);
        [from.state, to.state] = [sent.state, received.state];
        for (const secret of [...sent.erase, ...received.erase]) erased.add(secret);
        for (const secret of secretsOf()) {
          expect(erased.has(secret)).toBe(false);
          known.add(secret);
        }
      }
    }
    // Whatever was ever part of a state is still, or was handed over.
    const living = secretsOf();
    for (const secret of known) expect(living.has(secret) || erased.has(secret)).toBe(true);
  });
});

describe("in a session", () => {
  it("forged chunks collect nowhere, because the message's own MAC comes first", () => {
    const { alice, bob } = conversation("forged chunks");
    for (let count = 0; count < 200; count += 1) {
      const [from, to] = count % 2 === 0 ? [alice, bob] : [bob, alice];
      const sent = from.send("with one step of the agreement");
      const before = serializeSessionRecord(to.record);
      const forged = sent.bytes.slice();
      const inChunk = forged.length - 8 - 5; // field 5 stands before the MAC, and the chunk ends it
      forged[inChunk] = (forged[inChunk] ?? 0) ^ 1;
      expect(() => to.open({ ...sent, bytes: forged })).toThrowError(BaseError);
      expect(equalBytes(serializeSessionRecord(to.record), before)).toBe(true);
      to.open(sent);
    }
    expect([epochsOf(alice.record), epochsOf(bob.record), epochsOf(emptyRecord)]).toEqual([2, 2, 0]);
  });
});

describe("negotiation", () => {
  const versionless = [undefined, new Uint8Array(), Uint8Array.of(0, 1, 1, 0)];
  const newer = (...rest: number[]) => ({ field: Uint8Array.of(2, ...rest) });

  it("refuses a message without the ratchet before and after the first exchange", () => {
    const { alice, bob } = spqrSides("strict");
    for (const field of versionless) expect(() => bob.open({ field })).toThrowError(code("SPQR-001"));
    exchange(alice, bob);
    for (const field of versionless) expect(() => bob.open({ field })).toThrowError(code("SPQR-001"));
  });

  it("takes a newer version's position until a message of version 1 came, and not its payload", () => {
    const { alice, bob } = spqrSides("newer");
    const { braid } = bob.active;
    const { key } = alice.send();
    expect(bob.open(newer(1, 1, 200))).toBe(key);
    expect([bob.active.braid, bob.active.settled]).toEqual([braid, false]);
    bob.open(alice.send());
    expect(() => bob.open(newer(1, 3))).toThrowError(code("SPQR-013"));
  });

  it("with minimum pqxdh sends nothing keyed until it has heard from the peer", () => {
    const { alice, bob } = spqrSides("lenient", "pqxdh");
    const first = [alice.send(), alice.send()];
    expect(first.map(({ key }) => key)).toEqual(["00".repeat(32), "00".repeat(32)]);
    expect(first.map(({ field }) => toHex(field ?? new Uint8Array()).slice(0, 6))).toEqual([
      "010100",
      "010100",
    ]);
    expect(isKeyed(alice.state)).toBe(false);
    for (const sent of first) expect(bob.open(sent)).toBe(sent.key);
    const answer = bob.send();
    expect(answer.key).not.toBe("00".repeat(32));
    expect(alice.open(answer)).toBe(answer.key);
    expect([isKeyed(alice.state), isKeyed(bob.state)]).toEqual([true, true]);
    // The payloads of the first messages count.
    bob.open(alice.send());
    expect(bob.kind).toBe("header-received");
    exchangeUntil(alice, bob, () => completedEpochCount(alice.state) === 2);
    expect(bob.open(alice.forge({ epoch: 1n, index: 0 }))).toBe("00".repeat(32));
    expect(() => bob.open({ field: undefined })).toThrowError(code("SPQR-001"));
  });

  it("refuses with minimum spqr what is not keyed", () => {
    const [{ alice }, { bob }] = [spqrSides("mixed", "pqxdh"), spqrSides("mixed")];
    expect(() => bob.open(alice.send())).toThrowError(code("SPQR-008"));
  });

  it.each(versionless)("with minimum pqxdh gives the ratchet up for good when the peer has none", (field) => {
    const { alice } = spqrSides("peer without", "pqxdh");
    alice.send();
    const secrets = spqrSecrets(alice.state);
    expect(alice.open({ field })).toBe("00".repeat(32));
    expect(alice.state).toBe(absentSpqr);
    expect(secrets.every((secret) => secret.every((byte) => byte === 0))).toBe(true);
    expect(alice.send()).toEqual({ field: undefined, key: "00".repeat(32) });
    expect(alice.open({ field: undefined })).toBe("00".repeat(32));
    expect([isKeyed(alice.state), spqrSecrets(alice.state)]).toEqual([false, []]);
  });

  it("needs no randomness but for keys", () => {
    const { alice } = spqrSides("randomness");
    const drawn: number[] = [];
    const source = seededRandom("counted");
    const counted = (lengthBytes: number) => {
      drawn.push(lengthBytes);
      return source(lengthBytes);
    };
    let { state } = alice;
    for (let count = 0; count < 5; count += 1) ({ state } = sendSpqr(state, counted));
    expect(drawn).toEqual([64]);
  });
});
