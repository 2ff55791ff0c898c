import type {
  AnswerContent,
  ConsentContent,
  Content,
  ConversationContent,
  ProgressContent,
  StatusContent,
  TextContent,
} from "@cloister/contracts/content";
import { decodeContent, encodeContent, maxMembersCount, maxTitleBytes } from "@cloister/contracts/content";
import type { AccountId, MessageId } from "@cloister/contracts/ids";
import { askLater, expectAnswer } from "./asking.ts";
import { receiveResent } from "./broken.ts";
import { applyConsent } from "./consent.ts";
import { changeContact, requireContact, roleOf } from "./contacts.ts";
import { changeConversation, open, peopleIn } from "./conversations.ts";
import { type Core, selfOf, takeNumbers } from "./core.ts";
import type { Transaction } from "./database.ts";
import { receiveHistory } from "./history-transfer.ts";
import { addMessage, addNotice, changeState, findMessage } from "./messages.ts";
import { cleanName } from "./names.ts";
import { endProgress, noteProgress } from "./progress.ts";
import type { Sender } from "./receive.ts";
import {
  askKey,
  asksTable,
  type ConversationRecord,
  contactsTable,
  conversationsTable,
  earlyCountsTable,
  earlyTable,
  messageIndexTable,
  messageKey,
  openAsksTable,
  orderKey,
} from "./records.ts";
import { sayAgain } from "./resend.ts";
import { raiseRouting } from "./routing/decide.ts";
import { readElsewhere, report } from "./status.ts";

/** Content of one account that may wait for the conversations that it belongs to. */
const maxEarlyCount = 200;
/** Conversations that somebody may open here whom the organisation does not vouch for. */
const maxOpenedCount = 50;

/** What a person's device does with what it was told. Who may say what is decided here. */
export async function receiveAsPerson(
  core: Core,
  transaction: Transaction,
  sender: Sender,
  content: Content,
): Promise<void> {
  switch (content.kind) {
    case "profile":
      return receiveProfile(core, transaction, sender, content.displayName);
    case "conversation":
      return receiveConversation(core, transaction, sender, content);
    case "ask":
    case "stop":
      // People do not answer for agents.
      return;
    case "progress": {
      const conversation = await transaction.get(conversationsTable, content.conversation);
      if (conversation) await receiveProgress(core, transaction, { sender, conversation }, content);
      return;
    }
    case "unopened":
      return sayAgain(core, transaction, sender.address, content);
    case "resent":
      return receiveResent(core, transaction, sender.address, content);
    case "later":
      return askLater(core, transaction, { agent: sender.address.account, waitMs: content.waitMs });
    case "historyPart":
    case "historyEnd":
      return receiveHistory(core, transaction, sender, content);
    case "text":
    case "answer":
    case "consent":
    case "status": {
      const conversation = await transaction.get(conversationsTable, content.conversation);
      if (conversation) return receiveInside(core, transaction, { sender, conversation }, content);
      return keepForLater(core, transaction, sender, content);
    }
  }
}

interface Inside {
  readonly sender: Sender;
  readonly conversation: ConversationRecord;
}

type InsideContent = TextContent | AnswerContent | ConsentContent | StatusContent;

/** Members only. People and agents may say different things. */
async function receiveInside(
  core: Core,
  transaction: Transaction,
  inside: Inside,
  content: InsideContent,
): Promise<void> {
  const { account } = inside.sender.address;
  if (content.kind === "answer") return receiveAnswer(core, transaction, inside, content);
  if (!peopleIn(core, inside.conversation).includes(account)) return;
  switch (content.kind) {
    case "text":
      return receiveText(core, transaction, inside, content);
    case "consent":
      return receiveConsent(core, transaction, inside, content);
    case "status":
      return receiveStatus(core, transaction, inside, content);
  }
}

function isAgent(core: Core, { members }: ConversationRecord, account: AccountId): boolean {
  return members.some((member) => member.account === account && roleOf(core.database, member) === "agent");
}

