export { systemClock } from "./clock.ts";
export { platformHttp } from "./http.ts";
export { platformSocket } from "./socket.ts";
