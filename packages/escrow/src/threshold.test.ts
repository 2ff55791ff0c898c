import { concatBytes, toHex } from "@cloister/bytes";
import { decodeScalar, ristrettoBase, ristrettoMultiply, ristrettoSum } from "@cloister/crypto/ristretto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkGroup, groupDigest } from "./group.ts";
import { combineAtZero } from "./polynomial.ts";
import { epochKeyOfMember, sealEpoch, verifySealing } from "./sealing.ts";
import { generate, seeded } from "./testing/seeded.ts";
import { combinePartials, decryptPartially, type PartialDecryption, verifyPartial } from "./threshold.ts";

const code = (name: string): unknown => expect.objectContaining({ code: name });
const random = seeded(1);
const { group, outcomes } = generate({ threshold: 2, count: 3 }, random);
const { groupKey } = group;
const other = generate({ threshold: 1, count: 1 }, random).group;
const requestDigest = new Uint8Array(32).fill(5);
const scope = { conversation: new Uint8Array(16).fill(1), epoch: 4 };
const sealed = sealEpoch({ scope, groupKey, random });
const sealing = verifySealing({ scope, groupKey, sealing: sealed.sealing });
const asked = { group, sealing, requestDigest };

function partials(...trustees: readonly number[]): PartialDecryption[] {
  return trustees.map((trustee) => {
    const share = decodeScalar(outcomes[trustee - 1]?.share ?? new Uint8Array()) ?? 0n;
    return decryptPartially({ ...asked, trustee, share, random });
  });
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  return Uint8Array.from(bytes, (byte, index) => (index === at ? byte ^ 1 : byte));
}

describe("sealing an epoch", () => {
  it("gives a member the key that any two trustees give, and shows the member that it does", () => {
    expect(epochKeyOfMember({ scope, groupKey, ...sealed })).toEqual(sealed.key);
    for (const pair of [
      [1, 2],
      [3, 1],
      [2, 3],
    ]) {
      expect(combinePartials(asked, partials(...pair))).toEqual({
        status: "opened",
        key: sealed.key,
        cheats: [],
      });
    }
    expect(sealed.sealing).toHaveLength(128);
    expect(toHex(sealEpoch({ scope, groupKey, random }).key)).not.toBe(toHex(sealed.key));
  });

  it("breaks SEALING_KEY when a sealing holds another secret than the members got", () => {
    const decoy = sealEpoch({ scope, groupKey, random });
    const members = (secret: Uint8Array) => () =>
      epochKeyOfMember({ scope, groupKey, secret, sealing: decoy.sealing });
    for (const secret of [
      sealed.secret,
      new Uint8Array(32),
      new Uint8Array(32).fill(0xff),
      new Uint8Array(),
    ]) {
      expect(members(secret)).toThrow(code("SEALING_KEY"));
    }
    expect(members(decoy.secret)()).toEqual(decoy.key);
  });

  it("breaks SEALING_PROOF for another conversation, epoch or group, however the sealing is bent", () => {
    const verify = (change: object) => () =>
      verifySealing({ scope, groupKey, sealing: sealed.sealing, ...change });
    const elsewhere = { conversation: new Uint8Array(16).fill(2), epoch: 4 };
    expect(verify({ scope: elsewhere })).toThrow(code("SEALING_PROOF"));
    expect(verify({ scope: { ...scope, epoch: 5 } })).toThrow(code("SEALING_PROOF"));
    expect(verify({ groupKey: other.groupKey })).toThrow(code("SEALING_PROOF"));
    // Shifted by a known multiple, which would give the original's partial away: not without its secret.
    const shifted = ristrettoSum([1n, sealing.element], [1n, ristrettoBase]);
    const bent = concatBytes(shifted, sealed.sealing.slice(32));
    expect(verify({ sealing: bent })).toThrow(code("SEALING_PROOF"));
    fc.assert(
      fc.property(fc.nat(127), (at) => {
        expect(verify({ sealing: flip(sealed.sealing, at) })).toThrow(/rule broken: a sealing/);
      }),
      { numRuns: 30 },
    );
  });

  it("breaks SEALING_FORMAT with what is no sealing", () => {
    const identity = concatBytes(new Uint8Array(32), sealed.sealing.slice(32));
    for (const bad of [identity, sealed.sealing.slice(1), new Uint8Array()]) {
      expect(() => verifySealing({ scope, groupKey, sealing: bad })).toThrow(code("SEALING_FORMAT"));
    }
    for (const bad of [
      { ...scope, epoch: -1 },
      { ...scope, epoch: 0.5 },
      { ...scope, conversation: requestDigest },
    ]) {
      expect(() => sealEpoch({ scope: bad, groupKey, random })).toThrow(code("SEALING_FORMAT"));
    }
  });
});

