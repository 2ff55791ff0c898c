import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { BaseError } from "@cloister/bytes";
import { Channel, type ChannelInput } from "@cloister/channel";

/**
 * Where the other side is. `vsock` is a Unix socket on the host that leads into a virtual machine, as
 * vhost-device-vsock and Firecracker have it: after `CONNECT port` it is a connection to that port inside. Node
 * itself opens no AF_VSOCK; inside the machine a relay joins the port to a Unix socket.
 */
export type ChannelAddress =
  | { readonly unix: string }
  | { readonly host: string; readonly port: number }
  | { readonly vsock: string; readonly port: number };

type Rest = Omit<ChannelInput, "transport">;

const handshakeTimeoutMs = 5000;
const maxHandshakeBytes = 64;

/** Connects to where the other side listens. @throws BaseError `CHANNEL_UNREACHABLE` */
export async function connectChannel(address: ChannelAddress, rest: Rest): Promise<Channel> {
  const socket = "vsock" in address ? connect(address.vsock) : connect(optionsOf(address));
  try {
    await once(socket, "connect");
    if ("vsock" in address) await enter(socket, address.port);
  } catch (cause) {
    socket.destroy();
    throw new BaseError("Unavailable", "CHANNEL_UNREACHABLE", "nothing listens there yet; try again", {
      cause,
    });
  }
  return channelOver(socket, rest);
}

/** Listens; each connection is a channel of its own. A Unix socket is this user's alone. */
export async function listenForChannels(
  address: Exclude<ChannelAddress, { readonly vsock: string }>,
  accept: (over: (rest: Rest) => Channel) => void,
): Promise<Server> {
  if ("unix" in address) await rm(address.unix, { force: true });
  const server = createServer((socket) => accept((rest) => channelOver(socket, rest)));
  server.listen(optionsOf(address));
  await once(server, "listening");
  if ("unix" in address) await chmod(address.unix, 0o600);
  return server;
}

function optionsOf(address: Exclude<ChannelAddress, { readonly vsock: string }>) {
  return "unix" in address ? { path: address.unix } : { host: address.host, port: address.port };
}

function channelOver(socket: Socket, rest: Rest): Channel {
  socket.setNoDelay(true);
  const channel = new Channel({
    ...rest,
    transport: { write: (bytes) => void socket.write(bytes), close: () => socket.destroySoon() },
  });
  socket.on("data", (bytes) => channel.receive(bytes));
  // What went wrong with a connection is not worth more than that it is over.
  socket.on("error", () => undefined);
  socket.on("close", () => channel.close());
  return channel;
}

/** Asks for a port inside, and reads the one line that answers. */
async function enter(socket: Socket, port: number): Promise<void> {
  socket.write(`CONNECT ${port}\n`);
  let line = "";
  const deadline = AbortSignal.timeout(handshakeTimeoutMs);
  while (!line.endsWith("\n")) {
    // Byte by byte: what follows the line belongs to the channel.
    const byte = socket.read(1) as Buffer | null;
    if (byte) line += byte.toString("latin1");
    else if (socket.readableEnded) throw new RangeError("the connection ended");
    else await once(socket, "readable", { signal: deadline });
    if (line.length > maxHandshakeBytes) throw new RangeError("no answer of a vsock");
  }
  if (!line.startsWith("OK ")) throw new RangeError("the port is not open");
  socket.removeAllListeners("readable");
}
