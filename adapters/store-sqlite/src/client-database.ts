import { DatabaseSync, type StatementSync } from "node:sqlite";
import { BaseError } from "@cloister/bytes";

const schemaVersion = 1;
const schema = `
  CREATE TABLE row (
    collection BLOB NOT NULL, name BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (collection, name)
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${schemaVersion};
`;

/** Where a row is: hashes, 16 bytes each. */
export interface RowName {
  readonly collection: Uint8Array;
  readonly name: Uint8Array;
}

/** A sealed row. */
export interface SealedRow extends RowName {
  readonly value: Uint8Array;
}

/** The client's one table of sealed rows; every call is synchronous. */
export class ClientDatabase {
  readonly #database: DatabaseSync;
  readonly #get: StatementSync;
  readonly #list: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #any: StatementSync;

  /** Opens or makes the database. @throws BaseError `STORE_IN_USE`, `STORE_VERSION` */
  constructor(file: string) {
    const database = new DatabaseSync(file, { timeout: 0 });
    this.#database = database;
    // One process at a time, until it ends. FULL: a commit returns when the disk has it. What is deleted is
    // overwritten: session keys that are gone must not be found in free pages.
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA secure_delete = ON;");
    try {
      database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
      this.#transaction(() => this.#migrate());
    } catch (error) {
      database.close();
      throw isBusy(error) ? inUse(error) : error;
    }
    this.#get = database.prepare("SELECT value FROM row WHERE collection = ? AND name = ?");
    this.#list = database.prepare("SELECT name, value FROM row WHERE collection = ?");
    this.#put = database.prepare("INSERT OR REPLACE INTO row VALUES (?, ?, ?)");
    this.#delete = database.prepare("DELETE FROM row WHERE collection = ? AND name = ?");
    this.#any = database.prepare("SELECT 1 FROM row LIMIT 1");
  }

  isEmpty(): boolean {
    return this.#any.get() === undefined;
  }

  get({ collection, name }: RowName): Uint8Array | undefined {
    const row = this.#get.get(collection, name);
    return row && blob(row["value"]);
  }

  list(collection: Uint8Array): SealedRow[] {
    return this.#list.all(collection).map((row) => {
      return { collection, name: blob(row["name"]), value: blob(row["value"]) };
    });
  }

  /** Rows without a value are deleted. */
  commit(rows: readonly (RowName & { readonly value?: Uint8Array })[]): void {
    this.#transaction(() => {
      for (const { collection, name, value } of rows) {
        if (value) this.#put.run(collection, name, value);
        else this.#delete.run(collection, name);
      }
    });
  }

  erase(): void {
    this.#transaction(() => this.#database.exec("DELETE FROM row"));
    this.#database.exec("VACUUM; PRAGMA wal_checkpoint(TRUNCATE);");
  }

  close(): void {
    this.#database.close();
  }

  #migrate(): void {
    const version = Number(this.#database.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (version === 0) this.#database.exec(schema);
    else if (version !== schemaVersion) {
      throw new BaseError("Usage", "STORE_VERSION", "a newer Cloister made this store; update this one");
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
}

const sqliteBusy = 5;

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && Number(error.errcode) % 256 === sqliteBusy;
}

function inUse(cause: unknown): BaseError {
  return new BaseError("Conflict", "STORE_IN_USE", "another process has this store open; end it first", {
    cause,
  });
}

function blob(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new BaseError("Internal", "STORE_CORRUPT", "a column is not what its schema says; restore a backup");
}
