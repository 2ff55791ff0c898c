/// <reference types="node" />
import { PassThrough, Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { BaseError } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { drive, type Suite } from "./driver.ts";

async function answersOf(requests: readonly (string | Buffer)[], suite: Suite, faults: unknown[] = []) {
  const answers = new PassThrough();
  const output = text(answers);
  const input = Readable.from(requests.map((request) => Buffer.from(request)));
  await drive({ requests: input, answers, suite, onFault: (fault) => faults.push(fault) });
  answers.end();
  const lines = (await output).split("\n");
  expect(lines.pop()).toBe("");
  return lines.map((line) => JSON.parse(line) as unknown);
}

const echo: Suite = (request) => ({ got: request });

describe("the driver", () => {
  it("answers each line in order and goes on after errors", async () => {
    const suite: Suite = (request) => {
      const { n } = request as { readonly n: number };
      if (n === 2) throw new BaseError("Policy", "NOT_TWO", "take another");
      return { n };
    };
    expect(await answersOf(['{"n":1}\n{"n":2}\n', '{"n":3}'], suite)).toEqual([
      { n: 1 },
      { error: "NOT_TWO", message: "take another" },
      { n: 3 },
    ]);
  });

  it.each([
    ["nonsense", "JSON_INVALID"],
    ["", "JSON_INVALID"],
    ["[1]", "REQUEST_INVALID"],
    ["null", "REQUEST_INVALID"],
    ['"text"', "REQUEST_INVALID"],
    ["[".repeat(100_000), "JSON_INVALID"],
  ])("refuses a line that is no request (%#)", async (line, error) => {
    expect(await answersOf([`${line}\n{}\n`], echo)).toMatchObject([{ error }, { got: {} }]);
  });

  it("refuses what is not UTF-8", async () => {
    const line = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n')]);
    expect(await answersOf([line], echo)).toMatchObject([{ error: "UTF8_INVALID" }]);
  });

  it("refuses a line that is too long, without keeping it", async () => {
    const part = Buffer.alloc(1024 * 1024, 0x20);
    const requests = Array.from({ length: 40 }, () => part);
    expect(await answersOf([...requests, '\n{"next":true}\n'], echo)).toMatchObject([
      { error: "LINE_TOO_LONG" },
      { got: { next: true } },
    ]);
  });

  it("gives a request's id back with an error", async () => {
    const suite: Suite = () => {
      throw new BaseError("Usage", "NO", "no");
    };
    expect(await answersOf(['{"id":"q7"}\n{"id":7}\n{"id":[]}\n'], suite)).toMatchObject([
      { id: "q7", error: "NO" },
      { id: 7, error: "NO" },
      { error: "NO" },
    ]);
  });

  it("tells its own faults apart, and to its own side only", async () => {
    const faults: unknown[] = [];
    const suite: Suite = () => {
      throw new TypeError("secret detail");
    };
    const answers = await answersOf(["{}\n"], suite, faults);
    expect(JSON.stringify(answers)).not.toContain("secret");
    expect(answers).toMatchObject([{ error: "INTERNAL" }]);
    expect(faults).toHaveLength(1);
  });

  it("ends when nobody reads any more", async () => {
    const broken = new Writable({
      highWaterMark: 1,
      write: (_chunk, _encoding, done) => done(Object.assign(new Error("closed"), { code: "EPIPE" })),
    });
    const closed = new Promise((resolve) => broken.once("close", resolve));
    const endless = Readable.from(
      (function* requests() {
        for (;;) yield Buffer.from("{}\n");
      })(),
    );
    await drive({ requests: endless, answers: broken, suite: echo, onFault: () => undefined });
    await closed;
  });

  it("waits for a slow reader", async () => {
    const slow = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => setImmediate(done) });
    const requests = Readable.from(Array.from({ length: 50 }, () => Buffer.from("{}\n")));
    await drive({ requests, answers: slow, suite: echo, onFault: () => undefined });
    expect(slow.writableLength).toBeLessThan(100);
  });
});
