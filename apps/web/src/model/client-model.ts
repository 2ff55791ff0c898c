import type {
  AgentEvidence,
  AnswerMessage,
  AnswerProgress,
  BackupStatus,
  ClientEvent,
  CloisterClient,
  ConnectionState,
  Contact,
  Conversation,
  HistoryTransfer,
  Message,
  ReceiptVerdict,
  Self,
} from "@cloister/client";
import type { AccountId, ConversationId, MessageId } from "@cloister/contracts/ids";
import { createContext, use } from "react";
import { startWorker } from "../reading/start-worker.ts";
import { TextReader } from "../reading/text-reader.ts";
import { type Loadable, Observable } from "./observable.ts";

/** Looks a contact up. A new function each time a contact changed, so that views notice. */
export type FindContact = (account: AccountId) => Contact | undefined;

/** What is known about where an agent runs; a new function each time that changed. */
export type FindEvidence = (agent: AccountId) => AgentEvidence;

/** What the client knows, as values that views follow, and what is only of this page: drafts. */
export class ClientModel {
  readonly client: CloisterClient;
  readonly self: Observable<Self | undefined>;
  readonly connection: Observable<ConnectionState>;
  readonly conversations: Observable<readonly Conversation[]>;
  readonly findContact: Observable<FindContact>;
  readonly findEvidence: Observable<FindEvidence>;
  /** Earlier messages on their way between this device and another. */
  readonly history: Observable<HistoryTransfer | undefined>;
  readonly backup: Observable<BackupStatus>;
  /** The relay ended this device. */
  readonly revoked = new Observable(false);
  /** The relay shows other keys of the organisation than at sign-up. */
  readonly organisationChanged = new Observable(false);
  /** The newest answer that began while the page was open; told once by the announcer. */
  readonly began = new Observable<AnswerProgress | undefined>(undefined);
  /** The newest message that came while the page was open; read out by the announcer. */
  readonly arrived = new Observable<Message | undefined>(undefined);
  /** Unsent text lives in memory only: it is health information and not sealed. */
  readonly drafts = new Map<ConversationId, string>();
  /** Reads what is being written, beside the page. */
  readonly reader = new TextReader(startWorker);
  readonly #messages = new Map<ConversationId, Observable<Loadable<readonly Message[]>>>();
  readonly #progress = new Map<ConversationId, Observable<readonly AnswerProgress[]>>();
  readonly #loads = new Map<ConversationId, symbol>();
  readonly #receipts = new Map<MessageId, Observable<Loadable<ReceiptVerdict>>>();

