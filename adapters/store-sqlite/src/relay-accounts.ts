import type { DatabaseSync } from "node:sqlite";
import type { AccountId, DeviceAddress, Role } from "@cloister/contracts/ids";
import { maxDeviceId } from "@cloister/contracts/ids";
import type {
  AccountRecord,
  DeviceOutcome,
  DeviceRecord,
  NewAccount,
  NewDevice,
  SessionRecord,
} from "@cloister/relay-core";
import type { RelayPreKeyTables } from "./relay-prekeys.ts";

const maxRememberedCount = 50_000;

interface AccountRow {
  readonly no: number;
  readonly role: Role;
  readonly identity_key: Uint8Array;
  readonly credential: Uint8Array | null;
  readonly last_device: number;
}

/** Accounts, devices and sessions; every method runs inside the caller's transaction. */
export class RelayAccountTables {
  readonly #preKeys: RelayPreKeyTables;
  readonly #sql: ReturnType<typeof statements>;
  /** Every envelope asks for them. This process is the file's only writer, so what is here holds. */
  readonly #deviceNos = new Map<AccountId, ReadonlyMap<number, number>>();

  constructor(database: DatabaseSync, preKeys: RelayPreKeyTables) {
    this.#preKeys = preKeys;
    this.#sql = statements(database);
  }

