import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ByteReader, ByteWriter } from "./index.ts";

const code = (id: string) => expect.objectContaining({ code: id }) as Error;

const item = fc.oneof(
  fc.integer({ min: 0, max: 255 }).map((value) => ({ type: "byte" as const, value })),
  fc
    .integer({ min: 1, max: 6 })
    .chain((length) => fc.tuple(fc.integer({ min: 0, max: 256 ** length - 1 }), fc.constant(length)))
    .map(([value, length]) => ({ type: "uint" as const, value, length })),
  fc.uint8Array({ maxLength: 5000 }).map((value) => ({ type: "bytes" as const, value })),
);
type Item = typeof item extends fc.Arbitrary<infer T> ? T : never;

function write(writer: ByteWriter, part: Item): void {
  if (part.type === "byte") writer.byte(part.value);
  else if (part.type === "uint") writer.uint(part.value, part.length);
  else writer.bytes(part.value);
}

function read(reader: ByteReader, part: Item): number | Uint8Array {
  if (part.type === "byte") return reader.byte();
  if (part.type === "uint") return reader.uint(part.length);
  return reader.take(part.value.length);
}

describe("ByteWriter and ByteReader", () => {
  it("give back what was written, with another writer at work between", () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 40 }), fc.array(item, { maxLength: 40 }), (parts, others) => {
        const [writer, other] = [new ByteWriter(), new ByteWriter()];
        for (const part of parts) write(writer, part);
        for (const part of others) write(other, part);
        for (const [written, by] of [
          [parts, writer],
          [others, other],
          [[], writer],
        ] as const) {
          const reader = new ByteReader(by.finish(), "CUT");
          for (const part of written) expect(read(reader, part)).toEqual(part.value);
          expect(reader.remaining).toBe(0);
        }
      }),
    );
  });

  it("refuse integers that do not fit, and input that ends too early", () => {
    const writer = new ByteWriter();
    for (const value of [-1, 0.5, 256, Number.NaN, 2 ** 53]) {
      expect(() => writer.uint(value, 1)).toThrowError(code("INTEGER_RANGE"));
    }
    const reader = new ByteReader(Uint8Array.of(1, 2), "CUT");
    expect(() => reader.uint(3)).toThrowError(code("CUT"));
    expect(() => new ByteReader(Uint8Array.of(1, 2), "CUT").take(3)).toThrowError(code("CUT"));
    expect(() => new ByteReader(new Uint8Array(), "CUT").byte()).toThrowError(code("CUT"));
  });
});
