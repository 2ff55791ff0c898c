import { BaseError, fromUtf8, toUtf8 } from "@cloister/bytes";
import {
  answerCall,
  type ChannelStream,
  frameMessage,
  MessageReader,
  type StreamHandlers,
} from "@cloister/channel";
import type { Http, OpenSocket, Socket } from "@cloister/client";
import { decodeRequest, encodeResponse, maxHttpBytes, maxSocketBytes, streams } from "./wire.ts";

/** What an enclave may reach, and how. */
export interface HostNetwork {
  /** Such as `https://chat.example`: relay and log, nothing else. */
  readonly origins: () => readonly string[];
  readonly http: Http;
  readonly socket: OpenSocket;
}

/** Serves a stream that asks for the network; undefined for any other. */
export function serveNetwork(
  network: HostNetwork,
  name: string,
  stream: ChannelStream,
): StreamHandlers | undefined {
  if (name === streams.socket) return serveSocket(network, stream);
  if (name !== streams.http) return undefined;
  return answerCall(stream, {
    maxRequestBytes: maxHttpBytes,
    answer: async (bytes) => {
      const request = decodeRequest(bytes);
      requireAllowed(network, request.url);
      return encodeResponse(await network.http(request));
    },
  });
}

function serveSocket(network: HostNetwork, stream: ChannelStream): StreamHandlers {
  const reader = new MessageReader(maxSocketBytes);
  let socket: Socket | undefined;
  const say = (bytes: Uint8Array) => void stream.send(frameMessage(bytes)).catch(() => socket?.close());
  const open = (url: string) => {
    requireAllowed(network, url.replace(/^ws/, "http"));
    socket = network.socket(url, {
      onOpen: () => say(toUtf8("open")),
      onMessage: say,
      onClose: () => stream.end(),
    });
  };
  return {
    onData: (bytes) => {
      for (const message of reader.push(bytes)) {
        if (socket) socket.send(message);
        else open(fromUtf8(message));
      }
    },
    onEnd: () => socket?.close(),
    onClose: () => socket?.close(),
  };
}

function requireAllowed(network: HostNetwork, url: string): void {
  if (URL.canParse(url) && network.origins().includes(new URL(url).origin)) return;
  throw new BaseError("Policy", "NET_ADDRESS", "the enclave may reach relay and log only");
}
