import { DatabaseSync } from "node:sqlite";
import { BaseError } from "@cloister/bytes";

/**
 * Each entry takes the schema one version up and is never edited once released. `user_version` says where a
 * file stands.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch INTEGER NOT NULL,
    age_ms INTEGER NOT NULL
  ) STRICT;
  INSERT INTO meta VALUES (1, abs(random() % 281474976710656), 0);

  CREATE TABLE account (
    no INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    identity_key BLOB NOT NULL,
    credential BLOB,
    invitation_id BLOB UNIQUE,
    last_device INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE device (
    no INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (no),
    id INTEGER NOT NULL,
    revoked INTEGER NOT NULL DEFAULT 0,
    registration_id INTEGER NOT NULL,
    auth_key BLOB NOT NULL,
    UNIQUE (account, id)
  ) STRICT;
  CREATE INDEX device_auth_key ON device (auth_key);

  CREATE TABLE session (
    token_hash BLOB PRIMARY KEY,
    device INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX session_expiry ON session (expires_at_ms);

  CREATE TABLE signed_prekey (
    device INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('signed', 'lastResort')),
    id INTEGER NOT NULL,
    public_key BLOB NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (device, kind)
  ) STRICT;

  -- A key that was handed out leaves its row, without the key: a repeated upload cannot bring it back.
  CREATE TABLE one_time_prekey (
    n INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('ec', 'kem')),
    id INTEGER NOT NULL,
    public_key BLOB,
    signature BLOB,
    UNIQUE (device, kind, id)
  ) STRICT;
  CREATE INDEX one_time_prekey_left ON one_time_prekey (device, kind, n) WHERE public_key IS NOT NULL;

  CREATE TABLE mailbox (
    device INTEGER PRIMARY KEY,
    last_seq INTEGER NOT NULL DEFAULT 0,
    acknowledged_seq INTEGER NOT NULL DEFAULT 0,
    queued_count INTEGER NOT NULL DEFAULT 0,
    queued_bytes INTEGER NOT NULL DEFAULT 0
  ) STRICT;

  CREATE TABLE envelope (
    device INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    id BLOB NOT NULL,
    sender INTEGER NOT NULL,
    payload BLOB NOT NULL,
    stored_age_ms INTEGER NOT NULL,
    PRIMARY KEY (device, seq),
    UNIQUE (device, id)
  ) STRICT;

  -- Ids of envelopes that are gone, so that a repeated SEND finds them.
  CREATE TABLE tombstone (
    n INTEGER PRIMARY KEY,
    device INTEGER NOT NULL,
    id BLOB NOT NULL,
    stored_age_ms INTEGER NOT NULL,
    UNIQUE (device, id)
  ) STRICT;

  CREATE TABLE box (
    slot TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    content BLOB NOT NULL,
    expires_at_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX box_account ON box (account);
  `,
  `
  -- What each account has waiting in each mailbox, so that a SEND need not count it.
  CREATE TABLE sender_share (
    device INTEGER NOT NULL,
    account INTEGER NOT NULL,
    queued_count INTEGER NOT NULL,
    queued_bytes INTEGER NOT NULL,
    PRIMARY KEY (device, account)
  ) STRICT, WITHOUT ROWID;
  INSERT INTO sender_share
    SELECT envelope.device, device.account, count(*), sum(length(payload))
    FROM envelope JOIN device ON device.no = sender GROUP BY envelope.device, device.account;
  `,
  `
  -- A deleted blob has no id any more; its row stays until its pieces are freed, a few at a time.
  CREATE TABLE blob (
    no INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT UNIQUE,
    account TEXT,
    is_backup INTEGER NOT NULL DEFAULT 0,
    pieces_count INTEGER NOT NULL DEFAULT 0,
    stored_age_ms INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX blob_account ON blob (account);
  CREATE INDEX blob_age ON blob (stored_age_ms) WHERE id IS NOT NULL AND is_backup = 0;

  CREATE TABLE blob_piece (
    blob INTEGER NOT NULL,
    number INTEGER NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (blob, number)
  ) STRICT;

  -- Which device set it: if that one is revoked, the key is void.
  CREATE TABLE recovery_key (
    key BLOB PRIMARY KEY,
    account TEXT NOT NULL,
    device INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX recovery_key_account ON recovery_key (account);
  `,
  `
  ALTER TABLE account ADD COLUMN access_key_hash BLOB;
  -- Set where the sender is sealed: "sender" is 0 then, and so is the account that it counts for.
  ALTER TABLE envelope ADD COLUMN sealed_at_ms INTEGER;
  `,
];

/** SQLITE_BUSY */
const busyCode = 5;

/**
 * Opens the relay's file for this process alone and brings its schema up to date. A commit returns after
 * fsync; deleted content is overwritten with zeros.
 * @throws BaseError `STORE_LOCKED` when another process has it, `STORE_VERSION` when it is newer than this
 */
export function openDatabase(file: string, maxBytes?: number): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: 0 });
  try {
    database.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;");
  } catch (cause) {
    if (!(cause instanceof Error && "errcode" in cause && cause.errcode === busyCode)) throw cause;
    throw new BaseError("Usage", "STORE_LOCKED", "another process has this data folder open", { cause });
  }
  database.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA secure_delete = ON;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -32768;
    PRAGMA temp_store = MEMORY;
  `);
  if (maxBytes !== undefined) {
    const { page_size } = database.prepare("PRAGMA page_size").get() as { page_size: number };
    database.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / page_size)}`);
  }
  migrate(database, migrations);
  return database;
}

/** Runs what is missing, each version in a transaction of its own. @throws BaseError `STORE_VERSION` */
export function migrate(database: DatabaseSync, steps: readonly string[]): void {
  const { user_version } = database.prepare("PRAGMA user_version").get() as { user_version: number };
  if (user_version > steps.length) {
    throw new BaseError("Usage", "STORE_VERSION", "a newer Cloister wrote this data; start that one");
  }
  for (const [index, step] of steps.entries()) {
    if (index < user_version) continue;
    database.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}
