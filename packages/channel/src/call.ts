import { BaseError } from "@cloister/bytes";
import type { Channel } from "./channel.ts";
import { frameMessage, MessageReader } from "./message.ts";
import type { ChannelStream, StreamHandlers } from "./stream.ts";

/**
 * One question, one answer, on a stream of its own.
 * @throws BaseError `CHANNEL_CALL` when no answer came, `CHANNEL_LOST`, `CHANNEL_BUSY`
 */
export function call(
  channel: Channel,
  name: string,
  { request, maxAnswerBytes }: { readonly request: Uint8Array; readonly maxAnswerBytes: number },
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const reader = new MessageReader(maxAnswerBytes);
    const stream = channel.open(name, {
      onData: (bytes) => {
        const [answer] = reader.push(bytes);
        if (answer) resolve(answer);
      },
      onEnd: () => undefined,
      // After an answer this changes nothing.
      onClose: (code) => reject(failed(code)),
    });
    stream.send(frameMessage(request)).catch(reject);
    stream.end();
  });
}

/** Handlers of a stream that asks one question. A failure reaches the other side as a reset that says nothing. */
export function answerCall(
  stream: ChannelStream,
  {
    maxRequestBytes,
    answer,
  }: {
    readonly maxRequestBytes: number;
    readonly answer: (request: Uint8Array) => Promise<Uint8Array>;
  },
): StreamHandlers {
  const reader = new MessageReader(maxRequestBytes);
  return {
    onData: (bytes) => {
      const [request] = reader.push(bytes);
      if (request) void reply(stream, answer(request));
    },
    onEnd: () => undefined,
    onClose: () => undefined,
  };
}

async function reply(stream: ChannelStream, answer: Promise<Uint8Array>): Promise<void> {
  try {
    await stream.send(frameMessage(await answer));
    stream.end();
  } catch {
    stream.reset("CHANNEL_CALL");
  }
}

function failed(code: string | undefined): BaseError {
  return new BaseError("Unavailable", "CHANNEL_CALL", `no answer came (${code ?? "ended"}); ask again`);
}
