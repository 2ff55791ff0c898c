import { concatBytes, fromUtf8, toUtf8 } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeHeader, openArchive, readHeader, sealArchive, sealedChunkBytesCount } from "./history-seal.ts";

const key = new Uint8Array(32).fill(7);
const header = encodeHeader("backup", new Uint8Array(32).fill(8));

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function seal(records: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const [first, ...chunks] = await collect(sealArchive({ key, header }, each(records)));
  expect(first).toEqual(header);
  return chunks;
}

const open = (chunks: readonly Uint8Array[], input = { key, header }) =>
  collect(openArchive(input, each(chunks)));

/** Four chunks with something in each. */
const long = Array.from({ length: 4 }, (_, at) => new Uint8Array(60_000).fill(at + 1));

describe("a sealed archive", () => {
  it("gives back every record, whatever the lengths", async () => {
    const lengths = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 65_520, max: 65_540 })),
      {
        maxLength: 6,
      },
    );
    await fc.assert(
      fc.asyncProperty(lengths, async (wanted) => {
        const records = wanted.map((length, at) => new Uint8Array(length).fill(at + 1));
        const chunks = await seal(records);
        expect(new Set(chunks.map((chunk) => chunk.length))).toEqual(new Set([sealedChunkBytesCount]));
        expect(await open(chunks)).toEqual(records);
      }),
      { numRuns: 20 },
    );
  });

  it("looks the same for any few records, and grows in steps", async () => {
    expect(await seal([])).toHaveLength(1);
    expect(await seal([toUtf8("a")])).toHaveLength(1);
    const counts: number[] = [];
    for (const count of [8, 9, 10, 15, 16, 17, 33]) {
      counts.push((await seal(Array.from({ length: count }, () => new Uint8Array(65_532).fill(1)))).length);
    }
    expect(counts).toEqual([8, 10, 10, 16, 16, 18, 36]);
  });

  it("tells that it was cut off", async () => {
    const chunks = await seal(long);
    for (const count of [0, 1, 2, 3]) {
      await expect(open(chunks.slice(0, count))).rejects.toMatchObject({ code: "ARCHIVE_TRUNCATED" });
    }
  });

  it("does not open what was reordered, repeated, left out, exchanged or changed", async () => {
    const [a, b, c, d] = (await seal(long)) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
    const otherHeader = encodeHeader("backup", new Uint8Array(32).fill(9));
    const other = await collect(sealArchive({ key, header: otherHeader }, each(long)));
    const flipped = b.slice();
    flipped[100] = (flipped[100] ?? 0) ^ 1;
    for (const chunks of [
      [b, a, c, d],
      [a, a, b, c, d],
      [a, c, d],
      [a, b, c, d, d],
      [a, b, d, c],
      [a, other[2] ?? a, c, d],
      [a, flipped, c, d],
      [a.subarray(1), b, c, d],
      [concatBytes(a, b), c, d],
    ]) {
      await expect(open(chunks)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
    }
  });

  it("opens under its own header and key only", async () => {
    const chunks = await seal(long);
    for (const input of [
      { key: new Uint8Array(32), header },
      { key, header: encodeHeader("history", new Uint8Array(32).fill(8)) },
      { key, header: encodeHeader("backup", new Uint8Array(32).fill(8), { more: 1 }) },
    ]) {
      await expect(open(chunks, input)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
    }
  });

  it("gives nothing of a chunk before it is authentic", async () => {
    const [first, ...others] = await seal(long.map((record) => record.subarray(0, 40_000)));
    const given: Uint8Array[] = [];
    const reading = (async () => {
      for await (const record of openArchive({ key, header }, each([first ?? key, key, ...others])))
        given.push(record);
    })();
    await expect(reading).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
    expect(given).toHaveLength(1);
  });
});

describe("a header", () => {
  const nothing = () => undefined;

  it("is read for one kind, as a whole", () => {
    expect(
      readHeader(encodeHeader("backup", key, { note: "x" }), "backup", (fields) =>
        fields.text("note", { maxBytes: 1 }),
      ),
    ).toBe("x");
    for (const bytes of [
      encodeHeader("history", key),
      encodeHeader("backup", key, { more: 1 }),
      encodeHeader("backup", key.subarray(1)),
      header.subarray(0, header.length - 1),
      concatBytes(header, key),
      toUtf8("PK\u0003\u0004 some other file"),
      new Uint8Array(0),
    ]) {
      expect(() => readHeader(bytes, "backup", nothing)).toThrow(
        expect.objectContaining({ code: "ARCHIVE_UNKNOWN" }),
      );
    }
  });

  it("says when a newer version made it", () => {
    const newer = header.slice();
    newer[newer.lastIndexOf("v".codePointAt(0) ?? 0) + 1] = 2;
    expect(fromUtf8(newer.subarray(0, 8))).toBe("Cloister");
    expect(() => readHeader(newer, "backup", nothing)).toThrow(
      expect.objectContaining({ code: "VERSION_UNSUPPORTED" }),
    );
  });
});
