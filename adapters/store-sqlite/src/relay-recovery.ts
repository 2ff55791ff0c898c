import type { DatabaseSync } from "node:sqlite";
import type { AccountId, DeviceAddress } from "@cloister/contracts/ids";
import type { RecoveryRecord, RelayStore } from "@cloister/relay-core";
import type { RelayAccountTables } from "./relay-accounts.ts";
import type { RelayBlobTables } from "./relay-blobs.ts";

/** Who may replace an account's devices; every method runs inside the caller's transaction. */
export class RelayRecoveryTable {
  readonly #accounts: RelayAccountTables;
  readonly #blobs: RelayBlobTables;
  readonly #sql: ReturnType<typeof statements>;

  constructor(
    database: DatabaseSync,
    { accounts, blobs }: { readonly accounts: RelayAccountTables; readonly blobs: RelayBlobTables },
  ) {
    this.#accounts = accounts;
    this.#blobs = blobs;
    this.#sql = statements(database);
  }

  set(input: Parameters<RelayStore["setRecovery"]>[0]): "set" | "taken" | "blobUnknown" | "revoked" {
    const { account, device } = input.address;
    if (this.#accounts.deviceNo(input.address) === undefined) return "revoked";
    if (input.keys.some((key) => (this.#owner(key) ?? account) !== account)) return "taken";
    if (!this.#blobs.setBackup(account, input.backup)) return "blobUnknown";
    this.#sql.deleteAll.run(account);
    for (const key of input.keys) this.#sql.insert.run(key, account, device);
    return "set";
  }

  find(key: Uint8Array): RecoveryRecord | undefined {
    const account = this.#owner(key);
    if (account === undefined) return undefined;
    const backup = this.#blobs.backupOf(account);
    return { account, ...(backup !== undefined && { backup }) };
  }

  /** What a revoked device set is void, the backup with it: no key finds it any more. */
  revoked({ account, device }: DeviceAddress): void {
    if (this.#sql.deleteOf.run(account, device).changes > 0) this.#blobs.setBackup(account, undefined);
  }

  opens(key: Uint8Array, account: AccountId): boolean {
    return this.#owner(key) === account;
  }

  /** The key is the new device's from now on, and the account's only one. */
  handOver(key: Uint8Array, { account, device }: DeviceAddress): void {
    this.#sql.deleteOthers.run(account, key);
    this.#sql.handOver.run(device, key);
  }

  #owner(key: Uint8Array): AccountId | undefined {
    return (this.#sql.owner.get(key) as { account: AccountId } | undefined)?.account;
  }
}

function statements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  return {
    owner: prepare("SELECT account FROM recovery_key WHERE key = ?"),
    insert: prepare("INSERT INTO recovery_key VALUES (?, ?, ?)"),
    deleteAll: prepare("DELETE FROM recovery_key WHERE account = ?"),
    deleteOf: prepare("DELETE FROM recovery_key WHERE account = ? AND device = ?"),
    deleteOthers: prepare("DELETE FROM recovery_key WHERE account = ? AND key <> ?"),
    handOver: prepare("UPDATE recovery_key SET device = ? WHERE key = ?"),
  };
}