/** Those whom the organisation names keep that name. */
async function receiveProfile(
  core: Core,
  transaction: Transaction,
  { contact }: Sender,
  displayName: string,
): Promise<void> {
  const name = cleanName(displayName);
  const isNamed = contact.vouched && contact.role !== "patient";
  if (name === "" || isNamed || contact.account === selfOf(core).account) return;
  await changeContact(transaction, contact.account, { name });
}

/** Opens a conversation; in one that is known, a member may bring others in and change nothing else. */
async function receiveConversation(
  core: Core,
  transaction: Transaction,
  sender: Sender,
  content: ConversationContent,
): Promise<void> {
  const { account: own } = selfOf(core);
  const { account } = sender.address;
  const members = [...new Map(content.members.map((member) => [member.account, member])).values()];
  const isIn = (someone: AccountId) => members.some((member) => member.account === someone);
  if (!isIn(own) || !isIn(account) || sender.contact.role === "agent") return;
  const known = await transaction.get(conversationsTable, content.conversation);
  if (known) {
    const isMember = known.members.some((member) => member.account === account);
    const newcomers = members.filter(({ account: id }) => !known.members.some((m) => m.account === id));
    if (!isMember || newcomers.length === 0 || known.members.length + newcomers.length > maxMembersCount)
      return;
    changeConversation(transaction, { ...known, members: [...known.members, ...newcomers] });
    for (const newcomer of newcomers) {
      await addNotice(core, transaction, {
        conversation: known.id,
        from: account,
        notice: { type: "joined", account: newcomer.account },
      });
    }
  } else {
    if (!mayOpen(core, transaction, sender)) return;
    const title = cleanName(content.title, maxTitleBytes) || "Conversation";
    await open(core, transaction, { ...content, title, members, openedBy: account });
    // An own device that tells of an older conversation did not begin it; its first member did.
    const from = account === own ? (members[0]?.account ?? own) : account;
    await addNotice(core, transaction, {
      conversation: content.conversation,
      from,
      notice: { type: "created" },
    });
    await receiveEarly(core, transaction, content.conversation);
  }
  transaction.afterwards(() =>
    core.inBackground(() =>
      learnMembers(
        core,
        members.map((member) => member.account),
      ),
    ),
  );
}

function mayOpen(core: Core, transaction: Transaction, { contact }: Sender): boolean {
  const { account } = contact;
  if (contact.vouched || account === selfOf(core).account) return true;
  const opened = transaction.all(conversationsTable).filter(({ openedBy }) => openedBy === account);
  return opened.length < maxOpenedCount;
}

/** What came before its conversation did, such as from somebody faster. */
async function keepForLater(
  core: Core,
  transaction: Transaction,
  { address }: Sender,
  content: InsideContent,
): Promise<void> {
  const early = earlyTable(content.conversation);
  const { count } = (await transaction.get(earlyCountsTable, address.account)) ?? { count: 0 };
  if (count >= maxEarlyCount) return;
  transaction.put(earlyCountsTable, address.account, { count: count + 1 });
  const order = await takeNumbers(transaction, "order");
  transaction.put(early, orderKey(order), { order, from: address, content: encodeContent(content) });
}

async function receiveEarly(core: Core, transaction: Transaction, conversation: string): Promise<void> {
  const early = earlyTable(conversation);
  for (const { order, from, content } of await transaction.list(early)) {
    transaction.delete(early, orderKey(order));
    const { count } = (await transaction.get(earlyCountsTable, from.account)) ?? { count: 1 };
    transaction.put(earlyCountsTable, from.account, { count: count - 1 });
    const contact = await transaction.get(contactsTable, from.account);
    if (contact) await receiveAsPerson(core, transaction, { address: from, contact }, decodeContent(content));
  }
}

async function learnMembers(core: Core, accounts: readonly AccountId[]): Promise<void> {
  for (const account of accounts) await requireContact(core, account);
}

