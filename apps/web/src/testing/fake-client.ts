import { BaseError } from "@cloister/bytes";
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
  MessageState,
  NewDeviceInput,
  NoticeMessage,
  ReceiptVerdict,
  RecoverySecret,
  Self,
  TextMessage,
} from "@cloister/client";
import { FakeDevices, knownPhrase } from "./fake-devices.ts";
import { developmentEvidence } from "./fake-evidence.ts";
import { invitationRoleAndName } from "./fake-invitation.ts";
import { FakeRouting, limited } from "./fake-routing.ts";
import { answerTo, defaultVerdict, organisation, patient, safetyNumber } from "./people.ts";

type Changes = { -readonly [K in keyof Conversation]?: Conversation[K] };

/**
 * The facade in memory, for component tests and the development page. Nothing is sent anywhere; a test
 * plays the other side with `receive`, and makes calls fail with `failNext`.
 */
export class FakeClient extends FakeRouting implements CloisterClient {
  verdict: ReceiptVerdict | Promise<ReceiptVerdict> = defaultVerdict;
  /** Whether the assistant answers what it is asked. */
  answers = true;
  info = organisation;
  readonly calls: string[] = [];
  #self: Self | undefined;
  #connection: ConnectionState = "online";
  readonly own = new FakeDevices();
  #position = 0;
  #progress: readonly AnswerProgress[] = [];
  #evidence = developmentEvidence;
  readonly #contacts = new Map<string, Contact>();
  readonly #conversations = new Map<string, Conversation>();
  readonly #messages = new Map<string, Message[]>();
  readonly #listeners = new Set<(event: ClientEvent) => void>();
  readonly #failures = new Map<string, BaseError>();

  constructor(self?: Self, contacts: readonly Contact[] = []) {
    super();
    this.#self = self;
    for (const contact of contacts) this.#contacts.set(contact.account, contact);
  }

  // What a test or the development page does to it.

  failNext(
    method: keyof CloisterClient,
    error: BaseError = new BaseError("Unavailable", "OFFLINE", "try later"),
  ): void {
    this.#failures.set(method, error);
  }

  setConnection(state: ConnectionState): void {
    this.#connection = state;
    this.#emit({ type: "connection", state });
  }

  setContact(contact: Contact): void {
    this.#contacts.set(contact.account, contact);
    this.#emit({ type: "contact", account: contact.account });
  }

  showEvidence(evidence: AgentEvidence): void {
    this.#evidence = evidence;
    this.#emit({ type: "evidence", agent: "assistant" });
  }

  revokeThisDevice(): void {
    this.#emit({ type: "revoked" });
  }

  changeOrganisation(): void {
    this.#emit({ type: "organisationChanged" });
  }

  addConversation(conversation: Conversation, messages: readonly Message[] = []): void {
    this.#conversations.set(conversation.id, conversation);
    this.#messages.set(conversation.id, []);
    for (const message of messages) this.receive(message);
    this.#emit({ type: "conversation", conversation: conversation.id });
  }

