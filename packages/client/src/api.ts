import type { Answer } from "@cloister/contracts/answer";
import type { Member } from "@cloister/contracts/content";
import type { RoutedDecision } from "@cloister/contracts/decision";
import type { OrganisationInfo } from "@cloister/contracts/http";
import type { AccountId, ConversationId, MessageId, Role } from "@cloister/contracts/ids";
import type { Intake } from "@cloister/contracts/intake";
import type { Assessment, Processor } from "@cloister/routing";
import type { ReceiptBody } from "@cloister/transparency";
import type { BackupCalls, LinkingCalls } from "./backup-api.ts";
import type { AgentEvidence } from "./evidence/api.ts";
import type { IntakeCalls } from "./intake/api.ts";
import type { RoutingCalls } from "./routing/api.ts";
import type { Self } from "./self.ts";

export type { Self } from "./self.ts";

/**
 * Whether a person compared safety numbers with this contact.
 * `changed`: the identity key is another than before; nothing is sent until a person decides.
 */
export type Verification = "unverified" | "verified" | "changed";

/** Somebody this device knows. */
export interface Contact {
  readonly account: AccountId;
  readonly role: Role;
  /** From the organisation's credential for staff and agents, else what they call themselves. */
  readonly name: string;
  /** The organisation vouches for this identity key; checked on this device. */
  readonly vouched: boolean;
  readonly verification: Verification;
}

/** `queued` is stored here, `sent` is durable at the relay, the rest is what the others reported. `failed` needs the person. */
export type MessageState = "queued" | "sent" | "delivered" | "read" | "failed";

interface MessageBase {
  readonly id: MessageId;
  readonly conversation: ConversationId;
  readonly from: AccountId;
  readonly mine: boolean;
  /** The sender's clock: shown, never trusted for order. */
  readonly sentAtMs: number;
  /** Order of arrival on this device. */
  readonly position: number;
}

/** What a person wrote. */
export interface TextMessage extends MessageBase {
  readonly kind: "text";
  readonly body: string;
  readonly state: MessageState;
  /** The agent this was also addressed to. */
  readonly asked?: AccountId;
  /** Where it might be answered, and why. */
  readonly decision?: RoutedDecision;
  /** The codes of a symptom check whose summary the body is. */
  readonly intake?: Intake;
}

/** An agent's answer, always shown as AI. */
export interface AnswerMessage extends MessageBase {
  readonly kind: "answer";
  readonly inReplyTo: MessageId;
  /** Who asked; ids are unique among one sender's only. */
  readonly asker: AccountId;
  readonly answer: Answer;
  /** Encoded Receipt; check it with {@link CloisterClient.verifyReceipt}. */
  readonly receipt: Uint8Array;
}

/** Something that happened, shown as a line between messages. */
export interface NoticeMessage extends MessageBase {
  readonly kind: "notice";
  readonly notice:
    | { readonly type: "created" }
    /** A member, the notice's sender, brought somebody in later. */
    | { readonly type: "joined"; readonly account: AccountId }
    | { readonly type: "consent"; readonly agent: AccountId; readonly granted: boolean }
    | { readonly type: "identityChanged"; readonly account: AccountId }
    /** Something from this account could not be opened here; it has to be said again. */
    | { readonly type: "unreadable"; readonly account: AccountId };
}

/** One line of a conversation. */
export type Message = TextMessage | AnswerMessage | NoticeMessage;

/** A conversation as a list shows it. */
export interface Conversation {
  readonly id: ConversationId;
  readonly title: string;
  readonly members: readonly Member[];
  readonly createdAtMs: number;
  readonly unreadCount: number;
  /** Agents that somebody's consent lets read what is addressed to them; `mine` is revocable here. */
  readonly consents: readonly { readonly agent: AccountId; readonly by: AccountId }[];
  /** This person's own limit on where what they ask may be answered. */
  readonly strictest?: Processor;
  readonly lastMessage?: Message;
}

/** Whether there is a mailbox connection. */
export type ConnectionState = "offline" | "connecting" | "online";

