export { type ChatMessage, disarm, toChat } from "./chat.ts";
export { checkedEvents } from "./checked.ts";
export { type CitedSentence, citedSentences } from "./cited.ts";
export { ModelBusyError } from "./errors.ts";
export { type ClauseCheck, type GatedEvent, gatedEvents } from "./gate.ts";
export { type JsonSchema, type JsonValue, jsonObject, matchesSchema } from "./json.ts";
export type {
  Model,
  ModelEvent,
  ModelHealth,
  ModelIdentity,
  ModelRequest,
  Passage,
  Scope,
  StopSignal,
  Turn,
  Usage,
} from "./model.ts";
export { type Admission, AdmissionQueue, type Clock, type QueueLimits } from "./queue.ts";
export { defaultQueueLimits, queuedModel } from "./queued.ts";
export { checkRequest } from "./request.ts";
