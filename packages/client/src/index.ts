export type {
  AgentClaims,
  AgentQuestion,
  AgentReply,
  AnswerMessage,
  AnswerProgress,
  AnswerQuestion,
  AnswerTurn,
  ClientEvent,
  CloisterClient,
  ConnectionState,
  ConsentStands,
  Contact,
  Conversation,
  FollowConsents,
  Message,
  MessageState,
  NoticeMessage,
  ReceiptStep,
  ReceiptVerdict,
  Self,
  TextMessage,
  Verification,
} from "./api.ts";
export type {
  BackupFile,
  BackupStatus,
  HistoryTransfer,
  LinkRequest,
  NewDeviceInput,
  RecoverySecret,
  RecoveryWay,
  RestoreProgress,
} from "./backup-api.ts";
export {
  checkRecoveryPhrase,
  type PhraseCheck,
  phraseWordsCount,
  type UnknownWord,
} from "./backup-phrase.ts";
export { createClient } from "./client.ts";
export type { ClientInput } from "./engine.ts";
export type { Attest, PresentedEvidence } from "./evidence/agent-gate.ts";
export type { AgentEvidence, EvidenceFacts } from "./evidence/api.ts";
export type { IntakeDraft } from "./intake/api.ts";
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
export type { QuestionToRoute } from "./routing/api.ts";