/** What a listener hears, after it is durable. */
export type ClientEvent =
  | { readonly type: "connection"; readonly state: ConnectionState }
  | { readonly type: "conversation"; readonly conversation: ConversationId }
  | { readonly type: "message"; readonly message: Message }
  | { readonly type: "contact"; readonly account: AccountId }
  /** History from or for another device went on; with a conversation, its messages have to be read anew. */
  | { readonly type: "history"; readonly conversation?: ConversationId }
  /** The backup was made, set up or ended. */
  | { readonly type: "backup" }
  /** An agent got on with an answer, or ended it. */
  | { readonly type: "progress"; readonly conversation: ConversationId }
  /** Something became known about where an agent runs. */
  | { readonly type: "evidence"; readonly agent: AccountId }
  /** The relay shows other keys of the organisation or its log than at sign-up; they are not taken. */
  | { readonly type: "organisationChanged" }
  /** The relay ended this device: it was revoked. */
  | { readonly type: "revoked" };

/** One line of a receipt check: the claim, and what became of it. */
export interface ReceiptStep {
  readonly step: "signature" | "answer" | "leaf" | "inclusion" | "checkpoint" | "consistency";
  readonly status: "passed" | "failed";
  readonly reason?: string;
}

/** What became of a receipt's claims; `verified` only when every one holds. */
export interface ReceiptVerdict {
  readonly verified: boolean;
  readonly steps: readonly ReceiptStep[];
  /** What the agent claims; worth nothing unless `verified`. */
  readonly claims?: {
    readonly backing: "hardware" | "development" | "declared" | "device" | "vendor";
    readonly processedAt: "enclave" | "on-premise" | "device" | "cloud";
    readonly engine: { readonly name: string; readonly version: string };
    readonly knowledgeDigest: string;
    readonly modelDigest?: string;
    readonly deidentified: boolean;
    /** What the asker's device decided; it is the one that came with the question here. */
    readonly decision?: RoutedDecision;
    readonly sources: readonly { readonly id: string; readonly title: string; readonly url?: string }[];
    readonly issuedAt: string;
    readonly leafIndex: number;
    readonly treeSize: number;
    readonly logOrigin: string;
  };
}

/**
 * A device of one account: everything an interface does goes through here. Each call that changes something
 * resolves once it is durable on this device; sending goes on in the background and survives a crash.
 */
export interface CloisterClient extends LinkingCalls, BackupCalls, RoutingCalls, IntakeCalls {
  /** The signed-up identity, or undefined before sign-up. */
  self(): Self | undefined;
  /** What the organisation says about itself. @throws BaseError family `Unavailable` */
  organisation(): Promise<OrganisationInfo>;

  /**
   * Makes an identity on this device and an account for it.
   * @throws BaseError `INVITATION_REQUIRED`, `INVITATION_INVALID`, `INVITATION_EXPIRED`, `INVITATION_USED`, family `Unavailable`
   */
  signUp(input: { readonly displayName: string; readonly invitationCode?: string }): Promise<Self>;

  /** Connects and stays connected, with back-off, until {@link disconnect}. */
  connect(): void;
  disconnect(): Promise<void>;
  connectionState(): ConnectionState;
  /** Resolves when the mailbox is empty and the outbox is accepted. For tools and tests. */
  settled(timeoutMs: number): Promise<void>;

  /** People and agents that the organisation vouches for, each credential verified here. */
  directory(): Promise<readonly Contact[]>;
  contact(account: AccountId): Contact | undefined;

  conversations(): readonly Conversation[];
  conversation(id: ConversationId): Conversation | undefined;
  /** In order of position; the whole history kept on this device. */
  messages(id: ConversationId): Promise<readonly Message[]>;
  createConversation(input: {
    readonly title: string;
    readonly members: readonly AccountId[];
  }): Promise<Conversation>;

  /**
   * Queues a message for every member's devices. With `ask`, it also goes to that agent, if consent stands and
   * {@link RoutingCalls.route} allows it; `assessment` is what `readText` made of the body.
   * @throws BaseError `CONSENT_REQUIRED`, `ROUTE_REFUSED`, `IDENTITY_CHANGED`, `CONTENT_TOO_LARGE`
   */
  sendText(input: {
    readonly conversation: ConversationId;
    readonly body: string;
    readonly ask?: AccountId;
    readonly assessment?: Assessment;
    readonly intake?: Intake;
  }): Promise<TextMessage>;
  /** Sends a failed message again. */
  retry(conversation: ConversationId, id: MessageId): Promise<void>;
  markRead(conversation: ConversationId): Promise<void>;

  /** What this device verified about where an agent runs. */
  agentEvidence(agent: AccountId): AgentEvidence;
  /** Asks the agent for evidence now. What became of it comes as an event. */
  checkAgent(agent: AccountId): void;

