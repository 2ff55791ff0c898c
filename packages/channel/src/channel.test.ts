import { concatBytes, uint32 } from "@cloister/bytes";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerCall, call } from "./call.ts";
import { type Accept, Channel } from "./channel.ts";
import { encodeFrame } from "./frame.ts";
import type { ChannelStream, StreamHandlers } from "./stream.ts";

/** A stall here would never resolve: the queue is empty then, and `passed` says so. */
const quiet = async () => {
  for (let round = 0; round < 400; round += 1) await Promise.resolve();
};

/** Two channels, and a wire like a vsock of QEMU: 262,144 bytes one way without any back, and it stands still. */
function pair(accept: Accept, { limitBytes = 262_144, pieceBytes = 5000 } = {}) {
  const closed: string[] = [];
  const queues = { host: [] as Uint8Array[], enclave: [] as Uint8Array[] };
  const unanswered = { host: 0, enclave: 0 };
  const write = (from: "host" | "enclave", to: "host" | "enclave") => (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length; at += pieceBytes) queues[to].push(bytes.slice(at, at + pieceBytes));
    unanswered[to] = 0;
    unanswered[from] += bytes.length;
    if (unanswered[from] > limitBytes) throw new Error("stalled for good");
  };
  const make = (side: "host" | "enclave", other: "host" | "enclave"): Channel =>
    new Channel({
      side,
      transport: { write: write(side, other), close: () => undefined },
      accept,
      onClose: (code) => closed.push(`${side} ${code}`),
    });
  const channels = { host: make("host", "enclave"), enclave: make("enclave", "host") };
  const run = async () => {
    do {
      await quiet();
      for (const side of ["host", "enclave"] as const) {
        const next = queues[side].shift();
        if (next) channels[side].receive(next);
      }
      await quiet();
    } while (queues.host.length + queues.enclave.length > 0);
  };
  return { ...channels, closed, run };
}

function collector(more: Partial<StreamHandlers> = {}) {
  const parts: Uint8Array[] = [];
  const events: string[] = [];
  const handlers: StreamHandlers = {
    onData: (bytes) => void parts.push(bytes),
    onEnd: () => void events.push("end"),
    onClose: (code) => void events.push(`close ${code ?? ""}`.trim()),
    ...more,
  };
  return { handlers, events, bytes: () => concatBytes(...parts) };
}

const pattern = (length: number) => Uint8Array.from({ length }, (_, at) => (at * 7) % 251);

