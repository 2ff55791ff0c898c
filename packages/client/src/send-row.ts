import { fromBase64Url, isBaseError } from "@cloister/bytes";
import { isRetryableWireError } from "@cloister/contracts/errors";
import type { AccountId } from "@cloister/contracts/ids";
import { withdrawQuestion } from "./asking.ts";
import { noteIdentityChange, refreshContact } from "./contacts.ts";
import { type Core, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import { evidenceLane } from "./evidence/gate.ts";
import { inFrames } from "./in-frames.ts";
import type { Link, SendOutcome } from "./link.ts";
import { changeState, findMessage } from "./messages.ts";
import { type Sealing, seal } from "./outbox.ts";
import { refreshOwnDevices } from "./own-devices.ts";
import { contactsTable, type OutboxRow, orderKey, outboxTable, type SealedEnvelope } from "./records.ts";
import { keepSent } from "./resend.ts";
import { sendSealed } from "./seal.ts";
import { isIdentityMismatch, startSessions } from "./sessions.ts";

/** How often keys or devices may change under one row before it is left for later. */
const maxRoundsCount = 8;

/** `held`: something else has to happen first (a person's decision, a new link), and wakes the sender then. */
export type RowResult =
  | { readonly outcome: "done" | "held" }
  | { readonly outcome: "retry"; readonly afterMs?: number };

type Rejection = Extract<SendOutcome, { type: "rejected" }>;

/** Brings one row to the relay: keys, encryption, SEND, and what the answer means. */
export async function sendRow(core: Core, link: Link, order: number): Promise<RowResult> {
  try {
    for (let round = 0; round < maxRoundsCount; round += 1) {
      const result = await tryOnce(core, link, order);
      if (result) return result;
    }
    return { outcome: "retry" };
  } catch (error) {
    if (!isBaseError(error) || error.family !== "Usage") throw error;
    return fail(core, order);
  }
}

/** Undefined when something was learned and the row should be looked at again. */
async function tryOnce(core: Core, link: Link, order: number): Promise<RowResult | undefined> {
  const sealing = await sealStored(core, order);
  switch (sealing?.outcome) {
    case undefined:
      return { outcome: "done" };
    case "blocked":
      return { outcome: "held" };
    case "unattested":
      return awaitEvidence(core, order, sealing.account);
    case "missing":
      await withAccount(core, order, sealing.account, () => fetchKeys(core, sealing));
      return undefined;
    case "sealed": {
      const sent = await sendAll(core, link, sealing.row.envelopes ?? []);
      if (sent.type === "rejected") return rejected(core, order, sent);
      if (sent.type === "lost") return { outcome: "held" };
      return complete(core, sealing.row);
    }
  }
}

/** The row as it is now, encrypted for the devices there are now. Undefined when it was withdrawn. */
function sealStored(core: Core, order: number): Promise<Sealing | undefined> {
  return core.database.change(async (transaction) => {
    const row = await transaction.get(outboxTable, orderKey(order));
    if (!row) return undefined;
    const sealing = await seal(core, transaction, row);
    if (sealing.outcome === "sealed" && sealing.row !== row) {
      transaction.put(outboxTable, orderKey(order), sealing.row);
    }
    return sealing;
  });
}

/** The row steps aside, so that people in the same conversation do not wait for an agent. */
async function awaitEvidence(core: Core, order: number, agent: AccountId): Promise<RowResult> {
  const lane = evidenceLane(agent);
  const isAside = await core.database.change(async (transaction) => {
    const row = await transaction.get(outboxTable, orderKey(order));
    if (!row || row.lane === lane) return true;
    const { envelopes: _sealedBefore, ...unsealed } = row;
    transaction.put(outboxTable, orderKey(order), { ...unsealed, lane });
    transaction.afterwards(core.wakeSender);
    return false;
  });
  if (isAside) core.evidence.ask(agent);
  return { outcome: isAside ? "held" : "done" };
}

async function fetchKeys(
  core: Core,
  { account, devices }: Extract<Sealing, { outcome: "missing" }>,
): Promise<void> {
  if (!devices) return refresh(core, account);
  const { bundles } = await core.relay.takePreKeys(account, devices);
  // A device that has no bundle is gone.
  if (bundles.length < devices.length) await refresh(core, account);
  try {
    await core.database.change(async (transaction) => {
      const contact = await transaction.get(contactsTable, account);
      if (!contact) return;
      await startSessions(core, transaction, contact, bundles);
      if (contact.role === "agent") core.evidence.opened(transaction, account);
    });
  } catch (error) {
    if (!isIdentityMismatch(error)) throw error;
    const shown = fromBase64Url(bundles[0]?.identityKey ?? "");
    await core.database.change(async (transaction) => {
      const contact = await transaction.get(contactsTable, account);
      if (contact) await noteIdentityChange(core, transaction, contact, shown);
    });
  }
}

async function refresh(core: Core, account: AccountId): Promise<void> {
  if (account === selfOf(core).account) await refreshOwnDevices(core);
  else await refreshContact(core, account);
}

/** To each account without the relay learning who writes, where that can be; the rest over the link. */
async function sendAll(core: Core, link: Link, envelopes: readonly SealedEnvelope[]): Promise<SendOutcome> {
  const others: SealedEnvelope[] = [];
  for (const account of new Set(envelopes.map((envelope) => envelope.account))) {
    const own = envelopes.filter((envelope) => envelope.account === account);
    const outcome = await sendSealed(core, account, own);
    if (!outcome) others.push(...own);
    else if (outcome.type !== "accepted") return outcome;
  }
  for (const part of inFrames(others)) {
    const outcome = await link.send(part);
    if (outcome.type !== "accepted") return outcome;
  }
  return { type: "accepted" };
}

async function rejected(core: Core, order: number, rejection: Rejection): Promise<RowResult | undefined> {
  const { code, account, retryAfterMs } = rejection;
  if (code === "DEVICES_CHANGED" && account !== undefined) {
    await withAccount(core, order, account, () => refresh(core, account));
    return undefined;
  }
  if (code === "ACCOUNT_UNKNOWN" && account !== undefined) {
    await dropAccount(core, order, account);
    return undefined;
  }
  if (isRetryableWireError(code)) {
    return { outcome: "retry", ...(retryAfterMs !== undefined && { afterMs: retryAfterMs }) };
  }
  // The connection is about to end; the next one decides.
  if (code === "DEVICE_REVOKED" || code === "UNAUTHENTICATED") return { outcome: "held" };
  return fail(core, order);
}

/** Does what needs the account to exist; if it does not, the row goes on without it. */
async function withAccount(
  core: Core,
  order: number,
  account: AccountId,
  job: () => Promise<void>,
): Promise<void> {
  try {
    await job();
  } catch (error) {
    if (!isBaseError(error, "ACCOUNT_UNKNOWN")) throw error;
    await dropAccount(core, order, account);
  }
}

/** When nobody else is left, nobody can be told. */
async function dropAccount(core: Core, order: number, account: AccountId): Promise<void> {
  const { account: own } = selfOf(core);
  await core.database.change(async (transaction) => {
    const row = await transaction.get(outboxTable, orderKey(order));
    if (!row) return;
    const to = row.to.filter((other) => other !== account);
    const envelopes = (row.envelopes ?? []).filter((envelope) => envelope.account !== account);
    if (to.every((other) => other === own)) await finish(core, transaction, row, "failed");
    else transaction.put(outboxTable, orderKey(order), { ...row, to, envelopes });
  });
}

/** Accepted: durable at the relay. When no device was there to receive it, a message failed all the same. */
async function complete(core: Core, row: OutboxRow): Promise<RowResult> {
  const { account: own } = selfOf(core);
  const isForOthers = row.to.some((account) => account !== own);
  const reachesOthers = (row.envelopes ?? []).some(({ account }) => account !== own);
  return end(core, row.order, isForOthers && !reachesOthers ? "failed" : "sent");
}

function fail(core: Core, order: number): Promise<RowResult> {
  return end(core, order, "failed");
}

async function end(core: Core, order: number, state: "sent" | "failed"): Promise<RowResult> {
  await core.database.change(async (transaction) => {
    const row = await transaction.get(outboxTable, orderKey(order));
    if (row) await finish(core, transaction, row, state);
  });
  return { outcome: "done" };
}

async function finish(
  core: Core,
  transaction: Transaction,
  row: OutboxRow,
  state: "sent" | "failed",
): Promise<void> {
  transaction.delete(outboxTable, orderKey(row.order));
  if (state === "sent") keepSent(core, transaction, row);
  if (!row.message) return;
  const message = await findMessage(transaction, selfOf(core).account, row.message.id);
  if (!message) return;
  await changeState(transaction, message, state);
  if (state === "failed") withdrawQuestion(transaction, row.message);
}