  createAccount(input: NewAccount): DeviceOutcome {
    const existing = this.#registered(input.identityKey, input.device.authKey);
    if (existing) return existing;
    const { invitationId = null, credential = null } = input;
    const invited = invitationId && this.#sql.invitation.get(invitationId);
    if (invited) return this.#comeBack(invited as unknown as AccountRow & { id: AccountId }, input);
    const { lastInsertRowid } = this.#sql.insertAccount.run(
      input.account,
      input.role,
      input.identityKey,
      credential,
      invitationId,
    );
    return this.#insertDevice({ no: Number(lastInsertRowid), id: input.account }, 1, input.device);
  }

  addDevice(input: {
    readonly account: AccountId;
    readonly device: NewDevice;
    readonly maxDevicesCount: number;
  }): DeviceOutcome {
    const account = this.#account(input.account);
    if (!account) return { outcome: "accountUnknown" };
    const existing = this.#registered(account.identity_key, input.device.authKey, account.no);
    if (existing) return existing;
    const id = account.last_device + 1;
    if (this.#sql.devices.all(account.no).length >= input.maxDevicesCount || id > maxDeviceId) {
      return { outcome: "deviceLimit" };
    }
    return this.#insertDevice({ no: account.no, id: input.account }, id, input.device);
  }

  /** The new device in the place of all others. */
  replaceDevices(input: { readonly account: AccountId; readonly device: NewDevice }): DeviceOutcome {
    const account = this.#account(input.account);
    if (!account) return { outcome: "accountUnknown" };
    const existing = this.#registered(account.identity_key, input.device.authKey, account.no);
    if (existing) return existing;
    const id = account.last_device + 1;
    if (id > maxDeviceId) return { outcome: "deviceLimit" };
    for (const device of this.deviceNos(input.account)?.keys() ?? []) {
      this.revokeDevice({ account: input.account, device });
    }
    return this.#insertDevice({ no: account.no, id: input.account }, id, input.device);
  }

  revokeDevice(address: DeviceAddress): boolean {
    const no = this.deviceNo(address);
    if (no === undefined) return false;
    this.#deviceNos.delete(address.account);
    this.#sql.revoke.run(no);
    this.#sql.deleteEnvelopes.run(no);
    this.#sql.deleteTombstones.run(no);
    this.#sql.deleteMailbox.run(no);
    this.#sql.deleteShares.run(no);
    this.#preKeys.deleteAll(no);
    return true;
  }

  account(id: AccountId): AccountRecord | undefined {
    const row = this.#account(id);
    if (!row) return undefined;
    const devices = this.#sql.devices.all(row.no) as unknown as { id: number; registration_id: number }[];
    return {
      account: id,
      role: row.role,
      identityKey: row.identity_key,
      ...(row.credential && { credential: row.credential }),
      devices: devices.map((device) => ({ device: device.id, registrationId: device.registration_id })),
    };
  }

  device(address: DeviceAddress): DeviceRecord | undefined {
    const row = this.#sql.device.get(address.account, address.device) as
      | { auth_key: Uint8Array; identity_key: Uint8Array; revoked: number }
      | undefined;
    if (!row) return undefined;
    return { authKey: row.auth_key, identityKey: row.identity_key, revoked: row.revoked === 1 };
  }

  /** The internal number of a current device. */
  deviceNo(address: DeviceAddress): number | undefined {
    return this.deviceNos(address.account)?.get(address.device);
  }

  /** Device ids and internal numbers of an account's current devices. */
  deviceNos(account: AccountId): ReadonlyMap<number, number> | undefined {
    const remembered = this.#deviceNos.get(account);
    if (remembered) return remembered;
    const rows = this.#sql.deviceNos.all(account) as unknown as { id: number | null; no: number }[];
    if (rows.length === 0) return undefined;
    const nos = new Map<number, number>();
    for (const { id, no } of rows) if (id !== null) nos.set(id, no);
    if (this.#deviceNos.size >= maxRememberedCount) this.#deviceNos.clear();
    this.#deviceNos.set(account, nos);
    return nos;
  }

  /** A transaction was rolled back: what it made may be remembered and is not there. */
  forget(): void {
    this.#deviceNos.clear();
  }

  directory(): readonly { readonly account: AccountId; readonly credential: Uint8Array }[] {
    return this.#sql.directory.all() as unknown as { account: AccountId; credential: Uint8Array }[];
  }

  setAccessKeyHash(account: AccountId, hash: Uint8Array): void {
    this.#sql.setAccessKeyHash.run(hash, account, hash);
  }

  accessKeyHash(account: AccountId): Uint8Array | undefined {
    const row = this.#sql.accessKeyHash.get(account) as { hash: Uint8Array | null } | undefined;
    return row?.hash ?? undefined;
  }

  putSession(session: {
    readonly tokenHash: Uint8Array;
    readonly address: DeviceAddress;
    readonly expiresAtMs: number;
  }): void {
    const no = this.deviceNo(session.address);
    if (no !== undefined) this.#sql.insertSession.run(session.tokenHash, no, session.expiresAtMs);
  }

  session(tokenHash: Uint8Array): SessionRecord | undefined {
    const row = this.#sql.session.get(tokenHash) as
      | { account: AccountId; device: number; expires_at_ms: number; revoked: number }
      | undefined;
    if (!row) return undefined;
    const { account, device } = row;
    return {
      address: { account, device },
      expiresAtMs: row.expires_at_ms,
      revoked: row.revoked === 1,
    };
  }

  deleteSession(tokenHash: Uint8Array): void {
    this.#sql.deleteSession.run(tokenHash);
  }

  deleteSessionsBefore(nowMs: number): void {
    this.#sql.deleteSessionsBefore.run(nowMs);
  }

  #account(id: AccountId): AccountRow | undefined {
    return this.#sql.account.get(id) as AccountRow | undefined;
  }

  #registered(identityKey: Uint8Array, authKey: Uint8Array, accountNo = 0): DeviceOutcome | undefined {
    const row = this.#sql.registered.get(authKey, identityKey, accountNo, accountNo) as
      | { account: AccountId; device: number; revoked: number }
      | undefined;
    if (!row) return undefined;
    if (row.revoked === 1) return { outcome: "revoked" };
    return { outcome: "existed", address: { account: row.account, device: row.device } };
  }

  /** An agent that starts anew: another identity key, one new device in the place of all others. */
  #comeBack(account: AccountRow & { readonly id: AccountId }, input: NewAccount): DeviceOutcome {
    if (account.role !== "agent" || input.role !== "agent") return { outcome: "invitationUsed" };
    const { no, id } = account;
    for (const device of this.deviceNos(id)?.keys() ?? []) this.revokeDevice({ account: id, device });
    const device = account.last_device < maxDeviceId ? account.last_device + 1 : this.#freeDevice(no);
    if (device === undefined) return { outcome: "deviceLimit" };
    this.#sql.setIdentity.run(input.identityKey, input.credential ?? null, no);
    const lastDevice = Math.max(device, account.last_device);
    const outcome = this.#insertDevice({ no, id }, device, input.device);
    this.#sql.setLastDevice.run(lastDevice, no);
    return outcome;
  }

  /** Forgets the device that was revoked first of those that nothing refers to any more, and gives its id. */
  #freeDevice(account: number): number | undefined {
    const oldest = this.#sql.unusedDevice.get(account) as { id: number; no: number } | undefined;
    if (oldest) {
      this.#sql.deleteSessionsOf.run(oldest.no);
      this.#sql.deleteDevice.run(oldest.no);
    }
    return oldest?.id;
  }

  #insertDevice(account: { no: number; id: AccountId }, id: number, device: NewDevice): DeviceOutcome {
    const { lastInsertRowid } = this.#sql.insertDevice.run(
      account.no,
      id,
      device.registrationId,
      device.authKey,
    );
    const no = Number(lastInsertRowid);
    this.#deviceNos.delete(account.id);
    this.#sql.setLastDevice.run(id, account.no);
    this.#sql.insertMailbox.run(no);
    this.#preKeys.add(no, device);
    return { outcome: "created", address: { account: account.id, device: id } };
  }
}

