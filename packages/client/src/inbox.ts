import { isBaseError } from "@cloister/bytes";
import { decodeEvidenceWord, type EvidenceWord } from "@cloister/contracts/evidence";
import type { DeviceAddress } from "@cloister/contracts/ids";
import type { Arrival } from "./arrival.ts";
import { requireContact } from "./contacts.ts";
import type { Core } from "./core.ts";
import type { Delivery, Link } from "./link.ts";
import { type Reducer, receive, setAside } from "./receive.ts";
import { type Unsealed, unseal } from "./unseal.ts";

/** Takes deliveries in order, each in one transaction, and acknowledges what is safely here. */
export class Inbox {
  readonly #core: Core;
  readonly #reduce: Reducer;
  readonly #answered: (question: string) => Promise<void>;
  readonly #onEvidence: (from: DeviceAddress, word: EvidenceWord) => void;
  #link: Link | undefined;
  #queue: Delivery[] = [];
  #running = false;
  #isQueueEmpty = false;
  /** Deliveries of this link that are not acknowledged, in order; true once they may be. */
  #open = new Map<number, boolean>();

  constructor(input: {
    readonly core: Core;
    readonly reduce: Reducer;
    /** Resolves when the answer to a question is in the outbox. */
    readonly answered: (question: string) => Promise<void>;
    readonly onEvidence: (from: DeviceAddress, word: EvidenceWord) => void;
  }) {
    this.#core = input.core;
    this.#reduce = input.reduce;
    this.#answered = input.answered;
    this.#onEvidence = input.onEvidence;
  }

  /** Everything that waited at the relay is here. */
  get isEmpty(): boolean {
    return this.#isQueueEmpty && this.#open.size === 0 && !this.#running;
  }

  attach(link: Link): void {
    this.#link = link;
    this.#queue = [];
    this.#open = new Map();
    this.#isQueueEmpty = false;
  }

  detach(): void {
    this.#link = undefined;
    this.#queue = [];
    this.#isQueueEmpty = false;
  }

  deliver(delivery: Delivery): void {
    this.#queue.push(delivery);
    this.#open.set(delivery.seq, false);
    if (!this.#running) this.#core.inBackground(() => this.#run());
  }

  queueIsEmpty(): void {
    this.#isQueueEmpty = true;
  }

  /** What cannot be stored now comes again over the next connection. */
  async #run(): Promise<void> {
    this.#running = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) await this.#take(next);
    } catch (error) {
      this.#link?.close();
      throw error;
    } finally {
      this.#running = false;
    }
  }

  async #take(delivery: Delivery): Promise<void> {
    const link = this.#link;
    const question = await this.#store(delivery);
    if (question === undefined) this.#safe(link, delivery.seq);
    else void this.#answered(question).then(() => this.#safe(link, delivery.seq));
  }

  async #store(delivery: Delivery): Promise<string | undefined> {
    const core = this.#core;
    if ("from" in delivery && this.#hearEvidence(delivery)) return undefined;
    const unsealed: Unsealed | undefined =
      "from" in delivery ? { arrival: delivery } : await unseal(core, delivery);
    // Nobody to ask and nobody to blame.
    if (!unsealed) return undefined;
    const { arrival, fault } = unsealed;
    try {
      if (fault) throw fault;
      await this.#learnSender(arrival);
      return await core.database.change((transaction) => receive(core, transaction, arrival, this.#reduce));
    } catch (error) {
      if (isBaseError(error) && error.family === "Unavailable") throw error;
      await core.database.change((transaction) => setAside(core, transaction, arrival, error));
      return undefined;
    }
  }

  /** A word about evidence is no message: nothing of it is kept, and who lost it asks again. */
  #hearEvidence({ from, payload }: Extract<Delivery, { readonly from: DeviceAddress }>): boolean {
    try {
      const word = decodeEvidenceWord(payload);
      if (word) this.#onEvidence(from, word);
      return word !== undefined;
    } catch (error) {
      // Of no version that is known here; an envelope of another kind is opened as ever.
      if (!isBaseError(error)) throw error;
      return true;
    }
  }

  async #learnSender({ from }: Arrival): Promise<void> {
    try {
      await requireContact(this.#core, from.account);
    } catch (error) {
      if (!isBaseError(error, "ACCOUNT_UNKNOWN")) throw error;
    }
  }

  /** Acknowledgements are cumulative, so they go as far as everything before is safe too. */
  #safe(link: Link | undefined, seq: number): void {
    if (link !== this.#link || !this.#open.has(seq)) return;
    this.#open.set(seq, true);
    let upTo: number | undefined;
    for (const [openSeq, isSafe] of this.#open) {
      if (!isSafe) break;
      this.#open.delete(openSeq);
      upTo = openSeq;
    }
    if (upTo !== undefined) link?.acknowledge(upTo);
  }
}
