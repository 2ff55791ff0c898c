import { BaseError, equalBytes, isBaseError, toHex } from "@cloister/bytes";
import { encodeCbor } from "@cloister/codec";
import { decisionToCbor, type RoutedDecision } from "@cloister/contracts/decision";
import { isAsStrictAs } from "@cloister/routing";
import {
  type ReceiptBody,
  type VerifiedCheckpoint,
  verifyCheckpoint,
  verifyReceipt as verifyOffline,
  verifyTogether,
} from "@cloister/transparency";
import type { AnswerMessage, ReceiptStep, ReceiptVerdict, TextMessage } from "./api.ts";
import { type Core, selfOf } from "./core.ts";
import { bootsTable } from "./evidence/records.ts";
import type { LogClient } from "./log-client.ts";
import {
  askKey,
  asksTable,
  checkpointTable,
  contactsTable,
  messageIndexTable,
  messageKey,
  messagesTable,
  only,
  orderKey,
} from "./records.ts";
import { requestIdOf } from "./request-id.ts";

/** No agent's key: a signature under it never holds. */
const nobodysKey = new Uint8Array(33);
const nothing = new Uint8Array();

/**
 * Checks every claim of a receipt. What the receipt proves is checked on this device; then, with the log's
 * present head, that the receipt's head and the newest one seen before belong to one history. A log that
 * changes an old entry, shows a second history or loses its end fails this.
 * @throws BaseError family `Unavailable` when the log is needed and cannot be reached
 */
export async function verifyReceipt(
  core: Core,
  log: LogClient,
  message: AnswerMessage,
): Promise<ReceiptVerdict> {
  const checked = verifySigned(core, message);
  if (!checked.verified) return { verified: false, steps: checked.steps };
  const { body, checkpoint, leafIndex } = checked;
  const question = await questionOf(core, message);
  if (!question || !equalBytes(body.requestId, requestIdOf(question))) {
    return { verified: false, steps: withFailure(checked.steps, "answer", "RECEIPT_REQUEST") };
  }
  const routed = routingFailure(body, question.decision);
  if (routed !== undefined) return { verified: false, steps: withFailure(checked.steps, "answer", routed) };
  // Any agent can write the word; only evidence could carry it, and nothing checks evidence yet.
  if (body.backing === "hardware") {
    return { verified: false, steps: withFailure(checked.steps, "signature", "BACKING_UNPROVEN") };
  }
  const consistency = await checkHistory(core, log, checkpoint);
  const steps = [...checked.steps, consistency];
  if (consistency.status === "failed") return { verified: false, steps };
  return { verified: true, steps, claims: claimsOf(body, checkpoint, leafIndex) };
}

/** Under the agent's key, or one that it had at an earlier start and whose evidence passed here. */
function verifySigned(
  core: Core,
  { from, receipt, answer }: AnswerMessage,
): ReturnType<typeof verifyOffline> {
  const agent = core.database.find(contactsTable, from);
  const current = agent?.vouched && agent.role === "agent" ? agent.identityKey : nobodysKey;
  const earlier = core.database.find(bootsTable, from)?.keys ?? [];
  const logVkeys = [selfOf(core).organisation.log.vkey];
  const checks = [current, ...earlier].map((expectedAgentKey) =>
    verifyOffline({ receipt, answer, expectedAgentKey, logVkeys }),
  );
  const [first] = checks;
  return checks.find(({ verified }) => verified) ?? (first as NonNullable<typeof first>);
}

/** The question as it stands in this conversation, above the answer. */
async function questionOf(
  { database }: Core,
  { from: agent, asker, inReplyTo: id, conversation }: AnswerMessage,
): Promise<TextMessage | undefined> {
  const ask = await database.get(asksTable, askKey(agent, asker, id));
  const place = ask && (await database.get(messageIndexTable, messageKey(asker, id)));
  if (place?.conversation !== conversation) return undefined;
  const known = await database.get(messagesTable(conversation), orderKey(place.position));
  return known?.message.kind === "text" ? known.message : undefined;
}

