import { failedAssessment } from "@cloister/routing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type ReadRequest, TextReader, type WorkerWord } from "./text-reader.ts";

const reading = {
  spans: [],
  assessment: { sensitivity: "public", isCloudBarred: false, reasons: [] },
} as const;
const failed = { spans: [], assessment: failedAssessment };

/** A worker in the hands of a test. */
class FakeWorker extends EventTarget {
  readonly requests: ReadRequest[] = [];
  isOver = false;

  postMessage(request: ReadRequest): void {
    this.requests.push(request);
  }

  terminate(): void {
    this.isOver = true;
  }

  say(word: WorkerWord): void {
    this.dispatchEvent(new MessageEvent("message", { data: word }));
  }

  answer(): void {
    const { number } = this.requests.at(-1) as ReadRequest;
    this.say({ type: "read", number, reading });
  }
}

describe("the reader of what is written", () => {
  let workers: FakeWorker[];
  let reader: TextReader;
  const read = (text = "How?") => reader.read(text, "contextual");
  const worker = () => workers.at(-1) as FakeWorker;

  beforeEach(() => {
    vi.useFakeTimers();
    workers = [];
    reader = new TextReader(() => {
      const started = new FakeWorker();
      workers.push(started);
      return started;
    });
  });
  afterEach(() => vi.useRealTimers());

  it("starts one worker with the first text, and gives each text its own reading", async () => {
    expect(workers).toEqual([]);
    const first = read("one");
    const second = read("two");
    expect(workers).toHaveLength(1);
    expect(worker().requests.map(({ text }) => text)).toEqual(["one", "two"]);
    worker().say({ type: "read", number: 2, reading });
    expect(await second).toBe(reading);
    worker().say({ type: "read", number: 1, reading: failed });
    expect(await first).toBe(failed);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gives a worker up that hangs, and starts another for the next text", async () => {
    const hanging = read();
    worker().say({ type: "ready" });
    await vi.advanceTimersByTimeAsync(3000);
    expect(await hanging).toEqual(failed);
    expect(worker().isOver).toBe(true);
    const next = read();
    expect(workers).toHaveLength(2);
    workers[0]?.say({ type: "read", number: 2, reading: failed });
    worker().answer();
    expect(await next).toBe(reading);
  });

  it("lets one be loaded as long as that takes, but whoever sends does not wait for it", async () => {
    const early = read();
    const sending = reader.readNow("How?", "contextual");
    await vi.advanceTimersByTimeAsync(3000);
    expect(await sending).toEqual(failed);
    await vi.advanceTimersByTimeAsync(60_000);
    worker().say({ type: "ready" });
    worker().say({ type: "read", number: 1, reading });
    expect(await early).toBe(reading);
    const quick = reader.readNow("How?", "contextual");
    worker().answer();
    expect(await quick).toBe(reading);
    expect(workers).toHaveLength(1);
    expect(workers[0]?.isOver).toBe(false);
  });

  it("counts a text as unchecked when its worker fails or cannot start", async () => {
    const failing = read();
    worker().dispatchEvent(new Event("error"));
    expect(await failing).toEqual(failed);
    reader = new TextReader(() => {
      throw new Error("refused by the page's policy");
    });
    expect(await read()).toEqual(failed);
  });
});
