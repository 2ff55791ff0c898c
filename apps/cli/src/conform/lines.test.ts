/// <reference types="node" />
import { Readable } from "node:stream";
import { fromUtf8 } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lines } from "./lines.ts";

async function read(chunks: readonly string[], maxBytes = 100): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for await (const line of lines(Readable.from(chunks.map((chunk) => Buffer.from(chunk))), maxBytes)) {
    found.push(line === undefined ? undefined : fromUtf8(line));
  }
  return found;
}

describe("lines", () => {
  it("are the same however the stream is cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.stringMatching(/^[a-é]{0,6}$/)), fc.nat(5), async (texts, most) => {
        const whole = Buffer.from(texts.map((text) => `${text}\n`).join(""));
        const chunks: Buffer[] = [];
        for (let at = 0; at < whole.length; ) {
          const lengthBytes = 1 + (at % (most + 1));
          chunks.push(whole.subarray(at, at + lengthBytes));
          at += lengthBytes;
        }
        const found: string[] = [];
        for await (const line of lines(Readable.from(chunks), 100))
          found.push(line === undefined ? "?" : fromUtf8(line));
        expect(found).toEqual(texts);
      }),
    );
  });

  it("end without a newline, and may be empty", async () => {
    expect(await read(["a\n\nb"])).toEqual(["a", "", "b"]);
    expect(await read([])).toEqual([]);
    expect(await read(["\n"])).toEqual([""]);
  });

  it("that are too long are told, and the next is read", async () => {
    expect(await read(["123", "45", "6\nok\n", "1234567"], 5)).toEqual([undefined, "ok", undefined]);
    expect(await read(["12345\n"], 5)).toEqual(["12345"]);
  });
});
