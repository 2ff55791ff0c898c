import { BaseError } from "@cloister/bytes";
import { maxPayloadBytes } from "./frame.ts";

/** Bytes of a stream that may be on their way before the reader has taken some. */
const streamWindowBytes = 65_536;
/** The reader gives room back when it has taken this much. */
const windowStepBytes = 32_768;

/** What a stream's owner does with what comes. */
export interface StreamHandlers {
  /** The other side may send more once this has resolved. */
  readonly onData: (bytes: Uint8Array) => void | Promise<void>;
  /** No more data comes. */
  readonly onEnd: () => void;
  /** Once and last: both sides ended it (no code), or one reset it, or the connection was lost. */
  readonly onClose: (code: string | undefined) => void;
}

/** One stream, as its owner sees it. */
export interface ChannelStream {
  /** Resolves when all of it is on its way. @throws BaseError `CHANNEL_STREAM_CLOSED` */
  send(bytes: Uint8Array): Promise<void>;
  /** No more is sent. What was handed to {@link send} before still goes. */
  end(): void;
  /** Ends it both ways at once. */
  reset(code: string): void;
}

/** What a stream needs of its channel. */
export interface StreamPort {
  /** Resolves when the connection has room for a frame. */
  readonly room: () => Promise<void>;
  readonly data: (bytes: Uint8Array) => void;
  readonly window: (bytesCount: number) => void;
  readonly end: () => void;
  readonly reset: (code: string) => void;
  /** It is over: the channel forgets it. */
  readonly over: () => void;
}

/** Flow and ends of one stream. */
export class Stream implements ChannelStream {
  readonly #port: StreamPort;
  readonly #handlers: StreamHandlers;
  /** What may still be sent, and what the other side may. */
  #sendBytes = streamWindowBytes;
  #receiveBytes = streamWindowBytes;
  #takenBytes = 0;
  #sending: Promise<void> = Promise.resolve();
  #taking: Promise<void> = Promise.resolve();
  #wake: () => void = () => undefined;
  #endSent = false;
  #endReceived = false;
  #isClosed = false;

  constructor(port: StreamPort, handlers: StreamHandlers) {
    this.#port = port;
    this.#handlers = handlers;
  }

  send(bytes: Uint8Array): Promise<void> {
    if (this.#endSent) return Promise.reject(streamClosed());
    const sent = this.#sending.then(() => this.#sendAll(bytes));
    this.#sending = sent.catch(() => undefined);
    return sent;
  }

  end(): void {
    if (this.#endSent) return;
    this.#endSent = true;
    void this.#endAfter(this.#sending, () => this.#port.end());
  }

  reset(code: string): void {
    if (this.#isClosed) return;
    this.#port.reset(code);
    this.close(code);
  }

  /** Data came. False when the other side sent more than it may. */
  receive(bytes: Uint8Array): boolean {
    if (this.#endReceived || bytes.length > this.#receiveBytes) return false;
    this.#receiveBytes -= bytes.length;
    this.#taking = this.#takeAfter(this.#taking, bytes);
    this.#taking.catch(() => this.reset("CHANNEL_READER"));
    return true;
  }

  /** The other side gave room. False when it is more than there ever was. */
  grow(bytesCount: number): boolean {
    this.#sendBytes += bytesCount;
    this.#wake();
    return this.#sendBytes <= streamWindowBytes;
  }

  /** The other side ended. False when it had before. */
  receiveEnd(): boolean {
    if (this.#endReceived) return false;
    this.#endReceived = true;
    void this.#endAfter(this.#taking, () => this.#handlers.onEnd());
    return true;
  }

  /** It is over; nothing is sent or told any more. */
  close(code: string | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#endSent = true;
    this.#wake();
    this.#port.over();
    this.#handlers.onClose(code);
  }

  async #sendAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      while (this.#sendBytes === 0 && !this.#isClosed) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
      if (!this.#isClosed) await this.#port.room();
      if (this.#isClosed) throw streamClosed();
      const part = bytes.subarray(at, at + Math.min(maxPayloadBytes, this.#sendBytes));
      this.#sendBytes -= part.length;
      at += part.length;
      this.#port.data(part);
    }
  }

  async #takeAfter(before: Promise<void>, bytes: Uint8Array): Promise<void> {
    await before;
    if (this.#isClosed) return;
    await this.#handlers.onData(bytes);
    this.#taken(bytes.length);
  }

  async #endAfter(before: Promise<void>, tell: () => void): Promise<void> {
    await before.catch(() => undefined);
    if (this.#isClosed) return;
    tell();
    this.#closeIfEnded();
  }

  #taken(bytesCount: number): void {
    this.#takenBytes += bytesCount;
    if (this.#takenBytes < windowStepBytes || this.#isClosed || this.#endReceived) return;
    this.#receiveBytes += this.#takenBytes;
    this.#port.window(this.#takenBytes);
    this.#takenBytes = 0;
  }

  #closeIfEnded(): void {
    if (this.#endSent && this.#endReceived) {
      // Handlers that still take, and data that still goes, come first.
      void Promise.all([this.#sending, this.#taking]).then(() => this.close(undefined));
    }
  }
}

function streamClosed(): BaseError {
  return new BaseError("Unavailable", "CHANNEL_STREAM_CLOSED", "the stream is over; open another one");
}