  /** A message that arrives, or one that changed. */
  receive(message: Omit<Message, "position"> & { readonly position?: number }): void {
    const list = this.#messages.get(message.conversation) ?? [];
    const known = list.findIndex((other) => other.id === message.id);
    const position = known === -1 ? (this.#position += 1) : (list[known]?.position ?? 0);
    const placed = { ...message, position } as Message;
    if (known === -1) list.push(placed);
    else list[known] = placed;
    const conversation = this.#conversations.get(message.conversation);
    const unread = known === -1 && !placed.mine && placed.kind !== "notice" ? 1 : 0;
    this.#change(placed.conversation, {
      lastMessage: placed,
      unreadCount: (conversation?.unreadCount ?? 0) + unread,
    });
    this.#emit({ type: "message", message: placed });
  }

  setState(message: TextMessage, state: MessageState): void {
    this.receive({ ...message, state } as TextMessage);
  }

  /** An answer that gets on, or with undefined one that ended. */
  setProgress(progress: AnswerProgress | undefined, conversation = progress?.conversation ?? ""): void {
    this.#progress = progress === undefined ? [] : [progress];
    this.#emit({ type: "progress", conversation });
  }

  // The facade.

  progress = (id: string) => this.#progress.filter(({ conversation }) => conversation === id);

  async stopAnswer(_conversation: string, question: string) {
    this.#try("stopAnswer");
    this.calls.push(`stopAnswer ${question}`);
  }

  self = () => this.#self;
  connectionState = () => this.#connection;
  contact = (account: string) => this.#contacts.get(account);
  conversations = () => [...this.#conversations.values()];
  conversation = (id: string) => this.#conversations.get(id);
  agentEvidence = () => this.#evidence;
  checkAgent = (agent: string) => void this.calls.push(`checkAgent ${agent}`);
  connect = () => void this.calls.push("connect");

  async organisation() {
    this.#try("organisation");
    return this.info;
  }

  async signUp(input: { readonly displayName: string; readonly invitationCode?: string }) {
    this.#try("signUp");
    const { role } = invitationRoleAndName(input.invitationCode);
    this.#self = { account: "new", device: 1, role, displayName: input.displayName, organisation: this.info };
    return this.#self;
  }

  async disconnect() {
    this.setConnection("offline");
  }

  async settled() {}

  async directory() {
    this.#try("directory");
    return [...this.#contacts.values()].filter((contact) => contact.vouched);
  }

  async messages(id: string) {
    this.#try("messages");
    return [...(this.#messages.get(id) ?? [])];
  }

  async createConversation(input: { readonly title: string; readonly members: readonly string[] }) {
    this.#try("createConversation");
    const me = this.#me();
    const others = input.members.map((account) => ({
      account,
      role: this.#contacts.get(account)?.role ?? ("patient" as const),
    }));
    const conversation: Conversation = {
      id: `conversation-${this.#conversations.size}`,
      title: input.title,
      members: [{ account: me.account, role: me.role }, ...others],
      createdAtMs: Date.now(),
      unreadCount: 0,
      consents: [],
    };
    this.addConversation(conversation);
    this.#notice(conversation.id, { type: "created" });
    return conversation;
  }

  async limitRoute(conversation: string, strictest: Conversation["strictest"] | undefined) {
    this.#try("limitRoute");
    const known = this.#conversations.get(conversation);
    if (known) this.#conversations.set(conversation, limited(known, strictest));
    this.#emit({ type: "conversation", conversation });
  }

  async sendText(input: Parameters<CloisterClient["sendText"]>[0]) {
    this.#try("sendText");
    const { conversation, body, ask } = input;
    const message: TextMessage = {
      kind: "text",
      id: `sent-${this.#position}`,
      conversation,
      from: this.#me().account,
      mine: true,
      sentAtMs: Date.now(),
      position: 0,
      body,
      state: this.#connection === "online" ? "sent" : "queued",
      ...(ask === undefined ? {} : this.decided({ ...input, ask })),
      ...(input.intake && { intake: input.intake }),
    };
    this.receive(message);
    if (ask !== undefined && this.answers) setTimeout(() => this.receive(answerTo(message, ask)), 600);
    return message;
  }

  async retry(conversation: string, id: string) {
    this.#try("retry");
    const message = this.#messages.get(conversation)?.find((known) => known.id === id);
    if (message?.kind === "text") this.setState(message, "sent");
  }

  async markRead(conversation: string) {
    this.#change(conversation, { unreadCount: 0 });
    this.#emit({ type: "conversation", conversation });
  }

  async grantConsent(conversation: string, agent: string) {
    this.#try("grantConsent");
    this.#change(conversation, { consents: [{ agent, by: this.#me().account }] });
    this.#notice(conversation, { type: "consent", agent, granted: true });
  }

  async revokeConsent(conversation: string, agent: string) {
    this.#try("revokeConsent");
    this.#change(conversation, { consents: [] });
    this.#notice(conversation, { type: "consent", agent, granted: false });
  }

  async recordEmergencyShown() {
    this.#try("recordEmergencyShown");
  }

  async safetyNumber() {
    this.#try("safetyNumber");
    return safetyNumber;
  }

  async markVerified(account: string) {
    this.#verify(account, "verified");
  }

  async acceptIdentity(account: string) {
    this.#verify(account, "unverified");
  }

  async verifyReceipt(_message: AnswerMessage) {
    this.#try("verifyReceipt");
    return this.verdict;
  }

  async safetyCode() {
    this.#try("safetyCode");
    return "CAISIgog";
  }

  async matchesSafetyCode(_account: string, scanned: string) {
    this.#try("matchesSafetyCode");
    return scanned === "CAISIgog";
  }

  async linkAsNewDevice(input: NewDeviceInput): Promise<Self> {
    this.#try("linkAsNewDevice");
    return this.own.show(input);
  }

  async linkNewDevice() {
    this.#try("linkNewDevice");
    return this.own.request(() => this.#emit({ type: "contact", account: this.#me().account }));
  }

  async devices() {
    this.#try("devices");
    return this.own.devices;
  }

  async revokeDevice(device: number) {
    this.#try("revokeDevice");
    this.own.revoke(device);
  }

  historyTransfer = () => this.own.history;

  setHistory(history: HistoryTransfer | undefined): void {
    this.own.history = history;
    this.#emit({ type: "history" });
  }

  /** A conversation's earlier messages are complete. */
  arriveHistory(conversation: string): void {
    this.#emit({ type: "history", conversation });
  }

  async stopHistory() {
    this.#try("stopHistory");
    this.setHistory(undefined);
  }

  newRecoveryPhrase = () => knownPhrase;
  backupStatus = () => this.own.backup;

  setBackup(backup: BackupStatus): void {
    this.own.backup = backup;
    this.#emit({ type: "backup" });
  }

  async addRecovery(secret: RecoverySecret) {
    this.#try("addRecovery");
    this.own.addRecovery(secret);
    this.#emit({ type: "backup" });
  }

  async removeBackup() {
    this.#try("removeBackup");
    this.setBackup({ ways: [], isKeptAtRelay: false, isVoid: false });
  }

  async *exportBackup() {
    this.#try("exportBackup");
    yield new Uint8Array(8);
    this.setBackup({ ...this.own.backup, lastAtMs: Date.now() });
  }

  async keepBackupAtRelay(isKeptAtRelay: boolean) {
    this.#try("keepBackupAtRelay");
    this.setBackup({ ...this.own.backup, isKeptAtRelay, ...(isKeptAtRelay && { lastAtMs: Date.now() }) });
  }

  async restoreBackup({ onProgress, ...input }: Parameters<CloisterClient["restoreBackup"]>[0]) {
    this.#try("restoreBackup");
    this.own.restore(input, onProgress);
    this.#self = { ...patient, account: "new", device: 2, displayName: "Amina", organisation: this.info };
    return this.#self;
  }

  async erase() {
    this.#try("erase");
    this.#self = undefined;
    this.#conversations.clear();
    this.#messages.clear();
  }

  subscribe(listener: (event: ClientEvent) => void) {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #me(): Self {
    if (this.#self === undefined) throw new BaseError("Usage", "NO_ACCOUNT", "sign up first");
    return this.#self;
  }

  #try(method: keyof CloisterClient): void {
    this.calls.push(method);
    const failure = this.#failures.get(method);
    this.#failures.delete(method);
    if (failure !== undefined) throw failure;
  }

  #verify(account: string, verification: Contact["verification"]): void {
    const contact = this.#contacts.get(account);
    if (contact !== undefined) this.setContact({ ...contact, verification });
  }

  #notice(conversation: string, notice: NoticeMessage["notice"]): void {
    const from = this.#me().account;
    const id = `notice-${this.#position}`;
    this.receive({
      kind: "notice",
      id,
      conversation,
      from,
      mine: true,
      sentAtMs: Date.now(),
      notice,
    } as Message);
  }

  #change(id: string, changes: Changes): void {
    const conversation = this.#conversations.get(id);
    if (conversation !== undefined) this.#conversations.set(id, { ...conversation, ...changes });
  }

  #emit(event: ClientEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}
