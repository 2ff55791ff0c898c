import type { RelayFrame } from "@cloister/contracts/frames";
import type { StoredEnvelope } from "./ports.ts";

/** Above this the pump waits until the network has taken some. */
const highWaterBytes = 262_144;
const pageBytes = 524_288;

interface DeliveryContext {
  readonly windowCount: number;
  readonly read: (page: {
    readonly afterSeq: number;
    readonly maxCount: number;
    readonly maxBytes: number;
  }) => Promise<readonly StoredEnvelope[]>;
  readonly send: (frame: RelayFrame) => void;
  readonly bufferedBytes: () => number;
  readonly onFault: (error: unknown) => void;
}

/**
 * Takes one mailbox to one connection, in order of seq, at most a window of it unacknowledged. While the
 * connection keeps up, envelopes go straight from the commit to the wire; otherwise pages are read back.
 */
export class Delivery {
  readonly #context: DeliveryContext;
  /** Sent and not acknowledged, ascending. */
  #unacknowledged: number[] = [];
  #cursor = 0;
  /** The newest seq known to be stored. */
  #latest = 0;
  #pumping = false;
  #saidEmpty = false;

  constructor(context: DeliveryContext) {
    this.#context = context;
  }

  /** Seqs of a mailbox have no gaps, so the next one can skip the store. */
  offer(envelope: StoredEnvelope): void {
    if (envelope.seq <= this.#latest) return;
    const keepsUp = this.#saidEmpty && !this.#pumping && this.#cursor === envelope.seq - 1;
    this.#latest = envelope.seq;
    if (keepsUp && this.#roomCount() > 0) this.#deliver(envelope);
    else this.pump();
  }

  /** Everything up to `seq` left the window. */
  acknowledged(seq: number): void {
    const left = this.#unacknowledged.findIndex((sent) => sent > seq);
    this.#unacknowledged = left < 0 ? [] : this.#unacknowledged.slice(left);
    if (!this.#saidEmpty || this.#cursor < this.#latest) this.pump();
  }

  /** Sends what there is and what fits; harmless at any time. */
  pump(): void {
    if (!this.#pumping && !this.#isDone()) void this.#run();
  }

  async #run(): Promise<void> {
    this.#pumping = true;
    try {
      while (this.#roomCount() > 0 && !this.#isDone()) await this.#page();
    } catch (error) {
      this.#context.onFault(error);
    }
    this.#pumping = false;
  }

  async #page(): Promise<void> {
    const knownBefore = this.#latest;
    const page = await this.#context.read({
      afterSeq: this.#cursor,
      maxCount: this.#roomCount(),
      maxBytes: pageBytes,
    });
    for (const envelope of page) this.#deliver(envelope);
    if (page.length > 0 || this.#latest !== knownBefore) return;
    this.#latest = this.#cursor;
    if (this.#saidEmpty) return;
    this.#saidEmpty = true;
    this.#context.send({ type: "queueEmpty" });
  }

  #deliver(envelope: StoredEnvelope): void {
    const { seq, id, payload } = envelope;
    const origin = "from" in envelope ? { from: envelope.from } : { sealedAtMs: envelope.sealedAtMs };
    this.#cursor = seq;
    this.#latest = Math.max(this.#latest, seq);
    this.#unacknowledged.push(seq);
    this.#context.send({ type: "deliver", seq, id, payload, ...origin });
  }

  #isDone(): boolean {
    return this.#saidEmpty && this.#cursor >= this.#latest;
  }

  #roomCount(): number {
    if (this.#context.bufferedBytes() >= highWaterBytes) return 0;
    return this.#context.windowCount - this.#unacknowledged.length;
  }
}
