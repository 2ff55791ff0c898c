import { BaseError, fromBase64Url, isBaseError, toBase64Url } from "@cloister/bytes";
import type { Core } from "./core.ts";
import { backOff, pause } from "./timing.ts";

const blobBytesCount = 32;
/** Tries of one piece before whoever waits for it hears of the failure. */
const triesCount = 5;

type Context = Pick<Core, "clock" | "random" | "relay">;

/**
 * Puts pieces into a new blob at the relay, one after the other.
 * @returns its id, 32 bytes in base64url, once all of it is there
 * @throws BaseError `STORAGE_FULL`, `TOO_LARGE`, or family `Unavailable`
 */
export async function uploadBlob(
  core: Context,
  pieces: (blob: Uint8Array) => AsyncIterable<Uint8Array>,
): Promise<string> {
  const id = core.random(blobBytesCount);
  const blob = toBase64Url(id);
  let number = 0;
  for await (const piece of pieces(id)) {
    const at = number;
    await patiently(core, () => core.relay.putPiece(blob, at, piece));
    number += 1;
  }
  return blob;
}

/** The pieces of a blob, in order. @throws BaseError `BLOB_GONE`, or family `Unavailable` */
export async function* downloadBlob(core: Context, blob: string): AsyncGenerator<Uint8Array, void> {
  for (let number = 0; ; number += 1) {
    const at = number;
    const piece = await patiently(core, () => core.relay.piece(blob, at));
    if (piece) yield piece;
    else if (number > 0) return;
    else throw new BaseError("Policy", "BLOB_GONE", "this is not kept at the relay any more");
  }
}

/** The id of a blob as bytes, to hold a header against. */
export function blobBytes(blob: string): Uint8Array {
  return fromBase64Url(blob);
}

/** A line may break, and a relay may ask for patience, in the middle of many pieces. */
async function patiently<T>(core: Context, call: () => Promise<T>): Promise<T> {
  for (let failuresCount = 0; ; failuresCount += 1) {
    try {
      return await call();
    } catch (error) {
      const mayPass = isBaseError(error) && error.family === "Unavailable" && error.code !== "STORAGE_FULL";
      if (!mayPass || isBaseError(error, "INTERRUPTED") || failuresCount + 1 >= triesCount) throw error;
      await pause(core.clock, backOff(core.random, failuresCount));
    }
  }
}
