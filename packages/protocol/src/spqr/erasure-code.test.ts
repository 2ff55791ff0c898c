import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Chunk, collect, decode, nextChunk, startEncoder } from "./erasure-code.ts";
import { fieldTables } from "./field.ts";

const blocks = fc.constantFrom(1, 2, 3, 5, 30, 36);
const source = blocks.chain((count) => fc.uint8Array({ minLength: 32 * count, maxLength: 32 * count }));
const chunkOf = (of: Uint8Array<ArrayBuffer>, index: number) => nextChunk({ source: of, next: index }).chunk;

describe("GF(2^16)", () => {
  it("multiplies by logarithms as by shifting and reducing", () => {
    const { log, power } = fieldTables();
    const element = fc.integer({ min: 1, max: 0xffff });
    fc.assert(
      fc.property(element, element, (a, b) => {
        let product = 0;
        for (let bit = 15; bit >= 0; bit -= 1) {
          product <<= 1;
          if (product > 0xffff) product ^= 0x1100b;
          if ((b >> bit) & 1) product ^= a;
        }
        expect(power[(log[a] ?? 0) + (log[b] ?? 0)]).toBe(product);
      }),
    );
  });

  it("has 2 as a generator", () => {
    expect(new Set(fieldTables().power).size).toBe(0xffff);
  });
});

describe("the erasure code", () => {
  it("decodes from any n chunks, in any order, also when none is a block", () => {
    const index = fc.integer({ min: 0, max: 65_535 });
    fc.assert(
      fc.property(source, fc.uniqueArray(index, { minLength: 36, maxLength: 40 }), (message, indices) => {
        const needed = message.length / 32;
        const chunks = indices.slice(0, needed).map((at) => chunkOf(message, at));
        expect(decode(chunks, message.length)).toEqual(message);
        expect(decode(chunks.slice(1), message.length)).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });

  it("sends the blocks first, then goes on, and starts over after 65,536", () => {
    const message = new Uint8Array(96).map((_, at) => at);
    let encoder = startEncoder(message);
    const sent: Chunk[] = [];
    for (let count = 0; count < 5; count += 1) {
      const step = nextChunk(encoder);
      encoder = step.encoder;
      sent.push(step.chunk);
    }
    expect(sent.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4]);
    expect(sent[1]?.data).toEqual(message.slice(32, 64));
    expect(decode(sent.slice(2), 96)).toEqual(message);
    expect(nextChunk({ source: message, next: 65_535 }).encoder.next).toBe(0);
  });

  it("lets a later chunk of the same number replace the earlier one", () => {
    const message = new Uint8Array(64).fill(7);
    const bad = { index: 0, data: new Uint8Array(32) };
    const once = collect(collect([], bad), chunkOf(message, 0));
    expect(once).toHaveLength(1);
    expect(decode(collect(once, chunkOf(message, 9)), 64)).toEqual(message);
    expect(decode(collect([chunkOf(message, 0), chunkOf(message, 9)], bad), 64)).not.toEqual(message);
  });

  it("shares the coefficients of a chunk among its columns", () => {
    // The worst case: all 36 blocks of a key's vector are to be interpolated. Doing so column by column
    // would take some 600,000 multiplications more for the coefficients alone.
    const message = new Uint8Array(1152).map((_, at) => at * 31);
    const chunks = Array.from({ length: 36 }, (_, at) => chunkOf(message, 100 + at));
    const { log } = fieldTables();
    let lookupsCount = 0;
    const watched = new Proxy(log, {
      get(target, key) {
        lookupsCount += 1;
        return target[Number(key)];
      },
    });
    Object.assign(fieldTables(), { log: watched });
    try {
      expect(decode(chunks, 1152)).toEqual(message);
    } finally {
      Object.assign(fieldTables(), { log });
    }
    // 36 weights of 35 factors, and for each block 36 + 36 for the coefficients and 36 * 16 for the words.
    expect(lookupsCount).toBeLessThanOrEqual(36 * 35 + 36 * (72 + 576));
  });
});
