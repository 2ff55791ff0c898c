import { existsSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { BaseError, equalBytes } from "@cloister/bytes";
import {
  decodeEntry,
  encodeEntry,
  entryDigest,
  firstDigest,
  type LedgerEntry,
  type LedgerStore,
} from "@cloister/privacy/ledger";

const schemaVersion = 1;
const schema = `
  CREATE TABLE entry (position INTEGER PRIMARY KEY, text TEXT NOT NULL, digest BLOB NOT NULL) STRICT;
  PRAGMA user_version = ${schemaVersion};
`;

/** A ledger in a file. */
export interface SqliteLedger extends LedgerStore {
  /** Of all entries, 32 bytes: what the transparency log gets. */
  head(): Uint8Array;
  close(): void;
}

/**
 * Opens the ledger of a privacy budget in one SQLite file (WAL, synchronous=FULL), for any number of
 * processes: an append takes the write lock first, reads what others appended, decides, and returns after
 * the disk has it. Each entry carries a digest over all before it, checked on reading.
 * @param create makes a new ledger; without it a missing file is an error, since an empty ledger forgets
 * what was spent
 * @throws BaseError `LEDGER_MISSING`, `LEDGER_DAMAGED`, `STORE_VERSION`
 */
export function openLedger(file: string, { create = false } = {}): SqliteLedger {
  if (!create && !existsSync(file)) throw missing();
  return new Ledger(open(file, create));
}

function open(file: string, create: boolean): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    database.exec("PRAGMA busy_timeout = 60000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
    inTransaction(database, () => {
      const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
      if (version === 0 && create) database.exec(schema);
      else if (version === 0) {
        throw missing();
      } else if (version !== schemaVersion) {
        throw new BaseError("Usage", "STORE_VERSION", "a newer Cloister made this ledger; update this one");
      }
    });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function missing(): BaseError {
  return new BaseError("Usage", "LEDGER_MISSING", "there is no ledger here: open one, or restore yours");
}

function inTransaction(database: DatabaseSync, act: () => void): void {
  database.exec("BEGIN IMMEDIATE");
  try {
    act();
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

class Ledger implements SqliteLedger {
  readonly #database: DatabaseSync;
  readonly #select: StatementSync;
  readonly #insert: StatementSync;
  /** What has been read so far; entries never change. */
  readonly #entries: LedgerEntry[] = [];
  #head = firstDigest;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#select = database.prepare(
      "SELECT position, text, digest FROM entry WHERE position >= ? ORDER BY position",
    );
    this.#insert = database.prepare("INSERT INTO entry VALUES (?, ?, ?)");
  }

  append(decide: (entries: readonly LedgerEntry[]) => LedgerEntry | undefined): void {
    inTransaction(this.#database, () => {
      const entry = decide(this.entries());
      if (entry === undefined) return;
      const text = encodeEntry(entry);
      this.#insert.run(this.#entries.length, text, entryDigest(this.#head, entry));
    });
  }

  entries(): readonly LedgerEntry[] {
    for (const { position, text, digest } of this.#select.all(this.#entries.length)) {
      const entry = decodeEntry(String(text));
      const expected = entryDigest(this.#head, entry);
      if (
        position !== this.#entries.length ||
        !(digest instanceof Uint8Array) ||
        !equalBytes(digest, expected)
      ) {
        throw new BaseError(
          "Verification",
          "LEDGER_DAMAGED",
          "the ledger was changed: restore it before you go on",
        );
      }
      this.#entries.push(entry);
      this.#head = expected;
    }
    return this.#entries;
  }

  head(): Uint8Array {
    this.entries();
    return this.#head;
  }

  close(): void {
    this.#database.close();
  }
}
