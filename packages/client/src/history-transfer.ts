import { BaseError, equalBytes, isBaseError } from "@cloister/bytes";
import type { HistoryContent } from "@cloister/contracts/history";
import type { ConversationId } from "@cloister/contracts/ids";
import { type Core, selfOf, takeNumbers } from "./core.ts";
import type { Transaction } from "./database.ts";
import { blobBytes, downloadBlob, uploadBlob } from "./history-blobs.ts";
import { contactRecords, conversationRecords, latestFirst } from "./history-export.ts";
import { takeIn } from "./history-import.ts";
import { encodeHeader, openArchive, readHeader, saltBytesCount, sealArchive } from "./history-seal.ts";
import {
  type IncomingPartRecord,
  type IncomingRecord,
  incomingPartsTable,
  incomingTable,
  type OutgoingRecord,
  outgoingTable,
} from "./history-tables.ts";
import { enqueue } from "./outbox.ts";
import type { Sender } from "./receive.ts";
import { contactsTable, only, orderKey, outboxTable } from "./records.ts";

/*
 * How a new device gets the history of an older one. The key came with the identity, in the box of linking.
 * The older device seals parts, each some conversations, leaves them at the relay, and says so in the session
 * between the two; the new one takes each part in and deletes it there. What is interrupted is taken up with
 * the part that was under way.
 */

/** About what a part holds; a conversation is never divided. */
const partBytes = 1_048_576;
const lifeMs = 7 * 86_400_000;
const blobBytesCount = 32;

/** What came of a step: something was done, nothing can be done before something else happens. */
type Step = "done" | "waiting";

/** Gives the next part to a new device. @throws BaseError family `Unavailable`, `STORAGE_FULL` */
export async function giveNextPart(
  core: Core,
  outgoing: OutgoingRecord,
  isCaughtUp: () => boolean,
): Promise<Step> {
  if (core.clock.nowMs() - outgoing.sinceMs > lifeMs) {
    await core.database.change(async (transaction) => transaction.delete(outgoingTable, outgoing.transfer));
    return "done";
  }
  if (!isNewDeviceHere(core, outgoing)) return "waiting";
  if (!outgoing.todo) {
    await givePart(core, outgoing, { records: contactRecords(core), todo: latestFirst(core) });
    return "done";
  }
  // What others sent before they knew the new device is here once they know: then nothing falls in between.
  const lane = laneOf(outgoing);
  if (core.database.all(outboxTable).some((row) => row.lane === lane) || !isCaughtUp()) return "waiting";
  const todo = [...outgoing.todo];
  await givePart(core, outgoing, { records: partRecords(core, todo), todo });
  return "done";
}

function isNewDeviceHere(core: Core, { devicesBefore }: OutgoingRecord): boolean {
  const devices = core.database.find(contactsTable, selfOf(core).account)?.devices ?? [];
  return devices.some((device) => !devicesBefore.includes(device));
}

function laneOf({ transfer }: Pick<OutgoingRecord, "transfer">): string {
  return `history/${transfer}`;
}

/** Takes conversations off `todo` until there is enough for a part. */
async function* partRecords(core: Core, todo: ConversationId[]): AsyncGenerator<Uint8Array, void> {
  for (let bytesCount = 0; bytesCount < partBytes; ) {
    const next = todo[0];
    if (next === undefined) return;
    for await (const record of conversationRecords(core, [next], "link")) {
      bytesCount += record.length;
      yield record;
    }
    todo.shift();
  }
}

/** @param input `todo` is what is left once `records` were read */
async function givePart(
  core: Core,
  { transfer, key }: OutgoingRecord,
  input: { readonly records: AsyncIterable<Uint8Array>; readonly todo: readonly ConversationId[] },
): Promise<void> {
  const blob = await uploadBlob(core, (id) =>
    sealArchive(
      { key, header: encodeHeader("history", core.random(saltBytesCount), { blob: id }) },
      input.records,
    ),
  );
  await core.database.change(async (transaction) => {
    const current = await transaction.get(outgoingTable, transfer);
    // A person stopped it meanwhile.
    if (!current) return;
    const todo = [...input.todo];
    const totalCount = current.todo ? current.totalCount : todo.length;
    const content = {
      kind: "historyPart",
      transfer,
      blob,
      doneCount: totalCount - todo.length,
      totalCount,
    } as const;
    await enqueue(core, transaction, { content, to: [selfOf(core).account], lane: laneOf(current) });
    if (todo.length === 0) transaction.delete(outgoingTable, transfer);
    else transaction.put(outgoingTable, transfer, { ...current, todo, totalCount });
    transaction.emit({ type: "history" });
  });
}

