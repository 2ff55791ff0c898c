export { type HostNetwork, serveNetwork } from "./host.ts";
export { channelHttp, channelSocket } from "./inside.ts";
