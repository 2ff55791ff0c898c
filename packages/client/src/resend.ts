import { isBaseError } from "@cloister/bytes";
import { decodeContent, encodeContent } from "@cloister/contracts/content";
import { addressKey, type DeviceAddress, type EnvelopeId } from "@cloister/contracts/ids";
import type { UnopenedContent } from "@cloister/contracts/mending";
import { isActiveSessionBroken, readDecryptionError } from "@cloister/protocol";
import { mendingLane } from "./broken.ts";
import { hasConsent } from "./consent.ts";
import { type Core, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import {
  type ResentTo,
  requestsTable,
  type SentRecord,
  sentEnvelopesTable,
  sentTable,
} from "./mending-records.ts";
import { enqueue, sealAnew } from "./outbox.ts";
import { conversationsTable, type OutboxRow, orderKey, outboxTable } from "./records.ts";
import { endSession, findSessions } from "./sessions.ts";

/** Each content is said again to an account this often at most, a copy of it so much less often. */
const maxResentCount = 3;
/** A device may ask this often a day: far more than one that keeps to the pauses between new sessions. */
const maxRequestsCount = 50;
const dayMs = 86_400_000;
/** What this device sent can be asked for as long as the relay may still hold it. */
const sentMs = 31 * dayMs;
/** An agent keeps what it answered no longer than it keeps answers. */
const sentByAgentMs = 2 * dayMs;

/** All that is kept of a word of what was said again: nobody needs it twice. */
const wordOfResending = encodeContent({ kind: "resent", envelopes: [], lost: [] });

/** What was sent is kept, so that a device that could not open it gets it again. */
export function keepSent(core: Core, transaction: Transaction, row: OutboxRow): void {
  const { order, lane, forAgents, resentCount = 0, resentTo } = row;
  const content = isWordOfResending(row) ? wordOfResending : row.content;
  const atMs = core.clock.nowMs();
  const sent = { order, lane, content, forAgents, resentCount, atMs, ...(resentTo && { resentTo }) };
  transaction.put(sentTable, orderKey(order), sent);
}

/**
 * A device of this account could not open envelopes of ours: each is said again, to all devices of the account,
 * whose ids keep it single. The request came in a new session, so what follows goes out in that one.
 */
export async function sayAgain(
  core: Core,
  transaction: Transaction,
  address: DeviceAddress,
  { device, envelopes, error }: UnopenedContent,
): Promise<void> {
  if (device !== selfOf(core).device || !(await mayAsk(core, transaction, address))) return;
  if (error) await endBroken(transaction, address, error);
  sealAnew(transaction, address);
  const rows = new Map<number, SentRecord>();
  const lost: EnvelopeId[] = [];
  for (const id of envelopes) {
    const row = await findSent(transaction, address, id);
    // Who still misses something asks for that itself.
    if (row && isWordOfResending(row)) continue;
    if (row && countTo(row, address) < maxResentCount && mayStillSay(core, transaction, address, row)) {
      rows.set(row.order, row);
    } else lost.push(id);
  }
  for (const row of [...rows.values()].sort((a, b) => a.order - b.order)) {
    const resentCount = countTo(row, address) + 1;
    await storeCount(transaction, row.order, { ...row.resentTo, [address.account]: resentCount });
    await enqueue(core, transaction, {
      content: decodeContent(row.content),
      to: [address.account],
      forAgents: row.forAgents,
      lane: row.lane,
      resentCount,
    });
  }
  await enqueue(core, transaction, {
    content: { kind: "resent", envelopes, lost },
    to: [address.account],
    forAgents: true,
    lane: mendingLane(address.account),
  });
}

/** What nobody can ask for any more. */
export async function forgetSent(core: Core, transaction: Transaction): Promise<void> {
  const keptMs = selfOf(core).role === "agent" ? sentByAgentMs : sentMs;
  const beforeMs = core.clock.nowMs() - keptMs;
  for (const { order, atMs } of await transaction.list(sentTable)) {
    if (atMs < beforeMs) transaction.delete(sentTable, orderKey(order));
  }
  for (const { id, atMs } of await transaction.list(sentEnvelopesTable)) {
    if (atMs < beforeMs) transaction.delete(sentEnvelopesTable, id);
  }
}

/** An agent forgets what it answered to somebody who took consent back. */
export async function forgetAnswersTo(
  transaction: Transaction,
  asked: { readonly conversation: string; readonly asker: string },
): Promise<void> {
  for (const { order, lane, content } of await transaction.list(sentTable)) {
    if (lane !== asked.conversation) continue;
    const said = decodeContent(content);
    const isAnswer = said.kind === "answer" || said.kind === "progress";
    if (isAnswer && said.asker === asked.asker) transaction.delete(sentTable, orderKey(order));
  }
}

/** Whether the device has not asked too often today; counts this time. */
async function mayAsk(core: Core, transaction: Transaction, address: DeviceAddress): Promise<boolean> {
  const { account, device } = address;
  const nowMs = core.clock.nowMs();
  const known = await transaction.get(requestsTable, addressKey(address));
  const { sinceMs, count } = known && nowMs - known.sinceMs < dayMs ? known : { sinceMs: nowMs, count: 0 };
  if (count >= maxRequestsCount) return false;
  transaction.put(requestsTable, addressKey(address), { account, device, sinceMs, count: count + 1 });
  return true;
}

function isWordOfResending({ lane, content }: Pick<OutboxRow, "lane" | "content">): boolean {
  return lane.startsWith(mendingLane("")) && decodeContent(content).kind === "resent";
}

function countTo({ resentCount, resentTo }: SentRecord, { account }: DeviceAddress): number {
  return resentTo?.[account] ?? resentCount;
}

/** Counts where the original is, so that its envelopes cannot be named for ever. */
async function storeCount(transaction: Transaction, order: number, resentTo: ResentTo): Promise<void> {
  const key = orderKey(order);
  const sent = await transaction.get(sentTable, key);
  if (sent) return transaction.put(sentTable, key, { ...sent, resentTo });
  const row = await transaction.get(outboxTable, key);
  if (row) transaction.put(outboxTable, key, { ...row, resentTo });
}

/** The session that a message failed in, if it is still the one in use. */
async function endBroken(transaction: Transaction, address: DeviceAddress, word: Uint8Array): Promise<void> {
  try {
    const error = readDecryptionError(word);
    if (isActiveSessionBroken(await findSessions(transaction, address), error)) {
      await endSession(transaction, address);
    }
  } catch (error) {
    if (!isBaseError(error) || error.family !== "Decode") throw error;
  }
}

/** What went out in an envelope to this device; the relay may have delivered it before we heard so. */
async function findSent(
  transaction: Transaction,
  address: DeviceAddress,
  id: EnvelopeId,
): Promise<SentRecord | undefined> {
  const envelope = await transaction.get(sentEnvelopesTable, id);
  if (!envelope || addressKey(envelope) !== addressKey(address)) return undefined;
  const key = orderKey(envelope.order);
  const sent = await transaction.get(sentTable, key);
  if (sent) return sent;
  const row = await transaction.get(outboxTable, key);
  return row && { ...row, resentCount: row.resentCount ?? 0, atMs: envelope.atMs };
}

/** An agent hears only what consent covers now, also when it asks for what was covered once. */
function mayStillSay(
  core: Core,
  transaction: Transaction,
  { account }: DeviceAddress,
  { content, forAgents }: SentRecord,
): boolean {
  const said = decodeContent(content);
  if (!forAgents || (said.kind !== "ask" && said.kind !== "consent")) return true;
  const conversation = transaction.all(conversationsTable).find(({ id }) => id === said.conversation);
  const by = selfOf(core).account;
  const stands = conversation !== undefined && hasConsent(conversation.consents, { agent: account, by });
  return said.kind === "ask" ? stands : said.granted === stands;
}
