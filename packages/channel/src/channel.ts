import { BaseError } from "@cloister/bytes";
import { encodeFrame, type Frame, FrameReader, invalid } from "./frame.ts";
import { type ChannelStream, Stream, type StreamHandlers } from "./stream.ts";

/** Bytes on their way that the other side has not confirmed. A vsock of QEMU stalls for good at 262,144. */
const connectionWindowBytes = 131_072;
/** Arrived bytes are confirmed in steps of this, whatever readers do: what only flows one way stalls. */
const ackStepBytes = 32_768;
const maxStreamsCount = 64;

/** The connection underneath. */
export interface ChannelTransport {
  readonly write: (bytes: Uint8Array) => void;
  readonly close: () => void;
}

/** What is done with a stream that the other side opens; undefined refuses it. */
export type Accept = (name: string, stream: ChannelStream) => StreamHandlers | undefined;

/** What a channel is made of. */
export interface ChannelInput {
  /** One side opens streams with odd numbers, the other with even ones. */
  readonly side: "host" | "enclave";
  readonly transport: ChannelTransport;
  readonly accept: Accept;
  /** Once and last: `CHANNEL_LOST` when the connection ended, `CHANNEL_FRAME` when the other side broke a rule. */
  readonly onClose: (code: string) => void;
}

/**
 * Streams over one connection. Hand it what arrives; it ends when the connection does, and a new connection
 * gets a new channel. What the other side sends is attacker-controlled: a broken rule ends the connection.
 */
export class Channel {
  readonly #input: ChannelInput;
  readonly #reader = new FrameReader();
  readonly #streams = new Map<number, Stream>();
  #nextId: number;
  #lastForeignId = 0;
  #unconfirmedBytes = 0;
  #arrivedBytes = 0;
  #waiting: (() => void)[] = [];
  #isClosed = false;

  constructor(input: ChannelInput) {
    this.#input = input;
    this.#nextId = input.side === "host" ? 1 : 2;
  }

  /** @throws BaseError `CHANNEL_LOST`, `CHANNEL_BUSY` when 64 streams are open */
  open(name: string, handlers: StreamHandlers): ChannelStream {
    if (this.#isClosed) throw lost();
    if (this.#streams.size >= maxStreamsCount) {
      throw new BaseError("Unavailable", "CHANNEL_BUSY", "too many streams are open; try again");
    }
    const id = this.#nextId;
    this.#nextId += 2;
    const stream = this.#make(id, () => handlers);
    this.#say({ type: "open", stream: id, name });
    return stream;
  }

  /** Bytes came over the connection. */
  receive(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    try {
      for (const frame of this.#reader.push(bytes)) this.#handle(frame);
      this.#confirm(bytes.length);
    } catch (error) {
      if (!(error instanceof BaseError)) throw error;
      this.close("CHANNEL_FRAME");
    }
  }

  /** The connection ended, or is to end. */
  close(code = "CHANNEL_LOST"): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const stream of this.#streams.values()) stream.close(code);
    this.#release();
    this.#input.transport.close();
    this.#input.onClose(code);
  }

  #handle(frame: Frame): void {
    if (this.#isClosed) return;
    switch (frame.type) {
      case "open":
        return this.#accept(frame.stream, frame.name);
      case "ack":
        this.#unconfirmedBytes -= frame.bytesCount;
        if (this.#unconfirmedBytes < 0) throw invalid();
        return this.#release();
      case "reset":
        return this.#streams.get(frame.stream)?.close(frame.code);
      case "data":
      case "window":
      case "end":
        return this.#handleOf(frame);
    }
  }

  /** What comes for a stream that is over was on its way when it ended. */
  #handleOf(frame: Extract<Frame, { readonly type: "data" | "window" | "end" }>): void {
    const stream = this.#streams.get(frame.stream);
    if (!stream) {
      if (frame.stream >= this.#nextId && frame.stream > this.#lastForeignId) throw invalid();
      return;
    }
    const isAllowed =
      frame.type === "data"
        ? stream.receive(frame.bytes)
        : frame.type === "window"
          ? stream.grow(frame.bytesCount)
          : stream.receiveEnd();
    if (!isAllowed) throw invalid();
  }

  #accept(id: number, name: string): void {
    const isForeign = id % 2 !== this.#nextId % 2;
    if (!isForeign || id <= this.#lastForeignId) throw invalid();
    this.#lastForeignId = id;
    if (this.#streams.size >= maxStreamsCount) {
      return this.#say({ type: "reset", stream: id, code: "CHANNEL_BUSY" });
    }
    let isRefused = false;
    this.#make(id, (stream) => {
      const handlers = this.#input.accept(name, stream);
      isRefused = handlers === undefined;
      return handlers ?? { onData: () => undefined, onEnd: () => undefined, onClose: () => undefined };
    });
    if (isRefused) this.#streams.get(id)?.reset("CHANNEL_REFUSED");
  }

  #make(id: number, handlersFor: (stream: ChannelStream) => StreamHandlers): Stream {
    const handlers: { current?: StreamHandlers } = {};
    const stream = new Stream(
      {
        room: () => this.#room(),
        data: (bytes) => this.#say({ type: "data", stream: id, bytes }),
        window: (bytesCount) => this.#say({ type: "window", stream: id, bytesCount }),
        end: () => this.#say({ type: "end", stream: id }),
        reset: (code) => this.#say({ type: "reset", stream: id, code }),
        over: () => this.#streams.delete(id),
      },
      {
        onData: (bytes) => handlers.current?.onData(bytes),
        onEnd: () => handlers.current?.onEnd(),
        onClose: (code) => handlers.current?.onClose(code),
      },
    );
    this.#streams.set(id, stream);
    handlers.current = handlersFor(stream);
    return stream;
  }

  async #room(): Promise<void> {
    while (this.#unconfirmedBytes >= connectionWindowBytes && !this.#isClosed) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  #confirm(bytesCount: number): void {
    this.#arrivedBytes += bytesCount;
    if (this.#arrivedBytes < ackStepBytes || this.#isClosed) return;
    const confirmed = this.#arrivedBytes;
    this.#arrivedBytes = 0;
    this.#say({ type: "ack", bytesCount: confirmed });
  }

  #say(frame: Frame): void {
    if (this.#isClosed) return;
    const bytes = encodeFrame(frame);
    this.#unconfirmedBytes += bytes.length;
    this.#input.transport.write(bytes);
  }
}

function lost(): BaseError {
  return new BaseError("Unavailable", "CHANNEL_LOST", "the connection ended; connect again");
}
