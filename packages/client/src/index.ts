export type {
  AgentClaims,
  AgentQuestion,
  AgentReply,
  AnswerMessage,
  AnswerQuestion,
  ClientEvent,
  CloisterClient,
  ConnectionState,
  Contact,
  Conversation,
  Message,
  MessageState,
  NoticeMessage,
  ReceiptStep,
  ReceiptVerdict,
  Self,
  TextMessage,
  Verification,
} from "./api.ts";
export { createClient } from "./client.ts";
export type { ClientInput } from "./engine.ts";
export type {
  ClientStore,
  Clock,
  Http,
  HttpRequest,
  HttpResponse,
  OpenSocket,
  Socket,
  SocketHandlers,
  StoredRow,
  Write,
} from "./ports.ts";
