import { fromUtf8, toUtf8 } from "@cloister/bytes";
import { type Channel, type ChannelStream, call, frameMessage, MessageReader } from "@cloister/channel";
import type { Http, OpenSocket } from "@cloister/client";
import { decodeResponse, encodeRequest, maxHttpBytes, maxSocketBytes, streams } from "./wire.ts";

/** `Http` through the host of an enclave; the channel is the one there is now. */
export function channelHttp(channel: () => Channel): Http {
  return async (request) =>
    decodeResponse(
      await call(channel(), streams.http, {
        request: encodeRequest(request),
        maxAnswerBytes: maxHttpBytes,
      }),
    );
}

/** `OpenSocket` through the host of an enclave. */
export function channelSocket(channel: () => Channel): OpenSocket {
  return (url, { onOpen, onMessage, onClose }) => {
    const reader = new MessageReader(maxSocketBytes);
    let isOpen = false;
    let stream: ChannelStream;
    try {
      stream = channel().open(streams.socket, {
        onData: (bytes) => {
          for (const message of reader.push(bytes)) {
            if (isOpen) onMessage(message);
            else if (fromUtf8(message) === "open") {
              isOpen = true;
              onOpen();
            }
          }
        },
        onEnd: () => stream.end(),
        onClose: () => onClose(),
      });
    } catch {
      // As if nobody answered, but not before the caller has its socket.
      queueMicrotask(onClose);
      return { send: () => undefined, close: () => undefined };
    }
    const say = (bytes: Uint8Array) => void stream.send(frameMessage(bytes)).catch(() => undefined);
    say(toUtf8(url));
    return { send: say, close: () => stream.reset("CLOSED") };
  };
}
