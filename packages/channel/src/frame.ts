import { BaseError, concatBytes, fromUtf8, readUint32, toUtf8, uint32 } from "@cloister/bytes";

/*
 * A frame on the wire: uint32 length of what follows, type, uint32 stream, payload. Big-endian.
 */

/** Most bytes of a stream that one frame carries. */
export const maxPayloadBytes = 16_384;
const headBytesCount = 5;
const lengthBytesCount = 4;
const maxFrameBytes = headBytesCount + maxPayloadBytes;
const maxNameBytes = 1024;
const maxCodeBytes = 64;

const types = { open: 1, data: 2, window: 3, end: 4, reset: 5, ack: 6 } as const;

/** What one side says. */
export type Frame =
  /** A new stream, and what it is for: at most 1,024 bytes of text. */
  | { readonly type: "open"; readonly stream: number; readonly name: string }
  | { readonly type: "data"; readonly stream: number; readonly bytes: Uint8Array }
  /** So many more bytes of this stream may be sent. */
  | { readonly type: "window"; readonly stream: number; readonly bytesCount: number }
  /** No more data comes on this stream. */
  | { readonly type: "end"; readonly stream: number }
  /** The stream is over, both ways, and why. */
  | { readonly type: "reset"; readonly stream: number; readonly code: string }
  /** So many bytes of the connection have arrived. */
  | { readonly type: "ack"; readonly bytesCount: number };

/** The bytes of a frame. */
export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const payload = payloadOf(frame);
  const stream = frame.type === "ack" ? 0 : frame.stream;
  const head = [uint32(headBytesCount + payload.length), Uint8Array.of(types[frame.type]), uint32(stream)];
  return concatBytes(...head, payload);
}

function payloadOf(frame: Frame): Uint8Array {
  switch (frame.type) {
    case "open":
      return toUtf8(frame.name);
    case "data":
      return frame.bytes;
    case "window":
    case "ack":
      return uint32(frame.bytesCount);
    case "reset":
      return toUtf8(frame.code);
    case "end":
      return new Uint8Array();
  }
}

/** Cuts a connection's bytes into frames. Keeps less than one frame. */
export class FrameReader {
  #rest: Uint8Array = new Uint8Array();

  /** The frames that are whole now. Every byte is attacker-controlled. @throws BaseError `CHANNEL_FRAME` */
  push(bytes: Uint8Array): readonly Frame[] {
    let rest = this.#rest.length === 0 ? bytes : concatBytes(this.#rest, bytes);
    const frames: Frame[] = [];
    while (rest.length >= lengthBytesCount) {
      const length = readUint32(rest, 0);
      if (length < headBytesCount || length > maxFrameBytes) throw invalid();
      if (rest.length < lengthBytesCount + length) break;
      frames.push(decodeFrame(rest.subarray(lengthBytesCount, lengthBytesCount + length)));
      rest = rest.subarray(lengthBytesCount + length);
    }
    this.#rest = rest.slice();
    return frames;
  }
}

function decodeFrame(bytes: Uint8Array): Frame {
  const stream = readUint32(bytes, 1);
  const payload = bytes.subarray(headBytesCount);
  const isOfStream = stream > 0;
  const type = bytes[0] ?? 0;
  if (type === types.ack ? isOfStream : !isOfStream) throw invalid();
  switch (type) {
    case types.open:
      return { type: "open", stream, name: textOf(payload, maxNameBytes) };
    case types.data:
      if (payload.length === 0) throw invalid();
      return { type: "data", stream, bytes: payload.slice() };
    case types.window:
      return { type: "window", stream, bytesCount: countOf(payload) };
    case types.end:
      if (payload.length > 0) throw invalid();
      return { type: "end", stream };
    case types.reset:
      return { type: "reset", stream, code: textOf(payload, maxCodeBytes) };
    case types.ack:
      return { type: "ack", bytesCount: countOf(payload) };
    default:
      throw invalid();
  }
}

function countOf(payload: Uint8Array): number {
  if (payload.length !== 4) throw invalid();
  const count = readUint32(payload, 0);
  if (count === 0) throw invalid();
  return count;
}

function textOf(payload: Uint8Array, maxBytes: number): string {
  if (payload.length > maxBytes) throw invalid();
  try {
    return fromUtf8(payload);
  } catch {
    throw invalid();
  }
}

/** The connection cannot go on: nothing after such a frame can be relied on. */
export function invalid(): BaseError {
  return new BaseError("Decode", "CHANNEL_FRAME", "not a frame of this channel; connect again");
}
