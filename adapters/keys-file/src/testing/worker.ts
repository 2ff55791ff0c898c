/** A process that rotates or shreds until it is killed. Arguments: the act, a folder. */
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { toUtf8 } from "@cloister/bytes";
import { type Journal, resumeShredding, rotateKeys, shredKeys } from "@cloister/keys";
import { openFileKeys } from "../provider.ts";
import { openFileJournal, openFileWrappedKeys } from "../wrapped-keys.ts";

const [act, folder = ""] = process.argv.slice(2);
const store = openFileWrappedKeys(join(folder, "wrapped"));
const backup = openFileWrappedKeys(join(folder, "backup"), "backup");
const journal: Journal = openFileJournal(join(folder, "journal"));

/** Tells the parent after each effect, which then may kill this process. */
const tell = (what: string) => process.stdout.write(`${what}\n`);
const told: Journal = {
  ...journal,
  write: async (name, state) => {
    await journal.write(name, state);
    tell("journal");
  },
};

if (act === "rotate") {
  const options = { folder: join(folder, "keys"), passphrase: toUtf8("test"), production: false };
  const provider = await openFileKeys(options);
  const replace = store.replace.bind(store);
  store.replace = async (...change) => {
    await replace(...change);
    tell("record");
  };
  tell(`done ${JSON.stringify(await rotateKeys({ provider, store, journal: told, tenant: "t" }))}`);
} else {
  const ports = {
    journal: told,
    log: {
      append: async (event: object) => {
        await appendFile(join(folder, "log"), `${JSON.stringify(event)}\n`, { flush: true });
        tell("log");
      },
    },
    holds: { isHeld: async () => false },
    copies: [store, backup],
  };
  if ((await resumeShredding(ports)).length === 0) {
    const who = { reason: "erasure", requestedBy: "officer", atMs: 1 };
    await shredKeys({ tenant: "t", conversation: "c0", ...who }, ports);
  }
  tell("done");
}
