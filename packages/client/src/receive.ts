import { BaseError, isBaseError } from "@cloister/bytes";
import type { Content } from "@cloister/contracts/content";
import { type AccountId, type DeviceAddress, idFromBytes } from "@cloister/contracts/ids";
import { decodePayload } from "@cloister/contracts/payload";
import { noteAccess } from "./access.ts";
import { type Arrival, seenKey } from "./arrival.ts";
import { isUnopenable, noteBroken } from "./broken.ts";
import { noteIdentityChange } from "./contacts.ts";
import { type Core, selfOf } from "./core.ts";
import type { Transaction } from "./database.ts";
import { isEvidenceMissing } from "./evidence/asker.ts";
import { acceptedTable } from "./mending-records.ts";
import { noteUnreadable } from "./messages.ts";
import { type ContactRecord, contactsTable, seenTable, unopenedTable } from "./records.ts";
import { isIdentityMismatch, openFrom, provenIdentity } from "./sessions.ts";

/** Envelopes of one sender that are kept though they could not be opened: 64 KiB each, of anybody. */
const maxUnopenedCount = 50;

/** Who says something: proven by the session that opened it. */
export interface Sender {
  readonly address: DeviceAddress;
  readonly contact: ContactRecord;
}

/** What is done with content; may name a question that has to be answered before the envelope is acknowledged. */
export type Reducer = (
  transaction: Transaction,
  sender: Sender,
  content: Content,
) => Promise<string | undefined>;

/**
 * Opens an envelope and does what it says, once: all of it in this transaction. Names the question in it, also
 * when it comes again.
 * @throws BaseError when it cannot be opened or read; then see {@link setAside}
 */
export async function receive(
  core: Core,
  transaction: Transaction,
  arrival: Arrival,
  reduce: Reducer,
): Promise<string | undefined> {
  const { from } = arrival;
  const key = seenKey(arrival);
  const seen = await transaction.get(seenTable, key);
  if (seen) return seen.question;
  const contact = await transaction.get(contactsTable, from.account);
  if (!contact) throw new BaseError("Verification", "SENDER_UNKNOWN", "the relay does not know the sender");
  const sender = { address: from, contact };
  const { plaintext, isFirst } = await openFrom(core, transaction, sender, arrival.payload);
  const { content, session, accessKey } = decodePayload(plaintext);
  if (isFirst) core.evidence.requireOpened(contact, session);
  await noteAccess(core, transaction, contact, { isSealed: arrival.isSealed ?? false, accessKey });
  const question = await reduce(transaction, sender, content);
  const atMs = core.clock.nowMs();
  transaction.put(seenTable, key, { key, atMs, ...(question !== undefined && { question }) });
  return question;
}

/**
 * Deals with what could not be read, so that it holds up nobody. What does not open is said again by its
 * sender. What opens and is not understood, or shows another identity key, is kept: a person or a newer version
 * has to look at it.
 */
export async function setAside(
  core: Core,
  transaction: Transaction,
  arrival: Arrival,
  error: unknown,
): Promise<void> {
  const { from, id, payload } = arrival;
  const key = seenKey(arrival);
  transaction.put(seenTable, key, { key, atMs: core.clock.nowMs() });
  const contact = await transaction.get(contactsTable, from.account);
  if (!contact) return;
  const isMismatch = isIdentityMismatch(error);
  const shown = isMismatch ? await provenIdentity(core, transaction, payload) : undefined;
  if (isUnopenable(error) || (isMismatch && !shown)) return noteBroken(core, transaction, arrival, error);
  // With another key than this account's, it is from somebody else, whatever the relay says.
  if (shown && from.account === selfOf(core).account) return;
  const unopened = unopenedTable(from.account);
  const code = isBaseError(error) ? error.code : "INTERNAL";
  if ((await transaction.list(unopened)).length < maxUnopenedCount) {
    transaction.put(unopened, idFromBytes(id), { from, id, payload, code });
  }
  if (isEvidenceMissing(error)) return;
  if (shown) await noteIdentityChange(core, transaction, contact, shown);
  else await noteUnreadable(core, transaction, from.account);
}

/** Takes up what was set aside until an identity was accepted, also when that was cut short. */
export async function openAccepted(core: Core, reduce: Reducer): Promise<void> {
  for (const { account } of core.database.all(acceptedTable)) {
    await openSetAside(core, account, reduce);
    await core.database.change(async (transaction) => transaction.delete(acceptedTable, account));
  }
}

async function openSetAside(core: Core, account: AccountId, reduce: Reducer): Promise<void> {
  for (const arrival of await core.database.list(unopenedTable(account))) {
    try {
      await core.database.change(async (transaction) => {
        transaction.delete(seenTable, seenKey(arrival));
        await receive(core, transaction, arrival, reduce);
        transaction.delete(unopenedTable(account), idFromBytes(arrival.id));
      });
    } catch (error) {
      if (!isBaseError(error) || error.family === "Unavailable") throw error;
      if (isUnopenable(error)) {
        await core.database.change(async (transaction) => {
          transaction.delete(unopenedTable(account), idFromBytes(arrival.id));
          await setAside(core, transaction, arrival, error);
        });
      }
    }
  }
}
