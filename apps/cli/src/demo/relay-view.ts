import { copyFile, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { exists } from "../files.ts";
import { searchFolder } from "./marker.ts";

/** What the relay holds at one moment, seen with its operator's eyes. */
export interface RelayView {
  readonly waitingEnvelopes: readonly { readonly sizeBytes: number; readonly count: number }[];
  /** How many envelopes an account's devices were ever sent. */
  receivedBy(account: string): number;
  /** Whether a text occurs in the copy of the relay's database. */
  holds(text: string): Promise<boolean>;
  /** The control: the same, once the text was put unencrypted into another copy. */
  holdsPlanted(text: string): Promise<boolean>;
  close(): void;
}

const databaseFile = "relay.db";

/** Copies the relay's database with its write-ahead log, as an intruder would, and opens the copy. */
export async function viewRelay(relayDir: string, scratchDir: string): Promise<RelayView> {
  const copyDir = await copyRelay(relayDir, scratchDir);
  const database = new DatabaseSync(join(copyDir, databaseFile));
  return {
    waitingEnvelopes: database
      .prepare(
        `SELECT length(payload) AS sizeBytes, count(*) AS count FROM envelope
         WHERE payload IS NOT NULL GROUP BY sizeBytes ORDER BY sizeBytes`,
      )
      .all() as unknown as { sizeBytes: number; count: number }[],
    receivedBy: (account) =>
      Number(
        database
          .prepare(
            `SELECT coalesce(sum(last_seq), 0) AS count FROM mailbox
             JOIN device ON device.no = mailbox.device JOIN account ON account.no = device.account
             WHERE account.id = ?`,
          )
          .get(account)?.["count"],
      ),
    holds: async (text) => (await searchFolder(copyDir, text)).found.length > 0,
    holdsPlanted: async (text) => {
      const plantedDir = await copyRelay(relayDir, scratchDir);
      const planted = new DatabaseSync(join(plantedDir, databaseFile));
      planted.exec("CREATE TABLE planted (text TEXT NOT NULL)");
      planted.prepare("INSERT INTO planted VALUES (?)").run(text);
      planted.close();
      return (await searchFolder(plantedDir, text)).found.length > 0;
    },
    close: () => database.close(),
  };
}

async function copyRelay(relayDir: string, scratchDir: string): Promise<string> {
  const copyDir = await mkdtemp(join(scratchDir, "relay-copy-"));
  for (const name of [databaseFile, `${databaseFile}-wal`]) {
    if (await exists(join(relayDir, name))) await copyFile(join(relayDir, name), join(copyDir, name));
  }
  return copyDir;
}
