import { isBaseError } from "@cloister/bytes";
import { openEnvelope } from "@cloister/contracts/envelope";
import { addressKey, type DeviceAddress, idFromBytes } from "@cloister/contracts/ids";
import { maxEnvelopesCount, type ResentContent } from "@cloister/contracts/mending";
import { decryptionErrorFor, listRules, writeDecryptionError } from "@cloister/protocol";
import type { Arrival } from "./arrival.ts";
import type { Core } from "./core.ts";
import type { Transaction } from "./database.ts";
import { type BrokenRecord, brokenTable, type RepairRecord, repairsTable } from "./mending-records.ts";
import { noteUnreadable } from "./messages.ts";
import { enqueue, sealAnew } from "./outbox.ts";
import { distrustPreKeys } from "./prekeys.ts";
import { contactsTable } from "./records.ts";
import { endSession } from "./sessions.ts";
import { between } from "./timing.ts";

/*
 * Envelopes that this device could not open. It ends its session with the device that sent them, and names
 * them in the first message of a new one. That message is authenticated by the identity that is pinned, so a
 * relay can damage envelopes and thereby cause new sessions; it can ask for nothing. How many sessions is
 * bounded here.
 */

/** Several that fail together are asked for together. */
const leastGatherMs = 250;
const mostGatherMs = 1000;
/** From one new session to the next, by how many there were of late. A quiet day starts anew. */
const pausesMs = [60_000, 300_000, 1_800_000, 7_200_000, 21_600_000] as const;
const dayMs = 86_400_000;
/** Each is asked for this often, a day apart, because who sent it may be offline. Then a person is told. */
const maxAskedCount = 3;
/** More of one device are not noted; the relay keeps fewer of one account. */
const maxBrokenCount = 5000;

const unopenable = new Set<string>(["ENVELOPE_INVALID"]);
for (const { id } of listRules()) if (id !== "IDENTITY-001") unopenable.add(id);
const preKeyGone = new Set<string>(["PQXDH-004", "PQXDH-005", "PQXDH-006"]);

/** Whether the error says that an envelope does not open, so that only who sent it can help. */
export function isUnopenable(error: unknown): boolean {
  return isBaseError(error) && unopenable.has(error.code);
}

/** Notes an envelope that does not open. Its sender is asked soon, or as soon as another session may begin. */
export async function noteBroken(
  core: Core,
  transaction: Transaction,
  arrival: Arrival,
  error: unknown,
): Promise<void> {
  const { from } = arrival;
  const nowMs = core.clock.nowMs();
  const known = (await transaction.get(repairsTable, addressKey(from))) ?? freshRepair(from);
  if (known.brokenCount >= maxBrokenCount) return;
  const id = idFromBytes(arrival.id);
  transaction.put(brokenTable(from), id, { id, atMs: nowMs, askedCount: 0 });
  const soonMs = nowMs + between(core.random, leastGatherMs, mostGatherMs);
  const dueAtMs = Math.max(soonMs, known.notBeforeMs);
  const word = known.error ?? wordFor(arrival, nowMs);
  putRepair(transaction, {
    ...known,
    brokenCount: known.brokenCount + 1,
    dueAtMs: Math.min(known.dueAtMs ?? dueAtMs, dueAtMs),
    ...(word && { error: word }),
  });
  transaction.afterwards(core.wakeMender);
  if (isBaseError(error) && preKeyGone.has(error.code)) await distrustPreKeys(core, transaction);
}

/** Asks for what is due: in each case in a new session, about everything that was not asked for today. */
export async function askForBroken(core: Core): Promise<void> {
  const nowMs = core.clock.nowMs();
  await core.database.change(async (transaction) => {
    for (const repair of transaction.all(repairsTable)) {
      if (repair.dueAtMs !== undefined && repair.dueAtMs <= nowMs) await ask(core, transaction, repair);
    }
  });
}

