export { type ChannelAddress, connectChannel, listenForChannels } from "./sockets.ts";