describe("a channel", () => {
  it("streams 4 MiB one way over a wire that stands still without answers", async () => {
    const reader = collector();
    const { enclave, run, closed } = pair(() => reader.handlers);
    const writer = collector();
    const stream = enclave.open("download", writer.handlers);
    let isSent = false;
    void stream.send(pattern(4 << 20)).then(() => (isSent = true));
    stream.end();
    await run();
    expect(isSent).toBe(true);
    expect(reader.bytes()).toEqual(pattern(4 << 20));
    expect(reader.events).toEqual(["end"]);
    expect(closed).toEqual([]);
  }, 60_000);

  it("holds back a writer whose reader takes nothing, and no other stream", async () => {
    const slow = collector({ onData: () => new Promise(() => undefined) });
    const quick = collector();
    const { host, run } = pair((name) => (name === "slow" ? slow.handlers : quick.handlers));
    let isSent = false;
    void host
      .open("slow", collector().handlers)
      .send(pattern(200_000))
      .then(() => (isSent = true));
    void host.open("quick", collector().handlers).send(pattern(300_000));
    await run();
    expect(isSent).toBe(false);
    expect(quick.bytes()).toEqual(pattern(300_000));
  });

  it("carries any messages on any streams, both ways, in order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 40_000 })), { maxLength: 12 }),
        fc.integer({ min: 1, max: 20_000 }),
        async (sends, pieceBytes) => {
          const received = new Map<string, ReturnType<typeof collector>>();
          const { host, enclave, run } = pair(
            (name) => {
              const reader = collector();
              received.set(name, reader);
              return reader.handlers;
            },
            { pieceBytes: Math.max(pieceBytes, 200) },
          );
          const streams = new Map<number, ChannelStream>();
          const sent = new Map<string, Uint8Array[]>();
          for (const [which, length] of sends) {
            const side = which % 2 === 0 ? host : enclave;
            const stream = streams.get(which) ?? side.open(`s${which}`, collector().handlers);
            streams.set(which, stream);
            void stream.send(pattern(length));
            sent.set(`s${which}`, [...(sent.get(`s${which}`) ?? []), pattern(length)]);
          }
          await run();
          for (const [name, parts] of sent) {
            expect(received.get(name)?.bytes()).toEqual(concatBytes(...parts));
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it("carries calls: one question, one answer, and says when none comes", async () => {
    const { host, run } = pair((name, stream) =>
      name === "nobody"
        ? undefined
        : answerCall(stream, {
            maxRequestBytes: 100_000,
            answer: async (request) => {
              if (request.length === 0) throw new Error("private");
              return request.map((byte) => byte ^ 255);
            },
          }),
    );
    const answers = Promise.allSettled(
      [
        ["echo", pattern(90_000)] as const,
        ["echo", pattern(0)] as const,
        ["nobody", pattern(3)] as const,
      ].map(([name, request]) => call(host, name, { request, maxAnswerBytes: 100_000 })),
    );
    await run();
    const [good, failed, refused] = await answers;
    expect(good).toMatchObject({ value: pattern(90_000).map((byte) => byte ^ 255) });
    expect(failed).toMatchObject({ reason: { code: "CHANNEL_CALL" } });
    expect(refused).toMatchObject({ reason: { code: "CHANNEL_CALL" } });
  });

  it("ends a stream when both sides have, resets it at once, and refuses what nobody serves", async () => {
    const served: ChannelStream[] = [];
    const reader = collector();
    const { host, run } = pair((name, stream) => {
      if (name === "unknown") return undefined;
      served.push(stream);
      return reader.handlers;
    });
    const writer = collector();
    host.open("both", writer.handlers).end();
    await run();
    served[0]?.end();
    await run();
    expect([writer.events, reader.events]).toEqual([
      ["end", "close"],
      ["end", "close"],
    ]);
    const refused = collector();
    const stream = host.open("unknown", refused.handlers);
    await run();
    expect(refused.events).toEqual(["close CHANNEL_REFUSED"]);
    await expect(stream.send(Uint8Array.of(1))).rejects.toMatchObject({ code: "CHANNEL_STREAM_CLOSED" });
    host.open("reset", collector().handlers).reset("WHY");
    await run();
    expect(reader.events.at(-1)).toBe("close WHY");
  });

  it("tells every stream when the connection is lost, and opens none after", async () => {
    const { host, closed } = pair(() => undefined);
    const one = collector();
    host.open("one", one.handlers);
    host.close();
    host.close();
    expect(one.events).toEqual(["close CHANNEL_LOST"]);
    expect(closed).toEqual(["host CHANNEL_LOST"]);
    expect(() => host.open("two", one.handlers)).toThrowError(
      expect.objectContaining({ code: "CHANNEL_LOST" }),
    );
  });

  it("opens no more than 64 streams", async () => {
    const { host } = pair(() => undefined);
    for (let count = 0; count < 64; count += 1) host.open("s", collector().handlers);
    expect(() => host.open("s", collector().handlers)).toThrowError(
      expect.objectContaining({ code: "CHANNEL_BUSY" }),
    );
  });

  const data = (stream: number, length: number) =>
    encodeFrame({ type: "data", stream, bytes: new Uint8Array(length) });
  const open = (stream: number) => encodeFrame({ type: "open", stream, name: "s" });
  it.each([
    ["a frame that is none", [uint32(0)]],
    ["a stream under a number of this side", [open(1)]],
    ["a stream twice", [open(2), open(2)]],
    ["data of a stream that was never opened", [data(8, 1)]],
    ["more than the window", [open(2), ...Array.from({ length: 5 }, () => data(2, 16_384))]],
    ["room that was never taken", [open(2), encodeFrame({ type: "window", stream: 2, bytesCount: 1 })]],
    ["data after the end", [open(2), encodeFrame({ type: "end", stream: 2 }), data(2, 1)]],
    [
      "a second end",
      [open(2), encodeFrame({ type: "end", stream: 2 }), encodeFrame({ type: "end", stream: 2 })],
    ],
    ["a confirmation of what was not sent", [encodeFrame({ type: "ack", bytesCount: 1 })]],
  ])("ends the connection of a peer that sends %s", (_what, frames) => {
    const closed: string[] = [];
    const host = new Channel({
      side: "host",
      transport: { write: () => undefined, close: () => undefined },
      accept: () => ({ ...collector().handlers, onData: () => new Promise(() => undefined) }),
      onClose: (code) => closed.push(code),
    });
    for (const frame of frames) host.receive(frame);
    expect(closed).toEqual(["CHANNEL_FRAME"]);
  });

  it("survives any bytes", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), (noise) => {
        const host = new Channel({
          side: "host",
          transport: { write: () => undefined, close: () => undefined },
          accept: () => collector().handlers,
          onClose: () => undefined,
        });
        for (const bytes of noise) host.receive(bytes);
      }),
    );
  });
});
