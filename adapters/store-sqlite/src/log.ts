import type { LogStore } from "@cloister/transparency";
import type { LogDatabase } from "./log-database.ts";
import { DatabaseThread } from "./thread.ts";

/**
 * Opens a log kept in one SQLite file (WAL, synchronous=FULL), made when it is missing. The database runs
 * in a thread of its own; a batch is one transaction and its promise resolves after the disk has it.
 * @throws BaseError `STORE_UNAVAILABLE` when the file cannot be opened
 */
export async function openLogStore(file: string): Promise<LogStore> {
  const thread = new DatabaseThread<LogDatabase>(new URL("./log-thread.ts", import.meta.url), file);
  await thread.call("head");
  return {
    head: () => thread.call("head"),
    append: (batch) => thread.call("append", batch),
    leaves: (from, count) => thread.call("leaves", from, count),
    hashes: (ids) => thread.call("hashes", ids),
    indexesOf: (hashes) => thread.call("indexesOf", hashes),
    close: async () => {
      await thread.call("close");
      await thread.end();
    },
  };
}
