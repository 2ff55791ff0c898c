import type { DatabaseSync } from "node:sqlite";
import { equalBytes } from "@cloister/bytes";
import type { AccountId, DeviceId } from "@cloister/contracts/ids";
import type { RelayAccountTables } from "./relay-accounts.ts";

/** Provisioning slots; every method runs inside the caller's transaction. */
export class RelayBoxTable {
  readonly #accounts: RelayAccountTables;
  readonly #sql: ReturnType<typeof statements>;

  constructor(database: DatabaseSync, accounts: RelayAccountTables) {
    this.#accounts = accounts;
    this.#sql = statements(database);
  }

  put(input: {
    readonly slot: string;
    readonly account: AccountId;
    readonly device?: DeviceId;
    readonly box: Uint8Array;
    readonly nowMs: number;
    readonly expiresAtMs: number;
    readonly maxPerAccountCount: number;
  }): "stored" | "taken" | "full" | "revoked" {
    this.deleteBefore(input.nowMs);
    const { account, device } = input;
    if (device !== undefined && this.#accounts.deviceNo({ account, device }) === undefined) return "revoked";
    const row = this.#sql.box.get(input.slot) as { account: string; content: Uint8Array } | undefined;
    if (row) {
      return row.account === input.account && equalBytes(row.content, input.box) ? "stored" : "taken";
    }
    const { count } = this.#sql.count.get(input.account) as { count: number };
    if (count >= input.maxPerAccountCount) return "full";
    this.#sql.insert.run(input.slot, input.account, input.box, input.expiresAtMs);
    return "stored";
  }

  take(slot: string, nowMs: number): Uint8Array | undefined {
    this.deleteBefore(nowMs);
    const row = this.#sql.take.get(slot) as { content: Uint8Array } | undefined;
    return row?.content;
  }

  deleteBefore(nowMs: number): void {
    this.#sql.deleteBefore.run(nowMs);
  }
}

function statements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  return {
    box: prepare("SELECT account, content FROM box WHERE slot = ?"),
    count: prepare("SELECT count(*) AS count FROM box WHERE account = ?"),
    insert: prepare("INSERT INTO box VALUES (?, ?, ?, ?)"),
    take: prepare("DELETE FROM box WHERE slot = ? RETURNING content"),
    deleteBefore: prepare("DELETE FROM box WHERE expires_at_ms <= ?"),
  };
}