  /** How far answers are that are not there yet. Worth nothing until there is the answer and its receipt. */
  progress(conversation: ConversationId): readonly AnswerProgress[];
  /** The agent may stop answering this question of one's own; what it has said by then becomes the answer. */
  stopAnswer(conversation: ConversationId, question: MessageId): Promise<void>;

  /** Lets the agent read what is addressed to it here. Recorded in the log before it takes effect. */
  grantConsent(conversation: ConversationId, agent: AccountId): Promise<void>;
  /** From now on the agent gets nothing. Takes effect at once, whatever the log does. */
  revokeConsent(conversation: ConversationId, agent: AccountId): Promise<void>;

  /** Records that this device showed emergency advice: in the log, and nothing of what was written. */
  recordEmergencyShown(): Promise<void>;

  /** 60 digits that both sides see alike. */
  safetyNumber(account: AccountId): Promise<string>;
  /** What the other person's device scans instead of reading digits: text for a QR code. */
  safetyCode(account: AccountId): Promise<string>;
  /**
   * Whether a code that was scanned from the other person's device shows the same two identities.
   * @throws BaseError `SAFETY_CODE_INVALID` when it is no such code
   */
  matchesSafetyCode(account: AccountId, scanned: string): Promise<boolean>;
  /** A person compared the numbers: `shown` is what they saw. @throws BaseError `IDENTITY_CHANGED` when it is another now */
  markVerified(account: AccountId, shown: string): Promise<void>;
  /**
   * A person accepts a changed identity (it becomes `unverified`), whatever it is, or only the one of `shown`.
   * @throws BaseError `IDENTITY_CHANGED` when the number is another now
   */
  acceptIdentity(account: AccountId, shown?: string): Promise<void>;

  verifyReceipt(message: AnswerMessage): Promise<ReceiptVerdict>;

  /** Erases everything on this device, keys first. */
  erase(): Promise<void>;

  /** Calls back after the change is durable. Returns the unsubscribe function. */
  subscribe(listener: (event: ClientEvent) => void): () => void;
}

/** What an agent has let through of an answer that it still writes. No receipt covers it. */
export interface AnswerProgress {
  readonly conversation: ConversationId;
  readonly agent: AccountId;
  readonly asker: AccountId;
  readonly inReplyTo: MessageId;
  /** The agent's clock. */
  readonly atMs: number;
  readonly text: string;
}

/** What an agent's process gets for each question, and what it must give back. */
export interface AgentQuestion {
  readonly conversation: ConversationId;
  readonly id: MessageId;
  readonly from: AccountId;
  readonly body: string;
}

/** The part of a receipt that only the agent knows; the client adds keys, ids, digests, time and proof. */
export type AgentClaims = Pick<
  ReceiptBody,
  "backing" | "measurement" | "engine" | "modelDigest" | "indexDigest" | "processedAt" | "deidentified"
>;

/** What the agent answers, and what it says about how. */
export interface AgentReply {
  readonly answer: Answer;
  readonly claims: AgentClaims;
}

/** One answer under way. */
export interface AnswerTurn {
  /** As an `AbortSignal`: fires when the asker wants no more, or took consent back. */
  readonly signal: {
    readonly aborted: boolean;
    addEventListener(type: "abort", listener: () => void): void;
    removeEventListener(type: "abort", listener: () => void): void;
  };
  /** Shows the asker all that may be shown so far; now and then it is told. */
  write(sentences: readonly string[]): void;
}

/**
 * Called once per question that consent covers. The client signs the receipt with this account's identity
 * key, writes its leaf, waits for the proof, queues the answer durably, and only then acknowledges the
 * question to the relay. After a crash the same question comes again, and ids keep the answer single.
 */
export type AnswerQuestion = (question: AgentQuestion, turn: AnswerTurn) => Promise<AgentReply>;

/** Whether a person lets this agent read what they address to it in a conversation, as known here now. */
export type ConsentStands = (input: {
  readonly conversation: ConversationId;
  readonly account: AccountId;
}) => Promise<boolean>;

/**
 * Called at every start, before questions are answered, and after each decision about consent: what an agent
 * keeps for longer than a question follows consent. A crash in between is made good at the next start.
 */
export type FollowConsents = (stands: ConsentStands) => Promise<void>;
