import { BaseError, copyBytes, isBaseError, toUtf8 } from "@cloister/bytes";
import type { ClientStore, StoredRow, Write } from "@cloister/client";
import { answerOf, completionOf, unavailable } from "./requests.ts";
import { makeKeys, type RowKey, Seal, type StoreKeys } from "./seal.ts";

const version = 1;
const rowsStore = "rows";
const keysStore = "keys";
const keysName = "store";
/** No client's collection: its one row shows that the keys are the right ones. */
const checkRow = { type: "put", collection: "", key: "", value: toUtf8("cloister") } as const;

/**
 * Opens a client's store in this browser's IndexedDB. Everything in it is sealed under keys that are not
 * extractable: a copy of the browser's files holds no readable name or value without the browser's own key
 * storage. Whoever can use this browser profile can use the store.
 *
 * Commits ask for strict durability. One page at a time, by a Web Lock.
 * @throws BaseError `STORE_IN_USE`, `STORE_KEY`, `STORE_CORRUPT`, `STORE_FULL`, `STORE_UNAVAILABLE`
 */
export async function openIndexedDbStore({ name = "cloister" } = {}): Promise<ClientStore> {
  const release = await lock(`cloister.store.${name}`);
  try {
    // Without this the browser may clear the store when space runs low; it may still say no.
    await navigator.storage.persist().catch(() => false);
    const database = await openDatabase(name);
    const store = new IndexedDbClientStore(database, new Seal(await loadKeys(database)), release);
    await store.checkKeys().catch((error: unknown) => {
      database.close();
      throw error;
    });
    return store;
  } catch (error) {
    await release();
    throw error;
  }
}

class IndexedDbClientStore implements ClientStore {
  readonly #database: IDBDatabase;
  readonly #release: () => Promise<void>;
  #seal: Seal;
  /** The end of the queue: commits take effect in the order of the calls. */
  #last: Promise<unknown> = Promise.resolve();
  #closing: Promise<void> | undefined;

  constructor(database: IDBDatabase, seal: Seal, release: () => Promise<void>) {
    this.#database = database;
    this.#seal = seal;
    this.#release = release;
  }

  async checkKeys(): Promise<void> {
    if ((await this.get(checkRow.collection, checkRow.key)) !== undefined) return;
    const count = await answerOf(this.#read().count());
    if (count > 0) throw new BaseError("Usage", "STORE_KEY", "the store was sealed with other keys");
    await this.commit([checkRow]);
  }

  async get(collection: string, key: string): Promise<Uint8Array | undefined> {
    this.#requireOpen();
    const rowKey = await this.#seal.name(collection, key);
    const value = (await answerOf(this.#read().get(rowKey))) as ArrayBuffer | undefined;
    return value && (await this.#seal.open({ key: rowKey, value })).value;
  }

  async list(collection: string): Promise<readonly StoredRow[]> {
    this.#requireOpen();
    const hashed = await this.#seal.collection(collection);
    // In IndexedDB's order an array comes after every binary key: this is all of the collection.
    const range = IDBKeyRange.bound([hashed], [hashed, []]);
    const rows = this.#read();
    const [keys, values] = await Promise.all([
      answerOf(rows.getAllKeys(range)),
      answerOf(rows.getAll(range) as IDBRequest<ArrayBuffer[]>),
    ]);
    const opened = values.map((value, at) => this.#seal.open({ key: keys[at] as RowKey, value }));
    return (await Promise.all(opened)).sort((a, b) => (a.key < b.key ? -1 : 1));
  }

  commit(writes: readonly Write[]): Promise<void> {
    // The caller may reuse its memory at once.
    const own = writes.map((write) =>
      write.type === "put" ? { ...write, value: copyBytes(write.value) } : write,
    );
    return this.#queue(() => this.#commit(own));
  }

  erase(): Promise<void> {
    return this.#queue(async () => {
      const keys = await makeKeys();
      // The old keys go with everything that they sealed, in one transaction.
      const transaction = this.#write([rowsStore, keysStore]);
      transaction.objectStore(keysStore).put(keys, keysName);
      transaction.objectStore(rowsStore).clear();
      await completionOf(transaction);
      this.#seal = new Seal(keys);
      await this.#commit([checkRow]);
    });
  }

  close(): Promise<void> {
    this.#closing ??= this.#last
      .catch(() => undefined)
      .then(() => {
        this.#database.close();
        return this.#release();
      });
    return this.#closing;
  }

  async #commit(writes: readonly Write[]): Promise<void> {
    // A transaction ends at the first turn without a request: everything is sealed before it begins.
    const sealed = await Promise.all(
      writes.map(async (write) =>
        write.type === "put"
          ? this.#seal.seal(write.collection, write.key, write.value)
          : { key: await this.#seal.name(write.collection, write.key), value: undefined },
      ),
    );
    const transaction = this.#write([rowsStore]);
    const rows = transaction.objectStore(rowsStore);
    for (const { key, value } of sealed) {
      if (value === undefined) rows.delete(key);
      else rows.put(value, key);
    }
    await completionOf(transaction);
  }

  #queue(work: () => Promise<void>): Promise<void> {
    if (this.#closing) return Promise.reject(closed());
    const result = this.#last.catch(() => undefined).then(work);
    this.#last = result;
    return result;
  }

  #read(): IDBObjectStore {
    return this.#database.transaction(rowsStore).objectStore(rowsStore);
  }

  #write(stores: string[]): IDBTransaction {
    return this.#database.transaction(stores, "readwrite", { durability: "strict" });
  }

  #requireOpen(): void {
    if (this.#closing) throw closed();
  }
}

function closed(): BaseError {
  return new BaseError("Unavailable", "STORE_CLOSED", "the store is closed");
}

/**
 * Holds the lock until the function it resolves to is called; what that returns resolves when the next page
 * can have it. @throws BaseError `STORE_IN_USE`
 */
function lock(name: string): Promise<() => Promise<void>> {
  return new Promise((resolve, reject) => {
    const ended = navigator.locks.request(name, { ifAvailable: true }, async (granted) => {
      if (granted === null) {
        throw new BaseError("Conflict", "STORE_IN_USE", "Cloister is open in another tab of this browser");
      }
      await new Promise<void>((release) => {
        resolve(async () => {
          release();
          await ended;
        });
      });
    });
    ended.catch((cause: unknown) => reject(isBaseError(cause) ? cause : unavailable(cause)));
  });
}

function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, version);
  request.addEventListener("upgradeneeded", () => {
    request.result.createObjectStore(rowsStore);
    request.result.createObjectStore(keysStore);
  });
  return answerOf(request);
}

/** The store's keys, made when it is new. The page has the store to itself, so nobody makes them twice. */
async function loadKeys(database: IDBDatabase): Promise<StoreKeys> {
  const kept: unknown = await answerOf(database.transaction(keysStore).objectStore(keysStore).get(keysName));
  if (kept !== undefined) return kept as StoreKeys;
  const keys = await makeKeys();
  const transaction = database.transaction([keysStore], "readwrite", { durability: "strict" });
  transaction.objectStore(keysStore).put(keys, keysName);
  await completionOf(transaction);
  return keys;
}