  constructor(client: CloisterClient) {
    this.client = client;
    this.self = new Observable(client.self());
    this.connection = new Observable(client.connectionState());
    this.conversations = new Observable(client.conversations());
    this.findContact = new Observable<FindContact>((account) => client.contact(account));
    this.findEvidence = new Observable<FindEvidence>((agent) => client.agentEvidence(agent));
    this.history = new Observable(client.historyTransfer());
    this.backup = new Observable(client.backupStatus());
    client.subscribe((event) => this.#apply(event));
  }

  /** Call after sign-up or linking. */
  begin(): void {
    this.client.connect();
    this.conversations.set([...this.client.conversations()]);
    this.history.set(this.client.historyTransfer());
    this.backup.set(this.client.backupStatus());
    this.self.set(this.client.self());
  }

  /** Nothing of this person stays here. */
  async erase(): Promise<void> {
    await this.client.erase();
    this.drafts.clear();
    this.#messages.clear();
    this.#progress.clear();
    this.#receipts.clear();
    this.conversations.set([]);
    this.history.set(undefined);
    this.backup.set(this.client.backupStatus());
    this.revoked.set(false);
    this.organisationChanged.set(false);
    this.self.set(undefined);
  }

  messages(id: ConversationId): Observable<Loadable<readonly Message[]>> {
    const known = this.#messages.get(id);
    if (known !== undefined) return known;
    const messages = new Observable<Loadable<readonly Message[]>>({ status: "loading" });
    this.#messages.set(id, messages);
    void this.#load(id, messages);
    return messages;
  }

  /** How far answers are that are still being written. */
  progress(id: ConversationId): Observable<readonly AnswerProgress[]> {
    const known = this.#progress.get(id);
    if (known !== undefined) return known;
    const progress = new Observable(this.client.progress(id));
    this.#progress.set(id, progress);
    return progress;
  }

  receipt(message: AnswerMessage): Observable<Loadable<ReceiptVerdict>> {
    const known = this.#receipts.get(message.id);
    if (known !== undefined) return known;
    const receipt = new Observable<Loadable<ReceiptVerdict>>({ status: "loading" });
    this.#receipts.set(message.id, receipt);
    void this.checkReceipt(message);
    return receipt;
  }

  /** Checks, or checks again when the first attempt could not be made. */
  async checkReceipt(message: AnswerMessage): Promise<void> {
    const receipt = this.receipt(message);
    receipt.set({ status: "loading" });
    try {
      receipt.set({ status: "ready", value: await this.client.verifyReceipt(message) });
    } catch (error) {
      receipt.set({ status: "failed", error });
    }
  }

  /** Only the latest load counts: an earlier one may resolve with an older history. */
  async #load(id: ConversationId, target: Observable<Loadable<readonly Message[]>>): Promise<void> {
    const ticket = Symbol("load");
    this.#loads.set(id, ticket);
    const settle = (state: Loadable<readonly Message[]>) => {
      if (this.#loads.get(id) === ticket) target.set(state);
    };
    try {
      settle({ status: "ready", value: await this.client.messages(id) });
    } catch (error) {
      settle({ status: "failed", error });
    }
  }

  #apply(event: ClientEvent): void {
    switch (event.type) {
      case "connection":
        return this.connection.set(event.state);
      case "contact":
        this.findEvidence.set((agent) => this.client.agentEvidence(agent));
        return this.findContact.set((account) => this.client.contact(account));
      case "evidence":
        return this.findEvidence.set((agent) => this.client.agentEvidence(agent));
      case "conversation":
        return this.conversations.set([...this.client.conversations()]);
      case "message":
        return this.#applyMessage(event.message);
      case "progress":
        return this.#applyProgress(event.conversation);
      case "history":
        return this.#applyHistory(event.conversation);
      case "backup":
        return this.backup.set(this.client.backupStatus());
      case "revoked":
        return this.revoked.set(true);
      case "organisationChanged":
        return this.organisationChanged.set(true);
    }
  }

  #applyProgress(conversation: ConversationId): void {
    const progress = this.#progress.get(conversation);
    if (progress === undefined) return;
    const known = new Set(progress.get().map(({ inReplyTo }) => inReplyTo));
    const now = [...this.client.progress(conversation)];
    progress.set(now);
    const begun = now.find(({ inReplyTo }) => !known.has(inReplyTo));
    if (begun !== undefined) this.began.set(begun);
  }

  /** A conversation that is open gets what came before it. */
  #applyHistory(conversation: ConversationId | undefined): void {
    this.history.set(this.client.historyTransfer());
    const messages = conversation === undefined ? undefined : this.#messages.get(conversation);
    if (conversation !== undefined && messages) void this.#load(conversation, messages);
  }

  #applyMessage(message: Message): void {
    this.conversations.set([...this.client.conversations()]);
    const messages = this.#messages.get(message.conversation);
    const state = messages?.get();
    if (messages === undefined || state === undefined) return;
    if (state.status !== "ready") return void this.#load(message.conversation, messages);
    const isNew = state.value.every((known) => known.id !== message.id);
    messages.set({ status: "ready", value: upsertMessage(state.value, message) });
    if (isNew && !message.mine && message.kind !== "notice") this.arrived.set(message);
  }
}

/** Replaces the message with the same id, or puts it where its position belongs. */
export function upsertMessage(messages: readonly Message[], message: Message): readonly Message[] {
  const others = messages.filter((known) => known.id !== message.id);
  const after = others.findIndex((known) => known.position > message.position);
  return others.toSpliced(after === -1 ? others.length : after, 0, message);
}

/** The model of the device that this page is. */
export const ModelContext = createContext<ClientModel | undefined>(undefined);

/** @throws Error outside of a ModelContext: a fault of the composition */
export function useModel(): ClientModel {
  const model = use(ModelContext);
  if (model === undefined) throw new Error("no ClientModel above this view");
  return model;
}
