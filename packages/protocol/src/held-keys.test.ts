import { ByteReader, ByteWriter } from "@cloister/codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HeldKeys } from "./held-keys.ts";

const keyOf = (number: number) => new Uint8Array(32).fill(number % 251);
const pack = (numbers: readonly number[]) =>
  HeldKeys.none.with(numbers.map((number) => ({ number, key: keyOf(number) })));
const numbersIn = (keys: HeldKeys) => Array.from({ length: keys.length }, (_, index) => keys.numberAt(index));

const ascending = fc
  .uniqueArray(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { maxLength: 50 })
  .map((numbers) => numbers.toSorted((a, b) => a - b));

describe("held keys", () => {
  it("give each key once, by its number, and keep the others", () => {
    fc.assert(
      fc.property(ascending, fc.nat(), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (numbers, which, other) => {
        const keys = pack(numbers);
        const number = numbers[which % Math.max(1, numbers.length)] ?? other;
        const taken = keys.take(number);
        if (numbers.length === 0) expect(taken).toBeUndefined();
        else expect(taken?.key).toEqual(keyOf(number));
        expect(taken ? numbersIn(taken.others) : []).toEqual(numbers.filter((entry) => entry !== number));
        expect(taken?.others.take(number)).toBeUndefined();
        expect(keys.take(other) !== undefined).toBe(numbers.includes(other));
        expect(numbersIn(keys)).toEqual(numbers);
      }),
    );
  });

  it("drop the oldest by number or by count, and say when nothing changes", () => {
    fc.assert(
      fc.property(
        ascending,
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        fc.nat({ max: 60 }),
        (numbers, least, count) => {
          const keys = pack(numbers);
          const kept = numbers.filter((number) => number >= least);
          expect(numbersIn(keys.from(least))).toEqual(kept);
          expect(keys.from(least) === keys).toBe(kept.length === numbers.length);
          expect(numbersIn(keys.newest(count))).toEqual(numbers.slice(Math.max(0, numbers.length - count)));
          expect(keys.with([])).toBe(keys);
        },
      ),
    );
  });

  it("overwrite the keys that they were given", () => {
    const key = keyOf(7);
    const keys = HeldKeys.none.with([{ number: 7, key }]);
    expect(key).toEqual(new Uint8Array(32));
    expect(keys.take(7)?.key).toEqual(keyOf(7));
    expect([keys.secrets, HeldKeys.none.secrets]).toEqual([[keys.packed], []]);
  });

  it("come back as they were written, and only in order and before their chain's head", () => {
    const stored = (keys: HeldKeys) => {
      const writer = new ByteWriter();
      keys.write(writer);
      return new ByteReader(writer.finish(), "SESSION-002");
    };
    fc.assert(
      fc.property(ascending, (numbers) => {
        expect(HeldKeys.read(stored(pack(numbers)), 2 ** 32)).toEqual(pack(numbers));
      }),
    );
    const refused = expect.objectContaining({ code: "SESSION-002" }) as Error;
    for (const numbers of [[5], [2, 1], [1, 1]]) {
      expect(() => HeldKeys.read(stored(pack(numbers)), 5)).toThrowError(refused);
    }
    const many = Array.from({ length: 2001 }, (_, number) => number);
    expect(() => HeldKeys.read(stored(pack(many)), 5000)).toThrowError(refused);
  });
});
