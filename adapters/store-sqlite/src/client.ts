import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { BaseError, toUtf8 } from "@cloister/bytes";
import type { ClientStore, StoredRow, Write } from "@cloister/client";
import type { ClientDatabase } from "./client-database.ts";
import { Seal } from "./client-seal.ts";
import { DatabaseThread } from "./thread.ts";

/** No client's collection: its one row shows that the key is the right one. */
const checkCollection = "";

/**
 * Opens a client's store in one SQLite file, made (mode 0600) when it is missing. Everything in it is sealed
 * with `key`, 32 bytes, which the caller keeps elsewhere. One process at a time; the database runs in a
 * thread of its own.
 * @throws BaseError `STORE_IN_USE`, `STORE_KEY`, `STORE_KEY_LENGTH`, `STORE_CORRUPT`, `STORE_VERSION`,
 * `STORE_UNAVAILABLE`
 */
export async function openClientStore(input: {
  readonly path: string;
  readonly key: Uint8Array;
}): Promise<ClientStore> {
  const seal = new Seal(input.key);
  await makeFile(input.path);
  const thread = new DatabaseThread<ClientDatabase>(
    new URL("./client-thread.ts", import.meta.url),
    input.path,
  );
  const store = new SqliteClientStore(thread, seal);
  try {
    await store.checkKey();
  } catch (error) {
    await thread.end();
    throw error;
  }
  return store;
}

class SqliteClientStore implements ClientStore {
  readonly #thread: DatabaseThread<ClientDatabase>;
  readonly #seal: Seal;
  #closing: Promise<void> | undefined;

  constructor(thread: DatabaseThread<ClientDatabase>, seal: Seal) {
    this.#thread = thread;
    this.#seal = seal;
  }

  /** Rows are named by the key, so with another one the check row is not found among others. */
  async checkKey(): Promise<void> {
    if ((await this.get(checkCollection, "")) !== undefined) return;
    if (!(await this.#thread.call("isEmpty"))) {
      throw new BaseError("Usage", "STORE_KEY", "the store was sealed with another key");
    }
    await this.commit([{ type: "put", collection: checkCollection, key: "", value: toUtf8("cloister") }]);
  }

  async get(collection: string, key: string): Promise<Uint8Array | undefined> {
    this.#requireOpen();
    const name = this.#seal.name(collection, key);
    const value = await this.#thread.call("get", name);
    return value && this.#seal.open({ ...name, value }).value;
  }

  async list(collection: string): Promise<readonly StoredRow[]> {
    this.#requireOpen();
    const rows = await this.#thread.call("list", this.#seal.collection(collection));
    return rows.map((row) => this.#seal.open(row)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  async commit(writes: readonly Write[]): Promise<void> {
    this.#requireOpen();
    const rows = writes.map((write) =>
      write.type === "put"
        ? this.#seal.seal(write.collection, write.key, write.value)
        : this.#seal.name(write.collection, write.key),
    );
    await this.#thread.call("commit", rows);
  }

  async erase(): Promise<void> {
    this.#requireOpen();
    await this.#thread.call("erase");
    await this.checkKey();
  }

  close(): Promise<void> {
    this.#closing ??= this.#thread.call("close").then(() => this.#thread.end());
    return this.#closing;
  }

  #requireOpen(): void {
    if (this.#closing) throw new BaseError("Unavailable", "STORE_CLOSED", "the store is closed");
  }
}

async function makeFile(path: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await (await open(path, "a", 0o600)).close();
  } catch (cause) {
    throw new BaseError(
      "Unavailable",
      "STORE_UNAVAILABLE",
      "the store's file cannot be opened; check its folder",
      {
        cause,
      },
    );
  }
}
