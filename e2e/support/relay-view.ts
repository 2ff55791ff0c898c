import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const files = ["relay.db", "relay.db-wal"];

/**
 * How many envelopes the relay was ever given for an agent's devices. The relay holds its file alone, so this
 * reads a copy of it with its write-ahead log, as an intruder would take them.
 */
export async function countEnvelopesForAgent(dataDir: string): Promise<number> {
  const copy = await mkdtemp(join(tmpdir(), "cloister-relay-copy-"));
  try {
    for (const file of files) await copyFile(join(dataDir, "relay", file), join(copy, file));
    const database = new DatabaseSync(join(copy, "relay.db"));
    const row = database
      .prepare(
        `SELECT coalesce(sum(last_seq), 0) AS count FROM mailbox
         JOIN device ON device.no = mailbox.device JOIN account ON account.no = device.account
         WHERE account.role = 'agent'`,
      )
      .get();
    database.close();
    return Number(row?.["count"]);
  } finally {
    await rm(copy, { recursive: true });
  }
}
