import { BaseError, fromUtf8 } from "@cloister/bytes";

const maxLineBytes = 65_536;
const lineFeed = 10;

/**
 * The data of a stream of server-sent events, however it is cut. Untrusted.
 * @throws BaseError `CLOUD_PROTOCOL`
 */
export async function* eventData(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  let held: number[] = [];
  for await (const piece of pieces) {
    for (const byte of piece) {
      if (byte !== lineFeed) {
        held.push(byte);
        if (held.length > maxLineBytes) throw protocolError();
        continue;
      }
      const line = text(held).replace(/\r$/, "");
      held = [];
      if (line.startsWith("data:")) yield line.slice(5).replace(/^ /, "");
    }
  }
}

function text(bytes: readonly number[]): string {
  try {
    return fromUtf8(Uint8Array.from(bytes));
  } catch {
    throw protocolError();
  }
}

/** The egress does not say what its protocol has. Never quotes it. */
export function protocolError(): BaseError {
  return new BaseError(
    "Decode",
    "CLOUD_PROTOCOL",
    "the egress answers in another way than expected; ask again",
  );
}