async function ask(core: Core, transaction: Transaction, repair: RepairRecord): Promise<void> {
  const nowMs = core.clock.nowMs();
  const { dueAtMs: _due, ...rest } = repair;
  const address = addressOf(repair);
  const rows = await transaction.list(brokenTable(address));
  const isRecent = ({ askedAtMs }: BrokenRecord) => askedAtMs !== undefined && nowMs - askedAtMs < dayMs;
  const open = rows.filter((row) => row.askedCount < maxAskedCount || isRecent(row));
  const isHopeless = open.length < rows.length;
  for (const row of rows) if (!open.includes(row)) transaction.delete(brokenTable(address), row.id);
  if (isHopeless) await noteUnreadable(core, transaction, address.account);
  const next = { ...rest, brokenCount: open.length, ...(open.length > 0 && { dueAtMs: nowMs + dayMs }) };
  const contact = await transaction.get(contactsTable, address.account);
  const wanted = open.filter((row) => !isRecent(row));
  // Until a person has looked at a changed identity, nothing is sent to it.
  if (wanted.length === 0 || contact?.verification === "changed") return putRepair(transaction, next);
  const { error, ...unsaid } = next;
  await request(core, transaction, { address, wanted, error });
  const triesCount = nowMs - repair.notBeforeMs > dayMs ? 1 : repair.triesCount + 1;
  const pauseMs = pausesMs[triesCount - 1] ?? pausesMs[4];
  putRepair(transaction, { ...unsaid, triesCount, notBeforeMs: nowMs + pauseMs });
}

/** Names the envelopes in a new session. */
async function request(
  core: Core,
  transaction: Transaction,
  input: {
    readonly address: DeviceAddress;
    readonly wanted: readonly BrokenRecord[];
    readonly error: Uint8Array | undefined;
  },
): Promise<void> {
  const { address, wanted, error } = input;
  const askedAtMs = core.clock.nowMs();
  await endSession(transaction, address);
  sealAnew(transaction, address);
  for (let at = 0; at < wanted.length; at += maxEnvelopesCount) {
    const envelopes = wanted.slice(at, at + maxEnvelopesCount).map(({ id }) => id);
    await enqueue(core, transaction, {
      content: { kind: "unopened", device: address.device, envelopes, ...(error && { error }) },
      to: [address.account],
      forAgents: true,
      lane: mendingLane(address.account),
    });
  }
  for (const row of wanted) {
    const asked = { ...row, askedCount: row.askedCount + 1, askedAtMs };
    transaction.put(brokenTable(address), row.id, asked);
  }
}

/** They were said again, or some cannot be: then a person has to ask for them. */
export async function receiveResent(
  core: Core,
  transaction: Transaction,
  address: DeviceAddress,
  { envelopes, lost }: ResentContent,
): Promise<void> {
  const repair = await transaction.get(repairsTable, addressKey(address));
  if (!repair) return;
  const broken = brokenTable(address);
  let { brokenCount } = repair;
  let isLost = false;
  for (const id of new Set(envelopes)) {
    if (!(await transaction.get(broken, id))) continue;
    transaction.delete(broken, id);
    brokenCount -= 1;
    isLost ||= lost.includes(id);
  }
  const { dueAtMs, error: _error, ...rest } = repair;
  putRepair(transaction, {
    ...rest,
    brokenCount,
    ...(brokenCount > 0 && dueAtMs !== undefined && { dueAtMs }),
  });
  if (isLost) await noteUnreadable(core, transaction, address.account);
}

/** A person accepted this account's identity: what waited for that is asked for now. */
export function askAccepted(core: Core, transaction: Transaction, account: string): void {
  const nowMs = core.clock.nowMs();
  for (const repair of transaction.all(repairsTable)) {
    if (repair.account === account && repair.dueAtMs !== undefined) {
      putRepair(transaction, { ...repair, dueAtMs: Math.max(nowMs, repair.notBeforeMs) });
    }
  }
  transaction.afterwards(core.wakeMender);
}

/** Mending does not wait for what is said in conversations, nor one account for another. */
export function mendingLane(account: string): string {
  return `mending/${account}`;
}

function freshRepair({ account, device }: DeviceAddress): RepairRecord {
  return { account, device, brokenCount: 0, notBeforeMs: 0, triesCount: 0 };
}

function addressOf({ account, device }: DeviceAddress): DeviceAddress {
  return { account, device };
}

function putRepair(transaction: Transaction, repair: RepairRecord): void {
  transaction.put(repairsTable, addressKey(repair), repair);
}

/** Signal's word for it; none for what is no message at all. */
function wordFor({ from, payload }: Arrival, timestampMs: number): Uint8Array | undefined {
  try {
    const error = decryptionErrorFor(openEnvelope(payload), { timestampMs, deviceId: from.device });
    return writeDecryptionError(error);
  } catch (error) {
    if (isBaseError(error)) return undefined;
    throw error;
  }
}