function statements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  return {
    invitation: prepare("SELECT no, id, role, last_device FROM account WHERE invitation_id = ?"),
    setIdentity: prepare("UPDATE account SET identity_key = ?, credential = ? WHERE no = ?"),
    unusedDevice: prepare(
      `SELECT id, no FROM device WHERE account = ? AND revoked = 1
         AND NOT EXISTS (SELECT 1 FROM envelope WHERE sender = device.no) ORDER BY no LIMIT 1`,
    ),
    deleteSessionsOf: prepare("DELETE FROM session WHERE device = ?"),
    deleteDevice: prepare("DELETE FROM device WHERE no = ?"),
    insertAccount: prepare(
      `INSERT INTO account (id, role, identity_key, credential, invitation_id, last_device)
       VALUES (?, ?, ?, ?, ?, 0)`,
    ),
    account: prepare("SELECT no, role, identity_key, credential, last_device FROM account WHERE id = ?"),
    setLastDevice: prepare("UPDATE account SET last_device = ? WHERE no = ?"),
    devices: prepare("SELECT id, registration_id FROM device WHERE account = ? AND revoked = 0 ORDER BY id"),
    deviceNos: prepare(
      `SELECT device.id, device.no FROM account
       LEFT JOIN device ON device.account = account.no AND revoked = 0 WHERE account.id = ?`,
    ),
    device: prepare(
      `SELECT auth_key, identity_key, revoked FROM account JOIN device ON device.account = account.no
       WHERE account.id = ? AND device.id = ?`,
    ),
    registered: prepare(
      `SELECT account.id AS account, device.id AS device, revoked
       FROM device JOIN account ON account.no = device.account
       WHERE auth_key = ? AND identity_key = ? AND (? = 0 OR account.no = ?)`,
    ),
    insertDevice: prepare("INSERT INTO device (account, id, registration_id, auth_key) VALUES (?, ?, ?, ?)"),
    insertMailbox: prepare("INSERT INTO mailbox (device) VALUES (?)"),
    revoke: prepare("UPDATE device SET revoked = 1 WHERE no = ?"),
    deleteEnvelopes: prepare("DELETE FROM envelope WHERE device = ?"),
    deleteTombstones: prepare("DELETE FROM tombstone WHERE device = ?"),
    deleteMailbox: prepare("DELETE FROM mailbox WHERE device = ?"),
    deleteShares: prepare("DELETE FROM sender_share WHERE device = ?"),
    directory: prepare(
      `SELECT id AS account, credential FROM account
       WHERE credential IS NOT NULL AND role <> 'patient'
         AND EXISTS (SELECT 1 FROM device WHERE account = account.no AND revoked = 0) ORDER BY no`,
    ),
    setAccessKeyHash: prepare(
      "UPDATE account SET access_key_hash = ? WHERE id = ? AND access_key_hash IS NOT ?",
    ),
    accessKeyHash: prepare("SELECT access_key_hash AS hash FROM account WHERE id = ?"),
    insertSession: prepare("INSERT INTO session VALUES (?, ?, ?)"),
    session: prepare(
      `SELECT account.id AS account, device.id AS device, revoked, expires_at_ms
       FROM session JOIN device ON device.no = session.device JOIN account ON account.no = device.account
       WHERE token_hash = ?`,
    ),
    deleteSession: prepare("DELETE FROM session WHERE token_hash = ?"),
    deleteSessionsBefore: prepare("DELETE FROM session WHERE expires_at_ms <= ?"),
  };
}
