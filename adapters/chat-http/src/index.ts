export { optionsHelp } from "./command.ts";
export { type KeyRecord, keyHash } from "./keys.ts";
export { type Log, type LogLine, sizeBucket } from "./log.ts";
export {
  type OpenService,
  type Program,
  readConfigFile,
  runProgram,
  type ServiceConfig,
  serviceConfig,
} from "./program.ts";
export type { FinishReason } from "./reply.ts";
export type { ChatCall } from "./request.ts";
export { type ChatServer, startServer } from "./server.ts";
export type { ChatEvent, ChatService } from "./service.ts";
