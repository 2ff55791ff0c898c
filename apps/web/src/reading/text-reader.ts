import type { TextReading } from "@cloister/client/routing";
import { failedAssessment, type RoutingPolicy } from "@cloister/routing";

/** A text for the worker. */
export interface ReadRequest {
  readonly number: number;
  readonly text: string;
  readonly describedPatients: RoutingPolicy["describedPatients"];
}

/** What the worker says. */
export type WorkerWord =
  | { readonly type: "ready" }
  | { readonly type: "read"; readonly number: number; readonly reading: TextReading };

type Worklike = Pick<Worker, "postMessage" | "terminate" | "addEventListener">;

interface Waiting {
  readonly settle: (reading: TextReading) => void;
  timer?: ReturnType<typeof setTimeout>;
}

/** Longer than any text that can be sent takes; then it counts as what could not be checked. */
const patienceMs = 3000;

const failed: TextReading = { spans: [], assessment: failedAssessment };

/**
 * Reads what a person writes in a worker, which starts with the first text. A worker that fails or hangs is given up;
 * the next text starts another one. What could not be read is as sensitive as can be.
 */
export class TextReader {
  readonly #start: () => Worklike;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worklike | undefined;
  #isReady = false;
  #number = 0;

  constructor(start: () => Worklike) {
    this.#start = start;
  }

  /** Never rejects. Waits as long as the worker is being loaded, then three seconds at most. */
  read(text: string, describedPatients: RoutingPolicy["describedPatients"]): Promise<TextReading> {
    const number = (this.#number += 1);
    return new Promise((resolve) => {
      this.#waiting.set(number, { settle: resolve });
      this.#send({ number, text, describedPatients });
      if (this.#isReady) this.#hurry(number);
    });
  }

  /** As {@link TextReader.read}, for somebody who waits: three seconds at most, whatever the worker does. */
  async readNow(text: string, describedPatients: RoutingPolicy["describedPatients"]): Promise<TextReading> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<TextReading>((resolve) => {
      timer = setTimeout(() => resolve(failed), patienceMs);
    });
    const reading = await Promise.race([this.read(text, describedPatients), late]);
    clearTimeout(timer);
    return reading;
  }

  #send(request: ReadRequest): void {
    try {
      this.#worker ??= this.#begin();
      // A worker has no origin to name.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      this.#worker.postMessage(request);
    } catch {
      this.#end();
    }
  }

  #begin(): Worklike {
    const worker = this.#start();
    worker.addEventListener("message", ({ data }: MessageEvent<WorkerWord>) => {
      if (worker !== this.#worker) return;
      if (data.type === "read") return this.#settle(data.number, data.reading);
      this.#isReady = true;
      for (const number of this.#waiting.keys()) this.#hurry(number);
    });
    worker.addEventListener("error", () => worker === this.#worker && this.#end());
    return worker;
  }

  #hurry(number: number): void {
    const waiting = this.#waiting.get(number);
    if (waiting) waiting.timer = setTimeout(() => this.#end(), patienceMs);
  }

  #end(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#isReady = false;
    for (const number of this.#waiting.keys()) this.#settle(number, failed);
  }

  #settle(number: number, reading: TextReading): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    clearTimeout(waiting?.timer);
    waiting?.settle(reading);
  }
}
