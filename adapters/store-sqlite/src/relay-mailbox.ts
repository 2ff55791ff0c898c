import type { DatabaseSync } from "node:sqlite";
import type { EnvelopeOrigin, OutgoingEnvelope } from "@cloister/contracts/frames";
import type { AccountId, DeviceAddress } from "@cloister/contracts/ids";
import type { SendRequest, SendResult, StoredEnvelope } from "@cloister/relay-core";
import type { RelayAccountTables } from "./relay-accounts.ts";

/** Rows and mailboxes that one sweep call touches: a few milliseconds. */
const sweepRowsCount = 1000;
const sweepMailboxesCount = 200;

interface MailboxRow {
  readonly last_seq: number;
  readonly acknowledged_seq: number;
  readonly queued_count: number;
  readonly queued_bytes: number;
}

/** What one account has waiting in a mailbox. */
interface Share {
  readonly account: number;
  readonly count: number;
  readonly bytes: number;
}

interface EnvelopeRow {
  readonly seq: number;
  readonly id: Uint8Array;
  readonly sealed_at_ms: number | null;
  readonly account: AccountId | null;
  readonly device: number | null;
  readonly payload: Uint8Array;
}

/** In the place of the sender's number, and of its account's. */
const sealedSender = 0;

/** An envelope with its device's internal number. */
interface Addressed {
  readonly no: number;
  readonly envelope: OutgoingEnvelope;
}

/** Mailboxes; every method runs inside the caller's transaction. */
export class RelayMailboxTables {
  readonly #accounts: RelayAccountTables;
  readonly #sql: ReturnType<typeof statements>;
  #sweptDevice = 0;

  constructor(database: DatabaseSync, accounts: RelayAccountTables) {
    this.#accounts = accounts;
    this.#sql = statements(database);
  }

