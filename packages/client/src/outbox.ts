import { type Content, decodeContent, encodeContent } from "@cloister/contracts/content";
import { type AccountId, addressKey, type DeviceAddress } from "@cloister/contracts/ids";
import { type Core, selfOf, takeNumbers } from "./core.ts";
import type { Transaction } from "./database.ts";
import { evidenceLane } from "./evidence/gate.ts";
import {
  type ContactRecord,
  contactsTable,
  type OutboxRow,
  orderKey,
  outboxTable,
  type SealedEnvelope,
} from "./records.ts";
import { hasSession, sealFor } from "./sessions.ts";

/** Something to say, and to whom. */
export interface Outgoing {
  readonly content: Content;
  /** Accounts; the own one stands for this person's other devices. */
  readonly to: readonly AccountId[];
  readonly forAgents?: boolean;
  readonly message?: OutboxRow["message"];
  readonly lane?: string;
  readonly notBeforeMs?: number;
  readonly resentCount?: number;
}

/** Why a row cannot be encrypted now. */
export type Sealing =
  /** Nobody knows their devices yet, or there is no session with some of them. */
  | {
      readonly outcome: "missing";
      readonly account: AccountId;
      readonly devices: readonly number[] | undefined;
    }
  /** A person has to look at their changed identity first. */
  | { readonly outcome: "blocked" }
  /** This agent's evidence has to pass first. */
  | { readonly outcome: "unattested"; readonly account: AccountId }
  | { readonly outcome: "sealed"; readonly row: OutboxRow };

/**
 * Queues content, encrypted at once where there are sessions with all devices: then it can leave whenever
 * there is a connection. Otherwise the sender encrypts it when it has asked the relay for keys.
 */
export async function enqueue(core: Core, transaction: Transaction, outgoing: Outgoing): Promise<void> {
  const { content, to, message, notBeforeMs, resentCount } = outgoing;
  const order = await takeNumbers(transaction, "order");
  const row: OutboxRow = {
    order,
    lane: outgoing.lane ?? laneOf(content),
    content: encodeContent(content),
    to: [...new Set(to)],
    forAgents: outgoing.forAgents ?? false,
    ...(message && { message }),
    ...(notBeforeMs !== undefined && { notBeforeMs }),
    ...(resentCount !== undefined && { resentCount }),
  };
  // What still gathers is encrypted when it goes.
  const sealing = notBeforeMs === undefined ? await seal(core, transaction, row) : undefined;
  transaction.put(outboxTable, orderKey(order), sealing?.outcome === "sealed" ? sealing.row : row);
  transaction.afterwards(core.wakeSender);
}

/** What belongs to one conversation arrives in order. */
function laneOf(content: Content): string {
  return "conversation" in content ? content.conversation : "";
}

/** Encrypts a row for every device that has no envelope in it yet, and drops envelopes for devices that are gone. */
export async function seal(core: Core, transaction: Transaction, row: OutboxRow): Promise<Sealing> {
  const targets: DeviceAddress[] = [];
  for (const account of row.to) {
    const contact = await transaction.get(contactsTable, account);
    if (!contact?.devices) return { outcome: "missing", account, devices: undefined };
    if (contact.role === "agent" && row.forAgents && !mayReach(core, transaction, { row, contact })) {
      return { outcome: "unattested", account };
    }
    if (contact.verification === "changed") return { outcome: "blocked" };
    if (contact.role === "agent" && !row.forAgents) continue;
    targets.push(...addresses(core, contact));
  }
  const missing = await firstMissing(core, transaction, { row, targets });
  if (missing) return (await needsEvidence(core, transaction, missing)) ?? missing;
  const before = row.envelopes ?? [];
  const kept = new Map(before.map((envelope) => [addressKey(envelope), envelope]));
  const envelopes: SealedEnvelope[] = [];
  for (const target of targets) {
    envelopes.push(kept.get(addressKey(target)) ?? (await sealFor(core, transaction, target, row)));
  }
  const isSame =
    envelopes.length === row.envelopes?.length && envelopes.every((one, at) => one === before[at]);
  return { outcome: "sealed", row: isSame ? row : { ...row, envelopes } };
}

/** What is for an agent waits for evidence; behind what waits already, so that the order stays. */
function mayReach(
  core: Core,
  transaction: Transaction,
  { row, contact }: { readonly row: OutboxRow; readonly contact: ContactRecord },
): boolean {
  const standing = core.evidence.standing(contact);
  if (standing !== "free" && standing !== "passed") return false;
  const lane = evidenceLane(contact.account);
  const isBehind = transaction.all(outboxTable).some((one) => one.lane === lane && one.order < row.order);
  return row.lane === lane || !isBehind;
}

/** A new session with an agent needs evidence of its own. */
async function needsEvidence(
  core: Core,
  transaction: Transaction,
  { account }: Extract<Sealing, { outcome: "missing" }>,
): Promise<Sealing | undefined> {
  const contact = await transaction.get(contactsTable, account);
  const isOpen = contact?.role !== "agent" || core.evidence.mayOpen(contact);
  return isOpen ? undefined : { outcome: "unattested", account };
}

/** Whether a row is about this conversation, whatever lane it waits in. */
export function isOf(row: OutboxRow, conversation: string): boolean {
  const content = decodeContent(row.content);
  return "conversation" in content && content.conversation === conversation;
}

/** A new session is in use with the device: what waits for it in an older one would not open. */
export function sealAnew(transaction: Transaction, address: DeviceAddress): void {
  for (const row of transaction.all(outboxTable)) {
    const others = row.envelopes?.filter((envelope) => addressKey(envelope) !== addressKey(address));
    if (!others || others.length === row.envelopes?.length) continue;
    transaction.put(outboxTable, orderKey(row.order), { ...row, envelopes: others });
  }
}

/** All devices of a contact, except this very one. */
function addresses(core: Core, { account, devices = [] }: ContactRecord): DeviceAddress[] {
  const self = selfOf(core);
  return devices
    .filter((device) => account !== self.account || device !== self.device)
    .map((device) => ({ account, device }));
}

async function firstMissing(
  core: Core,
  transaction: Transaction,
  { row, targets }: { readonly row: OutboxRow; readonly targets: readonly DeviceAddress[] },
): Promise<Extract<Sealing, { outcome: "missing" }> | undefined> {
  const sealed = new Set((row.envelopes ?? []).map(addressKey));
  const missing: DeviceAddress[] = [];
  for (const target of targets) {
    if (!sealed.has(addressKey(target)) && !(await hasSession(core, transaction, target)))
      missing.push(target);
  }
  const account = missing[0]?.account;
  if (account === undefined) return undefined;
  const devices = missing.filter((target) => target.account === account).map(({ device }) => device);
  return { outcome: "missing", account, devices };
}