async function receiveText(
  core: Core,
  transaction: Transaction,
  { sender, conversation }: Inside,
  content: TextContent,
): Promise<void> {
  const { account: from } = sender.address;
  const { id, sentAtMs, body, asked, decision, intake } = content;
  const isOwn = from === selfOf(core).account;
  const isAsked = asked !== undefined && isAgent(core, conversation, asked);
  if (!(await isKnown(transaction, from, id))) {
    await addMessage(core, transaction, {
      kind: "text",
      id,
      conversation: conversation.id,
      from,
      sentAtMs,
      body,
      state: isOwn ? "sent" : "delivered",
      ...(isAsked && { asked }),
      ...(isAsked && decision && { decision }),
      ...(intake && { intake }),
    });
    if (isAsked)
      await expectAnswer(transaction, { agent: asked, id, conversation: conversation.id, by: from });
    if (isAsked && isOwn && decision) await raiseRouting(transaction, conversation.id, decision);
  }
  if (isOwn) return;
  await report(core, transaction, { conversation: conversation.id, status: "delivered", id, to: [from] });
}

/** As {@link receiveAnswer}: only of an agent that was asked and has not answered. */
async function receiveProgress(
  core: Core,
  transaction: Transaction,
  { sender, conversation }: Inside,
  content: ProgressContent,
): Promise<void> {
  const { account: from } = sender.address;
  const ask = await transaction.get(asksTable, askKey(from, content.asker, content.inReplyTo));
  const isEntitled = sender.contact.vouched && isAgent(core, conversation, from);
  if (!isEntitled || ask?.conversation !== conversation.id || ask.answer !== undefined) return;
  noteProgress(transaction, from, content);
}

/** Only an agent that the organisation vouches for, only when somebody here asked it, and only once. */
async function receiveAnswer(
  core: Core,
  transaction: Transaction,
  { sender, conversation }: Inside,
  content: AnswerContent,
): Promise<void> {
  const { account: from } = sender.address;
  const { id, inReplyTo, asker, sentAtMs, answer, receipt } = content;
  const key = askKey(from, asker, inReplyTo);
  const ask = await transaction.get(asksTable, key);
  const isEntitled = sender.contact.vouched && isAgent(core, conversation, from);
  if (!isEntitled || ask?.conversation !== conversation.id || ask.answer !== undefined) return;
  if (await isKnown(transaction, from, id)) return;
  transaction.put(asksTable, key, { ...ask, answer: id });
  if (asker === selfOf(core).account) transaction.delete(openAsksTable, inReplyTo);
  endProgress(transaction, { agent: from, asker, inReplyTo, conversation: conversation.id });
  await addMessage(core, transaction, {
    kind: "answer",
    id,
    conversation: conversation.id,
    from,
    sentAtMs,
    inReplyTo,
    asker,
    answer,
    receipt,
  });
}

/** People speak for themselves only. */
async function receiveConsent(
  core: Core,
  transaction: Transaction,
  { sender, conversation }: Inside,
  { agent, granted, atMs }: ConsentContent,
): Promise<void> {
  if (!isAgent(core, conversation, agent)) return;
  const by = sender.address.account;
  await applyConsent(core, transaction, { conversation: conversation.id, agent, by, granted, atMs });
}

async function receiveStatus(
  core: Core,
  transaction: Transaction,
  { sender, conversation }: Inside,
  { status, ids }: StatusContent,
): Promise<void> {
  const { account: own } = selfOf(core);
  const { account: from } = sender.address;
  if (from === own) {
    if (status === "read") readElsewhere(transaction, conversation, ids);
    return;
  }
  const others = peopleIn(core, conversation).filter((account) => account !== own);
  for (const id of new Set(ids)) {
    const known = await findMessage(transaction, own, id);
    if (known?.message.conversation !== conversation.id) continue;
    const reports = { ...known.reports, [from]: known.reports[from] === "read" ? "read" : status };
    const everybody = (wanted: readonly string[]) =>
      others.every((account) => wanted.includes(reports[account] ?? ""));
    const state = everybody(["read"]) ? "read" : everybody(["read", "delivered"]) ? "delivered" : "sent";
    await changeState(transaction, known, state, reports);
  }
}

async function isKnown(transaction: Transaction, from: AccountId, id: MessageId): Promise<boolean> {
  return (await transaction.get(messageIndexTable, messageKey(from, id))) !== undefined;
}