describe("partials", () => {
  it("fewer than the threshold give nothing, the same trustee twice included", () => {
    const [first] = partials(1);
    if (!first) throw new Error("there is one");
    expect(combinePartials(asked, [])).toEqual({ status: "short", validCount: 0, cheats: [] });
    const twice = combinePartials(asked, [first, ...partials(1)]);
    expect(twice).toEqual({ status: "short", validCount: 1, cheats: [] });
    // Even combined without asking: one point of a line says nothing about its value at zero.
    const shared = ristrettoMultiply(decodeScalar(sealed.secret) ?? 0n, groupKey);
    expect(toHex(combineAtZero([{ number: 1, element: first.element }]))).not.toBe(toHex(shared));
  });

  it("name the trustee that cheats, and open all the same with enough honest ones", () => {
    const [honest, second] = partials(1, 2);
    if (!honest || !second) throw new Error("there are two");
    const cheats: PartialDecryption[] = [
      { ...second, trustee: 3 },
      { ...second, trustee: 3, element: ristrettoBase },
      { ...second, trustee: 3, element: new Uint8Array(32) },
      { ...second, trustee: 3, proof: new Uint8Array(64) },
      { ...second, trustee: 3, proof: new Uint8Array(3) },
    ];
    for (const cheat of cheats) {
      expect(combinePartials(asked, [honest, cheat])).toEqual({
        status: "short",
        validCount: 1,
        cheats: [3],
      });
      const opened = combinePartials(asked, [cheat, honest, second]);
      expect(opened).toEqual({ status: "opened", key: sealed.key, cheats: [3] });
    }
    expect(combinePartials(asked, [{ ...second, trustee: 9 }])).toMatchObject({ cheats: [9] });
  });

  it("answer one request only", () => {
    const [first] = partials(1);
    if (!first) throw new Error("there is one");
    expect(verifyPartial(asked, first)).toBe(true);
    expect(verifyPartial({ ...asked, requestDigest: new Uint8Array(32) }, first)).toBe(false);
    const again = sealEpoch({ scope, groupKey, random });
    const changed = verifySealing({ scope, groupKey, sealing: again.sealing });
    expect(verifyPartial({ ...asked, sealing: changed }, first)).toBe(false);
    fc.assert(
      fc.property(fc.nat(63), (at) => {
        expect(verifyPartial(asked, { ...first, proof: flip(first.proof, at) })).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it("are made for the trustee's own group only", () => {
    const input = { ...asked, group: other, trustee: 1, share: 3n, random };
    expect(() => decryptPartially(input)).toThrow(code("GROUP_FORMAT"));
    expect(() => decryptPartially({ ...asked, trustee: 4, share: 3n, random })).toThrow(code("GROUP_FORMAT"));
  });
});

describe("a group", () => {
  it("breaks GROUP_FORMAT when its shape is wrong", () => {
    const wrong = [
      { threshold: 0 },
      { threshold: 4 },
      { threshold: 1.5 },
      { groupKey: new Uint8Array(32) },
      { shareKeys: [] },
      { staticKeys: group.staticKeys.slice(1) },
      { shareKeys: [...group.shareKeys.slice(1), new Uint8Array(31)] },
    ];
    for (const change of wrong)
      expect(() => checkGroup({ ...group, ...change })).toThrow(code("GROUP_FORMAT"));
    checkGroup(group);
    expect(toHex(groupDigest(group))).not.toBe(toHex(groupDigest({ ...group, threshold: 3 })));
  });
});
