import { DatabaseSync, type StatementSync } from "node:sqlite";
import { BaseError } from "@cloister/bytes";
import type { LogBatch, LogHead, NodeId } from "@cloister/transparency";

const schemaVersion = 1;
const schema = `
  CREATE TABLE leaf (position INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
  CREATE TABLE leaf_position (hash BLOB PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE node (
    level INTEGER NOT NULL, position INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, position)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE head (only INTEGER PRIMARY KEY CHECK (only = 1), size INTEGER NOT NULL, checkpoint TEXT NOT NULL) STRICT;
  PRAGMA user_version = ${schemaVersion};
`;

/** The log's tables; every call is synchronous. `leaf` is the record, the other tables follow from it. */
export class LogDatabase {
  readonly #database: DatabaseSync;
  readonly #selectHead: StatementSync;
  readonly #selectLeaves: StatementSync;
  readonly #selectNode: StatementSync;
  readonly #selectPosition: StatementSync;
  readonly #insertLeaf: StatementSync;
  readonly #insertPosition: StatementSync;
  readonly #insertNode: StatementSync;
  readonly #writeHead: StatementSync;

  /** Opens or makes the database. @throws BaseError `STORE_VERSION` when a newer Cloister made it */
  constructor(file: string) {
    const database = new DatabaseSync(file);
    this.#database = database;
    // FULL: a commit returns after its WAL frames reached the disk.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;");
    this.#transaction(() => this.#migrate());
    this.#selectHead = database.prepare("SELECT size, checkpoint FROM head");
    this.#selectLeaves = database.prepare(
      "SELECT bytes FROM leaf WHERE position >= ? ORDER BY position LIMIT ?",
    );
    this.#selectNode = database.prepare("SELECT hash FROM node WHERE level = ? AND position = ?");
    this.#selectPosition = database.prepare("SELECT position FROM leaf_position WHERE hash = ?");
    this.#insertLeaf = database.prepare("INSERT INTO leaf VALUES (?, ?)");
    this.#insertPosition = database.prepare("INSERT OR IGNORE INTO leaf_position VALUES (?, ?)");
    this.#insertNode = database.prepare("INSERT INTO node VALUES (?, ?, ?)");
    this.#writeHead = database.prepare("INSERT OR REPLACE INTO head VALUES (1, ?, ?)");
  }

  #migrate(): void {
    const version = Number(this.#database.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (version === 0) this.#database.exec(schema);
    else if (version !== schemaVersion) {
      throw new BaseError("Usage", "STORE_VERSION", "a newer Cloister made this log; update this one");
    }
  }

  #transaction(act: () => void): void {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      act();
      this.#database.exec("COMMIT");
    } catch (error) {
      // Some failures (a full disk) have rolled back already.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  head(): LogHead {
    const row = this.#selectHead.get();
    return row ? { size: Number(row["size"]), checkpoint: String(row["checkpoint"]) } : { size: 0 };
  }

  append({ firstIndex, leaves, nodes, checkpoint }: LogBatch): void {
    this.#transaction(() => {
      if (this.head().size !== firstIndex) {
        throw new BaseError(
          "Conflict",
          "LOG_CONFLICT",
          "the batch does not continue the log; load its head again",
        );
      }
      for (const [at, leaf] of leaves.entries()) this.#insertLeaf.run(firstIndex + at, leaf);
      for (const { level, index, hash } of nodes) {
        this.#insertNode.run(level, index, hash);
        if (level === 0) this.#insertPosition.run(hash, index);
      }
      this.#writeHead.run(firstIndex + leaves.length, checkpoint);
    });
  }

  leaves(from: number, count: number): Uint8Array[] {
    return this.#selectLeaves.all(from, count).map((row) => blob(row["bytes"]));
  }

  hashes(ids: readonly NodeId[]): Uint8Array[] {
    return ids.map(({ level, index }) => {
      const row = this.#selectNode.get(level, index);
      if (!row) throw new BaseError("Usage", "MERKLE_NODE_MISSING", "ask only for complete subtrees");
      return blob(row["hash"]);
    });
  }

  indexesOf(leafHashes: readonly Uint8Array[]): (number | undefined)[] {
    return leafHashes.map((hash) => {
      const row = this.#selectPosition.get(hash);
      return row ? Number(row["position"]) : undefined;
    });
  }

  close(): void {
    this.#database.close();
  }
}

function blob(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new BaseError("Internal", "STORE_DAMAGED", "a column is not what its schema says; restore a backup");
}
