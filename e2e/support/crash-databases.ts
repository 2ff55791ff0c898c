import { glob } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What SQLite finds in each database under the folders, by file: "ok" where it is sound. Their owners have ended. */
export async function checkDatabases(folders: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const verdicts = new Map<string, string>();
  for (const folder of folders) {
    for await (const name of glob("**/*.{sqlite,db}", { cwd: folder })) {
      const file = join(folder, name);
      const database = new DatabaseSync(file);
      verdicts.set(file, String(database.prepare("PRAGMA integrity_check").get()?.["integrity_check"]));
      database.close();
    }
  }
  return verdicts;
}
