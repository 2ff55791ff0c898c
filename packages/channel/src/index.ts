export { answerCall, call } from "./call.ts";
export { type Accept, Channel, type ChannelInput, type ChannelTransport } from "./channel.ts";
export { frameMessage, MessageReader } from "./message.ts";
export type { ChannelStream, StreamHandlers } from "./stream.ts";