  append(send: SendRequest): SendResult {
    const sender = "from" in send ? this.#accounts.deviceNo(send.from) : sealedSender;
    if (sender === undefined) return { outcome: "senderRevoked" };
    const devices = new Map<AccountId, ReadonlyMap<number, number>>();
    for (const { account } of send.envelopes) {
      const nos = devices.get(account) ?? this.#accounts.deviceNos(account);
      if (!nos) return { outcome: "accountUnknown", account };
      devices.set(account, nos);
    }
    const addressed = send.envelopes.flatMap((envelope): Addressed[] => {
      const no = devices.get(envelope.account)?.get(envelope.device);
      return no === undefined ? [] : [{ no, envelope }];
    });
    const fresh = addressed.filter(({ no, envelope }) => !this.#isKnown(no, envelope.id));
    if (fresh.length === 0 && addressed.length === send.envelopes.length) {
      return { outcome: "stored", seqs: send.envelopes.map(() => 0) };
    }
    const changed = changedAccount(send, devices);
    if (changed !== undefined) return { outcome: "devicesChanged", account: changed };
    const full = fresh.find((item) => this.#isFull(item, sender, send));
    if (full) return { outcome: "mailboxFull", account: full.envelope.account };
    const isFresh = new Set(fresh);
    return {
      outcome: "stored",
      seqs: addressed.map((item) => (isFresh.has(item) ? this.#insert(item, sender, send) : 0)),
    };
  }

  read(input: {
    readonly address: DeviceAddress;
    readonly afterSeq: number;
    readonly maxCount: number;
    readonly maxBytes: number;
  }): readonly StoredEnvelope[] {
    const no = this.#accounts.deviceNo(input.address);
    if (no === undefined) return [];
    const afterSeq = Math.max(input.afterSeq, this.#mailbox(no).acknowledged_seq);
    const page: StoredEnvelope[] = [];
    let bytesCount = 0;
    for (const raw of this.#sql.page.iterate(no, afterSeq, input.maxCount)) {
      const row = raw as unknown as EnvelopeRow;
      const { seq, id, payload } = row;
      bytesCount += payload.length;
      if (page.length > 0 && bytesCount > input.maxBytes) break;
      page.push({ seq, id, payload, ...originOf(row) });
    }
    return page;
  }

  acknowledge(address: DeviceAddress, seq: number): void {
    const no = this.#accounts.deviceNo(address);
    if (no !== undefined) this.#acknowledge(no, seq);
  }

  /** Works through some mailboxes; true while others wait. */
  sweep(input: {
    readonly ageMs: number;
    readonly envelopeMaxAgeMs: number;
    readonly tombstoneMaxAgeMs: number;
  }): boolean {
    if (this.#forget(input.ageMs - input.tombstoneMaxAgeMs)) return true;
    let rowsLeft = sweepRowsCount;
    const nos = this.#sql.mailboxesAfter.all(this.#sweptDevice, sweepMailboxesCount) as unknown as {
      device: number;
    }[];
    for (const { device } of nos) {
      rowsLeft -= this.#expire(device, input.ageMs - input.envelopeMaxAgeMs, rowsLeft);
      if (rowsLeft <= 0) return true;
      this.#sweptDevice = device;
    }
    if (nos.length === sweepMailboxesCount) return true;
    this.#sweptDevice = 0;
    return false;
  }

  #isKnown(no: number, id: Uint8Array): boolean {
    return (this.#sql.waiting.get(no, id) ?? this.#sql.gone.get(no, id)) !== undefined;
  }

  #isFull({ no, envelope }: Addressed, sender: number, send: SendRequest): boolean {
    const { length } = envelope.payload;
    const { queued_count, queued_bytes } = this.#mailbox(no);
    if (queued_count + 1 > send.maxQueuedCount || queued_bytes + length > send.maxQueuedBytes) return true;
    if ("from" in send && envelope.account === send.from.account) return false;
    const { count, bytes } = (this.#sql.share.get(no, sender) as Share | undefined) ?? { count: 0, bytes: 0 };
    return count + 1 > send.maxPerSenderCount || bytes + length > send.maxPerSenderBytes;
  }

  #insert({ no, envelope }: Addressed, sender: number, send: SendRequest): number {
    const { id, payload } = envelope;
    const sealedAtMs = "from" in send ? null : send.sealedAtMs;
    const { last_seq } = this.#sql.reserve.get(payload.length, no) as { last_seq: number };
    this.#sql.insert.run(no, last_seq, id, sender, payload, send.ageMs, sealedAtMs);
    this.#sql.addToShare.run(no, sender, payload.length);
    return last_seq;
  }

  #mailbox(no: number): MailboxRow {
    return this.#sql.mailbox.get(no) as unknown as MailboxRow;
  }

  #acknowledge(no: number, seq: number): void {
    const { acknowledged_seq, last_seq } = this.#mailbox(no);
    const upTo = Math.min(seq, last_seq);
    if (upTo <= acknowledged_seq) return;
    const gone = this.#sql.queued.all(no, acknowledged_seq, upTo) as unknown as Share[];
    this.#sql.bury.run(no, acknowledged_seq, upTo);
    this.#sql.delete.run(no, upTo);
    let goneCount = 0;
    let goneBytes = 0;
    for (const { account, count, bytes } of gone) {
      goneCount += count;
      goneBytes += bytes;
      this.#sql.takeFromShare.run(count, bytes, no, account);
    }
    this.#sql.dropEmptyShares.run(no);
    this.#sql.acknowledge.run(upTo, goneCount, goneBytes, no);
  }

  /** Ends what lay here too long; seq and age ascend together, so it is a head of the queue. */
  #expire(no: number, beforeAgeMs: number, limit: number): number {
    let count = 0;
    let lastSeq = 0;
    for (const raw of this.#sql.ages.iterate(no, limit)) {
      const row = raw as unknown as { seq: number; stored_age_ms: number };
      if (row.stored_age_ms >= beforeAgeMs) break;
      count += 1;
      lastSeq = row.seq;
    }
    if (count > 0) this.#acknowledge(no, lastSeq);
    return count;
  }

  /** Forgets ids once nobody repeats their SEND any more; true while there are more. */
  #forget(beforeAgeMs: number): boolean {
    let count = 0;
    let last = 0;
    for (const raw of this.#sql.oldestTombstones.iterate(sweepRowsCount)) {
      const row = raw as unknown as { n: number; stored_age_ms: number };
      if (row.stored_age_ms >= beforeAgeMs) break;
      count += 1;
      last = row.n;
    }
    if (count > 0) this.#sql.forget.run(last);
    return count === sweepRowsCount;
  }
}

