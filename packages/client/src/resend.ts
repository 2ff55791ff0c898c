import { isBaseError } from "@cloister/bytes";
import { decodeContent } from "@cloister/contracts/content";
import { addressKey, type DeviceAddress, type EnvelopeId } from "@cloister/contracts/ids";
import type { UnopenedContent } from "@cloister/contracts/mending";
import { isActiveSessionBroken, readDecryptionError } from "@cloister/protocol";
import { mendingLane } from "./broken.ts";
import { hasConsent } from "./consent.ts";
import { type Core, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import { type SentRecord, sentEnvelopesTable, sentTable } from "./mending-records.ts";
import { enqueue, sealAnew } from "./outbox.ts";
import { conversationsTable, type OutboxRow, orderKey, outboxTable } from "./records.ts";
import { endSession, findSessions } from "./sessions.ts";

/** Each content is said again this often at most, however often somebody asks for it. */
const maxResentCount = 3;
/** What this device sent can be asked for as long as the relay may still hold it. */
const sentMs = 31 * 86_400_000;
/** An agent keeps what it answered no longer than it keeps answers. */
const sentByAgentMs = 2 * 86_400_000;

/** What was sent is kept, so that a device that could not open it gets it again. */
export function keepSent(core: Core, transaction: Transaction, row: OutboxRow): void {
  const { order, lane, content, forAgents, resentCount = 0 } = row;
  const sent = { order, lane, content, forAgents, resentCount, atMs: core.clock.nowMs() };
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
  if (device !== selfOf(core).device) return;
  if (error) await endBroken(transaction, address, error);
  sealAnew(transaction, address);
  const rows = new Map<number, SentRecord>();
  const lost: EnvelopeId[] = [];
  for (const id of envelopes) {
    const row = await findSent(transaction, address, id);
    if (row && row.resentCount < maxResentCount && mayStillSay(core, transaction, address, row)) {
      rows.set(row.order, row);
    } else lost.push(id);
  }
  for (const row of [...rows.values()].sort((a, b) => a.order - b.order)) {
    await enqueue(core, transaction, {
      content: decodeContent(row.content),
      to: [address.account],
      forAgents: row.forAgents,
      lane: row.lane,
      resentCount: row.resentCount + 1,
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
    if (said.kind === "answer" && said.asker === asked.asker) transaction.delete(sentTable, orderKey(order));
  }
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