/** What another device of this person says about history; from anybody else it means nothing. */
export async function receiveHistory(
  core: Core,
  transaction: Transaction,
  { address }: Sender,
  content: HistoryContent,
): Promise<void> {
  if (address.account !== selfOf(core).account) return;
  const incoming = await transaction.get(incomingTable, only);
  const isAwaited = incoming?.transfer === content.transfer && !incoming.isOver;
  if (content.kind === "historyEnd") {
    transaction.delete(outgoingTable, content.transfer);
    if (isAwaited) forgetIncoming(transaction);
  } else if (isAwaited) {
    const order = await takeNumbers(transaction, "order");
    const { blob, doneCount, totalCount } = content;
    transaction.put(incomingPartsTable, orderKey(order), { order, blob, doneCount, totalCount });
    transaction.put(incomingTable, only, { ...incoming, totalCount });
  }
  transaction.emit({ type: "history" });
}

/** Takes a part in, or notes that it is missing. @throws BaseError family `Unavailable` */
export async function takeNextPart(core: Core, part: IncomingPartRecord): Promise<void> {
  const incoming = core.database.find(incomingTable, only);
  const outcome = incoming && !incoming.isOver ? await takePart(core, incoming, part) : "unwanted";
  await core.database.change(async (transaction) => {
    transaction.delete(incomingPartsTable, orderKey(part.order));
    const current = await transaction.get(incomingTable, only);
    if (!current || outcome === "unwanted") return;
    const missingCount = current.missingCount + (outcome === "missing" ? 1 : 0);
    const { doneCount, totalCount } = part;
    const isOver = doneCount === totalCount;
    const next: IncomingRecord = { ...current, doneCount, totalCount, missingCount, isOver };
    if (isOver && missingCount === 0) transaction.delete(incomingTable, only);
    else transaction.put(incomingTable, only, next);
    if (isOver) await sayEnd(core, transaction, current);
    transaction.emit({ type: "history" });
  });
  await core.relay.deleteBlob(part.blob);
}

async function takePart(
  core: Core,
  incoming: IncomingRecord,
  part: IncomingPartRecord,
): Promise<"taken" | "missing"> {
  try {
    await takeIn(
      {
        core,
        own: selfOf(core).account,
        firstOrder: incoming.firstOrder,
        onConversation: (transaction) => countConversation(core, transaction, part),
      },
      openPart(core, incoming, part.blob),
    );
    return "taken";
  } catch (error) {
    if (!isBaseError(error) || error.family === "Unavailable") throw error;
    return "missing";
  }
}

async function* openPart(
  core: Core,
  { key }: IncomingRecord,
  blob: string,
): AsyncGenerator<Uint8Array, void> {
  const pieces = downloadBlob(core, blob);
  const { value: header } = await pieces.next();
  if (!header) return;
  const named = readHeader(header, "history", (map) => map.bytes("blob", { length: blobBytesCount }));
  if (!equalBytes(named, blobBytes(blob))) {
    throw new BaseError("Verification", "ARCHIVE_DAMAGED", "the relay gave another part of the history");
  }
  yield* openArchive({ key, header }, pieces);
}

function countConversation(core: Core, transaction: Transaction, part: IncomingPartRecord): void {
  const incoming = core.database.find(incomingTable, only);
  if (!incoming) return;
  const doneCount = Math.min(incoming.doneCount + 1, part.doneCount);
  transaction.put(incomingTable, only, { ...incoming, doneCount, totalCount: part.totalCount });
}

/** No more of it, on either side; what is here already stays. */
export async function stopHistory(core: Core): Promise<void> {
  await core.database.change(async (transaction) => {
    const incoming = await transaction.get(incomingTable, only);
    const under = [...transaction.all(outgoingTable), ...(incoming && !incoming.isOver ? [incoming] : [])];
    for (const transfer of under) await sayEnd(core, transaction, transfer);
    for (const { transfer } of transaction.all(outgoingTable)) transaction.delete(outgoingTable, transfer);
    forgetIncoming(transaction);
    transaction.emit({ type: "history" });
  });
}

/** Announced parts stay: there is a blob of each to delete. */
function forgetIncoming(transaction: Transaction): void {
  transaction.delete(incomingTable, only);
}

async function sayEnd(
  core: Core,
  transaction: Transaction,
  { transfer }: { readonly transfer: string },
): Promise<void> {
  const content = { kind: "historyEnd", transfer } as const;
  await enqueue(core, transaction, { content, to: [selfOf(core).account], lane: laneOf({ transfer }) });
}
