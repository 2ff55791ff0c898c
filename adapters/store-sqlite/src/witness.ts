import { DatabaseSync, type StatementSync } from "node:sqlite";
import { BaseError } from "@cloister/bytes";
import type { WitnessStore } from "@cloister/transparency/witnessing";

const schemaVersion = 1;
const schema = `
  CREATE TABLE latest (origin TEXT PRIMARY KEY, note TEXT NOT NULL) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${schemaVersion};
`;

/**
 * Opens a witness's memory in one SQLite file (WAL, synchronous=FULL), made when it is missing. Calls are
 * synchronous; a replacement is compared and written under the file's write lock, also against other
 * processes, and returns after the disk has it.
 * @throws BaseError `STORE_UNAVAILABLE` when the file cannot be opened, `STORE_VERSION`
 */
export function openWitnessStore(file: string): WitnessStore {
  return new SqliteWitnessStore(open(file));
}

function open(file: string): DatabaseSync {
  try {
    const database = new DatabaseSync(file);
    database.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    inTransaction(database, () => migrate(database));
    return database;
  } catch (cause) {
    if (cause instanceof BaseError) throw cause;
    const message = "the witness's memory cannot be opened: look at the disk and at who owns the file";
    throw new BaseError("Unavailable", "STORE_UNAVAILABLE", message, { cause });
  }
}

function migrate(database: DatabaseSync): void {
  const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version === 0) database.exec(schema);
  else if (version !== schemaVersion) {
    throw new BaseError("Usage", "STORE_VERSION", "a newer Cloister made this memory; update this one");
  }
}

function inTransaction<T>(database: DatabaseSync, act: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = act();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

class SqliteWitnessStore implements WitnessStore {
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #write: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#select = database.prepare("SELECT note FROM latest WHERE origin = ?");
    this.#write = database.prepare("INSERT OR REPLACE INTO latest VALUES (?, ?)");
  }

  latest(origin: string): string | undefined {
    const row = this.#select.get(origin);
    return row === undefined ? undefined : String(row["note"]);
  }

  replace({ origin, before, after }: Parameters<WitnessStore["replace"]>[0]): boolean {
    return inTransaction(this.#database, () => {
      if (this.latest(origin) !== before) return false;
      this.#write.run(origin, after);
      return true;
    });
  }

  close(): void {
    this.#database.close();
  }
}