/** The agent repeats what it was told, and answers there or where fewer see it. */
function routingFailure(body: ReceiptBody, decision: RoutedDecision | undefined): string | undefined {
  const [said, told] = [body.decision, decision].map((one) => one && encodeCbor(decisionToCbor(one)));
  if (!equalBytes(said ?? nothing, told ?? nothing)) return "RECEIPT_DECISION";
  const place = body.processedAt === "device" ? "client" : body.processedAt;
  return decision && !isAsStrictAs(place, decision.processor) ? "RECEIPT_PLACE" : undefined;
}

function withFailure(
  steps: readonly ReceiptStep[],
  failed: ReceiptStep["step"],
  reason: string,
): readonly ReceiptStep[] {
  return steps.map((step) => (step.step === failed ? { step: failed, status: "failed", reason } : step));
}

/** Holds the head in a receipt and the newest head seen before against the head that the log has now. */
async function checkHistory(core: Core, log: LogClient, claimed: VerifiedCheckpoint): Promise<ReceiptStep> {
  const seen = newestSeen(core);
  try {
    const present = await presentHead(log, seen ?? claimed, claimed);
    for (const older of seen ? [claimed, seen] : [claimed]) await requireExtension(log, older, present);
    await remember(core, present);
    return { step: "consistency", status: "passed" };
  } catch (error) {
    if (!isBaseError(error) || error.family === "Unavailable") throw error;
    return { step: "consistency", status: "failed", reason: error.code };
  }
}

/** Without the log nothing can be said about its history, except when there is only one head to speak of. */
async function presentHead(
  log: LogClient,
  seen: VerifiedCheckpoint,
  claimed: VerifiedCheckpoint,
): Promise<VerifiedCheckpoint> {
  try {
    return await log.checkpoint();
  } catch (error) {
    const isOffline = isBaseError(error) && error.family === "Unavailable";
    if (isOffline && seen.size === claimed.size) return claimed;
    throw error;
  }
}

async function requireExtension(
  log: LogClient,
  older: VerifiedCheckpoint,
  present: VerifiedCheckpoint,
): Promise<void> {
  if (present.size < older.size) {
    throw new BaseError("Verification", "CHECKPOINT_TRUNCATED", "the log lost its end");
  }
  const needsProof = older.size > 0 && older.size < present.size;
  const proof = needsProof ? await log.consistencyProof(older.size, present.size) : undefined;
  verifyTogether(older, present, proof);
}

function newestSeen(core: Core): VerifiedCheckpoint | undefined {
  const stored = core.database.find(checkpointTable, only);
  return stored && verifyCheckpoint(stored.note, [selfOf(core).organisation.log.vkey]);
}

/** Never a smaller one than another check has remembered meanwhile. */
async function remember(core: Core, { note, size }: VerifiedCheckpoint): Promise<void> {
  await core.database.change(async (transaction) => {
    if ((newestSeen(core)?.size ?? 0) < size) transaction.put(checkpointTable, only, { note });
  });
}

function claimsOf(
  body: ReceiptBody,
  { origin, size }: VerifiedCheckpoint,
  leafIndex: number,
): NonNullable<ReceiptVerdict["claims"]> {
  const {
    backing,
    processedAt,
    engine,
    indexDigest,
    modelDigest,
    deidentified,
    sources,
    issuedAt,
    decision,
  } = body;
  return {
    backing,
    processedAt,
    engine,
    knowledgeDigest: indexDigest ? toHex(indexDigest) : "",
    ...(modelDigest && { modelDigest: toHex(modelDigest) }),
    deidentified: deidentified.applied,
    ...(decision && { decision }),
    sources: sources.map(({ digest: _digest, ...source }) => source),
    issuedAt,
    leafIndex,
    treeSize: size,
    logOrigin: origin,
  };
}
