/// <reference types="node" />
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EventParser } from "./sse.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const parse = (...parts: readonly Uint8Array[]) => {
  const parser = new EventParser();
  return parts.flatMap((part) => parser.push(part));
};
const protocol = expect.objectContaining({ code: "MODEL_PROTOCOL" });

describe("the event stream", () => {
  it("gives the data of events, whatever else they hold", () => {
    const stream = ": comment\nevent: x\nid: 1\nretry: 3\ndata: one\n\ndata:two\ndata: three\n\n\n\ndata\n\n";
    expect(parse(bytes(stream))).toEqual(["one", "two\nthree", ""]);
  });

  it("is the same for every end of line and every cut, within a character too", () => {
    const stream = bytes("data: é👩🏽‍⚕️\r\n\r\ndata: b\r\rdata: c\n\r\n: x\r\ndata: d\n\n");
    const whole = parse(stream);
    expect(whole).toEqual(["é👩🏽‍⚕️", "b", "c", "d"]);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 8 }), (cuts) => {
        const at = [0, ...cuts, stream.length].sort((a, b) => a - b);
        expect(parse(...at.slice(1).map((end, index) => stream.subarray(at[index], end)))).toEqual(whole);
      }),
    );
  });

  it.each([
    ["an unknown field", [bytes("error: no\n\n")]],
    ["what is no event stream", [bytes("<html>\n\n")]],
    ["a line without end", [bytes(`data: ${"x".repeat(70_000)}`)]],
    ["a long line", [bytes(`data: ${"x".repeat(70_000)}\n`)]],
    ["an event without end", [bytes("data: x\n".repeat(17))]],
    ["what is not UTF-8", [Uint8Array.of(0x64, 0xff)]],
    ["a surrogate", [bytes("data: "), Uint8Array.of(0xed, 0xa0, 0x80)]],
  ])("refuses %s", (_what, parts) => {
    expect(() => parse(...parts)).toThrowError(protocol);
  });

  it("ends what does not end by itself, without keeping it", () => {
    const parser = new EventParser();
    const comment = bytes(`${": ".repeat(8_000)}\n`.repeat(64));
    expect(() => {
      for (let at = 0; at < 17; at += 1) parser.push(comment);
    }).toThrowError(protocol);
  });

  it("takes any bytes without another kind of error", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
        try {
          parse(any);
        } catch (error) {
          expect(error).toEqual(protocol);
        }
      }),
    );
  });
});
