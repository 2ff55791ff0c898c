import { toHex } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { combineReleases, conversationKey } from "./master-key.ts";

const scope = { tenant: "t", conversation: "c", epoch: 0, version: 1 };
const [one, two] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
const refused = expect.objectContaining({ code: "KEY_LENGTH" });

describe("a master key", () => {
  it("has another key for every scope", () => {
    const scopes = [
      scope,
      { ...scope, tenant: "u" },
      { ...scope, conversation: "d" },
      { ...scope, epoch: 1 },
      { ...scope, version: 2 },
    ];
    const keys = [one, two].flatMap((master) => scopes.map((each) => toHex(conversationKey(master, each))));
    expect(new Set(keys).size).toBe(10);
    expect(conversationKey(one, scope)).toEqual(conversationKey(one, { ...scope }));
    expect(() => conversationKey(new Uint8Array(16), scope)).toThrowError(refused);
  });

  it("of two parties needs both, in their order", () => {
    const key = toHex(combineReleases([one, two], scope));
    expect(toHex(combineReleases([one, two], scope))).toBe(key);
    for (const other of [
      [two, one],
      [one, one],
      [two, two],
      [one, two, one],
    ]) {
      expect(toHex(combineReleases(other, scope))).not.toBe(key);
    }
    expect(() => combineReleases([one], scope)).toThrowError(refused);
    expect(() => combineReleases([one, new Uint8Array(31)], scope)).toThrowError(refused);
  });
});
