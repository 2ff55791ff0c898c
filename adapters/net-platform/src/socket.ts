import type { OpenSocket } from "@cloister/client";

/** `WebSocket`, binary. What is not a binary message ends it. */
export const platformSocket: OpenSocket = (url, { onOpen, onMessage, onClose }) => {
  let isClosed = false;
  const close = () => {
    if (isClosed) return;
    isClosed = true;
    onClose();
  };
  let socket: WebSocket;
  try {
    socket = new WebSocket(url);
  } catch {
    // An address that is none: as if nobody answered, but not before the caller has its socket.
    queueMicrotask(close);
    return { send: () => undefined, close };
  }
  socket.binaryType = "arraybuffer";
  socket.addEventListener("open", () => onOpen());
  socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (data instanceof ArrayBuffer) onMessage(new Uint8Array(data));
    else socket.close();
  });
  socket.addEventListener("close", close);
  return {
    send: (bytes) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(new Uint8Array(bytes));
    },
    close: () => socket.close(),
  };
};