function originOf({ account, device, sealed_at_ms }: EnvelopeRow): EnvelopeOrigin {
  if (account !== null && device !== null) return { from: { account, device } };
  return { sealedAtMs: sealed_at_ms ?? 0 };
}

/** The first account whose devices are not exactly those addressed, the sender's own apart. */
function changedAccount(
  send: SendRequest,
  devices: ReadonlyMap<AccountId, ReadonlyMap<number, number>>,
): AccountId | undefined {
  for (const [account, nos] of devices) {
    const addressed = send.envelopes.filter((envelope) => envelope.account === account);
    const ownCount = "from" in send && account === send.from.account ? 1 : 0;
    const allCurrent = addressed.every(({ device }) => nos.has(device));
    if (!allCurrent || addressed.length !== nos.size - ownCount) return account;
  }
  return undefined;
}

const accountOfSender = `coalesce((SELECT account FROM device WHERE no = ?), ${sealedSender})`;

function statements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  return {
    waiting: prepare("SELECT 1 FROM envelope WHERE device = ? AND id = ?"),
    gone: prepare("SELECT 1 FROM tombstone WHERE device = ? AND id = ?"),
    mailbox: prepare(
      "SELECT last_seq, acknowledged_seq, queued_count, queued_bytes FROM mailbox WHERE device = ?",
    ),
    reserve: prepare(
      `UPDATE mailbox SET last_seq = last_seq + 1, queued_count = queued_count + 1,
       queued_bytes = queued_bytes + ? WHERE device = ? RETURNING last_seq`,
    ),
    insert: prepare(
      `INSERT INTO envelope (device, seq, id, sender, payload, stored_age_ms, sealed_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    page: prepare(
      `SELECT seq, envelope.id AS id, account.id AS account, device.id AS device, payload, sealed_at_ms
       FROM envelope LEFT JOIN device ON device.no = sender LEFT JOIN account ON account.no = device.account
       WHERE envelope.device = ? AND seq > ? ORDER BY seq LIMIT ?`,
    ),
    queued: prepare(
      `SELECT coalesce(account, ${sealedSender}) AS account, count(*) AS count, sum(length(payload)) AS bytes
       FROM envelope LEFT JOIN device ON device.no = sender
       WHERE envelope.device = ? AND seq > ? AND seq <= ? GROUP BY 1`,
    ),
    share: prepare(
      `SELECT account, queued_count AS count, queued_bytes AS bytes FROM sender_share
       WHERE device = ? AND account = ${accountOfSender}`,
    ),
    addToShare: prepare(
      `INSERT INTO sender_share VALUES (?, ${accountOfSender}, 1, ?)
       ON CONFLICT DO UPDATE SET queued_count = queued_count + 1,
       queued_bytes = queued_bytes + excluded.queued_bytes`,
    ),
    takeFromShare: prepare(
      `UPDATE sender_share SET queued_count = queued_count - ?, queued_bytes = queued_bytes - ?
       WHERE device = ? AND account = ?`,
    ),
    dropEmptyShares: prepare("DELETE FROM sender_share WHERE device = ? AND queued_count = 0"),
    bury: prepare(
      `INSERT INTO tombstone (device, id, stored_age_ms)
       SELECT device, id, stored_age_ms FROM envelope WHERE device = ? AND seq > ? AND seq <= ? ORDER BY seq`,
    ),
    delete: prepare("DELETE FROM envelope WHERE device = ? AND seq <= ?"),
    acknowledge: prepare(
      `UPDATE mailbox SET acknowledged_seq = ?, queued_count = queued_count - ?,
       queued_bytes = queued_bytes - ? WHERE device = ?`,
    ),
    mailboxesAfter: prepare("SELECT device FROM mailbox WHERE device > ? ORDER BY device LIMIT ?"),
    ages: prepare("SELECT seq, stored_age_ms FROM envelope WHERE device = ? ORDER BY seq LIMIT ?"),
    oldestTombstones: prepare("SELECT n, stored_age_ms FROM tombstone ORDER BY n LIMIT ?"),
    forget: prepare("DELETE FROM tombstone WHERE n <= ?"),
  };
}
