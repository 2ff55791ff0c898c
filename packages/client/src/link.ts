import type { WireErrorCode } from "@cloister/contracts/errors";
import {
  type ClientFrame,
  decodeRelayFrame,
  encodeClientFrame,
  type OutgoingEnvelope,
  type RelayFrame,
} from "@cloister/contracts/frames";
import type { AccountId } from "@cloister/contracts/ids";
import type { Clock, OpenSocket, Socket } from "./ports.ts";

/** How long opening may take, up to `ready`. */
const openTimeoutMs = 15_000;
/** After this much silence the relay is asked whether it is there. */
const silenceMs = 30_000;
/** How long an answer may take. */
const answerTimeoutMs = 15_000;

export type Delivery = Extract<RelayFrame, { type: "deliver" }>;

/** What became of a SEND. `lost`: the connection ended first, so nobody knows. */
export type SendOutcome =
  | { readonly type: "accepted" | "lost" }
  | {
      readonly type: "rejected";
      readonly code: WireErrorCode;
      readonly account?: AccountId;
      readonly retryAfterMs?: number;
    };

/** Why a link ended: the relay's word, or none (`lost`). */
export type LinkEnd = WireErrorCode | "lost";

export interface LinkHandlers {
  readonly onReady: (link: Link) => void;
  readonly onDelivery: (delivery: Delivery) => void;
  readonly onQueueEmpty: () => void;
  readonly onPreKeysLow: () => void;
  /** Exactly once, and last. */
  readonly onEnd: (end: LinkEnd) => void;
}

/** One mailbox connection, from its hello to its end. */
export class Link {
  readonly #clock: Clock;
  readonly #handlers: LinkHandlers;
  readonly #socket: Socket;
  readonly #sends = new Map<number, (outcome: SendOutcome) => void>();
  #lastSendId = 0;
  #epoch: number | undefined;
  #end: LinkEnd = "lost";
  #ended = false;
  #cancelTimer: () => void;

  constructor(input: {
    readonly openSocket: OpenSocket;
    readonly url: string;
    readonly token: string;
    readonly clock: Clock;
    readonly handlers: LinkHandlers;
  }) {
    this.#clock = input.clock;
    this.#handlers = input.handlers;
    this.#cancelTimer = input.clock.after(openTimeoutMs, () => this.close());
    this.#socket = input.openSocket(input.url, {
      onOpen: () => this.#say({ type: "hello", token: input.token }),
      onMessage: (bytes) => this.#receive(bytes),
      onClose: () => this.#finish(),
    });
  }

  /** Resolves when the relay answered or the link ended. */
  send(envelopes: readonly OutgoingEnvelope[]): Promise<SendOutcome> {
    if (this.#ended) return Promise.resolve({ type: "lost" });
    this.#lastSendId += 1;
    const sendId = this.#lastSendId;
    return new Promise((resolve) => {
      this.#sends.set(sendId, resolve);
      this.#say({ type: "send", sendId, envelopes });
      this.#expectAnswer();
    });
  }

  /** Everything delivered up to `seq` is safe here. */
  acknowledge(seq: number): void {
    if (!this.#ended && this.#epoch !== undefined) this.#say({ type: "ack", epoch: this.#epoch, seq });
  }

  close(): void {
    if (this.#ended) return;
    this.#socket.close();
    this.#finish();
  }

  #receive(bytes: Uint8Array): void {
    if (this.#ended) return;
    let frame: RelayFrame;
    try {
      frame = decodeRelayFrame(bytes);
    } catch {
      this.#end = "FRAME_INVALID";
      this.close();
      return;
    }
    if (this.#sends.size === 0 || frame.type === "accept" || frame.type === "reject") this.#rest();
    this.#handle(frame);
  }

  #handle(frame: RelayFrame): void {
    switch (frame.type) {
      case "ready":
        this.#epoch = frame.epoch;
        return this.#handlers.onReady(this);
      case "accept":
        return this.#settle(frame.sendId, { type: "accepted" });
      case "reject": {
        const { sendId, ...refusal } = frame;
        return this.#settle(sendId, { ...refusal, type: "rejected" });
      }
      case "deliver":
        return this.#handlers.onDelivery(frame);
      case "queueEmpty":
        return this.#handlers.onQueueEmpty();
      case "preKeysLow":
        return this.#handlers.onPreKeysLow();
      case "goodbye":
        this.#end = frame.code;
        return this.close();
    }
  }

  #settle(sendId: number, outcome: SendOutcome): void {
    this.#sends.get(sendId)?.(outcome);
    this.#sends.delete(sendId);
    if (this.#sends.size > 0) this.#expectAnswer();
  }

  #say(frame: ClientFrame): void {
    this.#socket.send(encodeClientFrame(frame));
  }

  /**
   * Waits for the next word. Browsers cannot ping; but a SEND without envelopes stores nothing and the relay
   * refuses it at once, which shows that it is there. A half-open connection would swallow it in silence.
   */
  #rest(): void {
    this.#wait(silenceMs, () => void this.send([]));
  }

  #expectAnswer(): void {
    this.#wait(answerTimeoutMs, () => this.close());
  }

  #wait(delayMs: number, then: () => void): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#clock.after(delayMs, then);
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#cancelTimer();
    for (const resolve of this.#sends.values()) resolve({ type: "lost" });
    this.#sends.clear();
    this.#handlers.onEnd(this.#end);
  }
}
