import { BaseError, isBaseError } from "@cloister/bytes";
import type { ClientEvent } from "./api.ts";
import type { ClientStore, Write } from "./ports.ts";
import { Mutex } from "./timing.ts";

/** How values of a table become bytes and back. */
interface Codec<T> {
  readonly encode: (value: T) => Uint8Array;
  readonly decode: (bytes: Uint8Array) => T;
}

/** Rows of one kind. */
export interface Table<T> extends Codec<T> {
  readonly name: string;
  /** So many of the rows that were put last stay in memory too. */
  readonly recentCount?: number;
}

/** A table that is held in memory as a whole, in the order its rows were first put. */
export interface CachedTable<T> extends Table<T> {
  readonly cached: true;
}

interface Loadable {
  readonly name: string;
  readonly decode: (bytes: Uint8Array) => unknown;
}

/** The store failed, as opposed to what was being done with it. */
class StoreFailure extends BaseError {
  constructor(cause: unknown) {
    const [code, message] = isBaseError(cause)
      ? [cause.code, cause.message]
      : ["STORE_FAILED", "this device could not save; check its free space"];
    super("Unavailable", code, message, { cause });
  }
}

type Listener = (event: ClientEvent) => void;

/**
 * Tables over a {@link ClientStore}, changed by one transaction at a time. What is in memory changes after
 * the commit, and so do listeners hear.
 */
export class Database {
  readonly #store: ClientStore;
  readonly #cachedTables: readonly Loadable[];
  readonly #mutex = new Mutex();
  readonly #listeners = new Set<Listener>();
  #cache = new Map<string, Map<string, unknown>>();
  /** Rows of the last commits by table, the oldest first. Only a commit adds to them: a read may be overtaken. */
  #recent = new Map<string, Map<string, unknown>>();
  /** A commit failed, and whether it took effect is unknown: the store has to be read again. */
  #stale = false;

  private constructor(store: ClientStore, cachedTables: readonly Loadable[]) {
    this.#store = store;
    this.#cachedTables = cachedTables;
  }

  /** @throws StoreFailure */
  static async open(store: ClientStore, cachedTables: readonly Loadable[]): Promise<Database> {
    const database = new Database(store, cachedTables);
    await database.#load();
    return database;
  }

  /** A row of a cached table, as of the last commit. */
  find<T>(table: CachedTable<T>, key: string): T | undefined {
    return this.rowsOf(table).get(key);
  }

  /** All rows of a cached table. */
  all<T>(table: CachedTable<T>): readonly T[] {
    return [...this.rowsOf(table).values()];
  }

  async get<T>(table: Table<T>, key: string): Promise<T | undefined> {
    if (isCached(table)) return this.find(table, key);
    const recent = this.#recent.get(table.name)?.get(key);
    if (recent !== undefined) return recent as T;
    const bytes = await this.#guarded(() => this.#store.get(table.name, key));
    return bytes && table.decode(bytes);
  }

  async list<T>(table: Table<T>): Promise<readonly T[]> {
    if (isCached(table)) return this.all(table);
    const rows = await this.#guarded(() => this.#store.list(table.name));
    return rows.map((row) => table.decode(row.value));
  }

  /**
   * Runs `work` and commits what it wrote, all or nothing. `work` sees its own writes, and nobody else writes
   * meanwhile, so it must not wait for the network.
   * @throws whatever `work` throws, with nothing changed; StoreFailure
   */
  change<R>(work: (transaction: Transaction) => Promise<R>): Promise<R> {
    return this.#mutex.run(async () => {
      if (this.#stale) await this.#load();
      const transaction = new Transaction(this);
      const result = await work(transaction);
      await this.#commit(transaction);
      return result;
    });
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells listeners. A listener that throws is reported as an unhandled rejection and disturbs nobody. */
  emit(event: ClientEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        void Promise.reject(error);
      }
    }
  }

  /** Destroys the store after the change under way. */
  erase(): Promise<void> {
    return this.#mutex.run(async () => {
      await this.#guarded(() => this.#store.erase());
      await this.#load();
    });
  }

  /** @internal the cached rows, for a transaction to read through */
  rowsOf<T>({ name }: CachedTable<T>): ReadonlyMap<string, T> {
    return (this.#cache.get(name) ?? new Map<string, unknown>()) as ReadonlyMap<string, T>;
  }

  async #commit(transaction: Transaction): Promise<void> {
    const { writes, changes, effects } = transaction.outcome();
    if (writes.length > 0) {
      this.#stale = true;
      await this.#guarded(() => this.#store.commit(writes));
      this.#stale = false;
    }
    for (const change of changes) {
      const { key, value } = change;
      const rows = this.#cache.get(change.table);
      if (value === undefined) rows?.delete(key);
      else rows?.set(key, value);
      this.#remember(change);
    }
    for (const effect of effects) effect();
  }

  #remember({ table, key, value, recentCount }: Change): void {
    const rows = this.#recent.get(table) ?? new Map<string, unknown>();
    rows.delete(key);
    if (value === undefined || recentCount === 0) return;
    rows.set(key, value);
    for (const oldest of [...rows.keys()].slice(0, -recentCount)) rows.delete(oldest);
    this.#recent.set(table, rows);
  }

  async #load(): Promise<void> {
    const cache = new Map<string, Map<string, unknown>>();
    for (const table of this.#cachedTables) {
      const rows = await this.#guarded(() => this.#store.list(table.name));
      cache.set(table.name, new Map(rows.map((row) => [row.key, table.decode(row.value)])));
    }
    this.#cache = cache;
    this.#recent.clear();
    this.#stale = false;
  }

  async #guarded<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (cause) {
      throw new StoreFailure(cause);
    }
  }
}

interface Change {
  readonly table: string;
  readonly key: string;
  /** Undefined when it was deleted. */
  readonly value: unknown;
  readonly recentCount: number;
  readonly write: Write;
}

/** Reads through to the database and gathers writes and what follows them. */
export class Transaction {
  readonly #database: Database;
  readonly #changes = new Map<string, Map<string, Change>>();
  readonly #effects: (() => void)[] = [];

  constructor(database: Database) {
    this.#database = database;
  }

  async get<T>(table: Table<T>, key: string): Promise<T | undefined> {
    const change = this.#changes.get(table.name)?.get(key);
    return change ? (change.value as T | undefined) : this.#database.get(table, key);
  }

  /** All rows of a cached table. */
  all<T>(table: CachedTable<T>): readonly T[] {
    const rows = new Map(this.#database.rowsOf(table));
    for (const [key, { value }] of this.#changes.get(table.name) ?? []) {
      if (value === undefined) rows.delete(key);
      else rows.set(key, value as T);
    }
    return [...rows.values()];
  }

  /** All rows of a table that this transaction has not written to. */
  list<T>(table: Table<T>): Promise<readonly T[]> {
    return this.#database.list(table);
  }

  put<T>(table: Table<T>, key: string, value: T): void {
    const write: Write = { type: "put", collection: table.name, key, value: table.encode(value) };
    this.#change({ table: table.name, key, value, recentCount: table.recentCount ?? 0, write });
  }

  delete(table: { readonly name: string }, key: string): void {
    const write: Write = { type: "delete", collection: table.name, key };
    this.#change({ table: table.name, key, value: undefined, recentCount: 0, write });
  }

  /** Happens after the commit, in order. */
  afterwards(effect: () => void): void {
    this.#effects.push(effect);
  }

  /** Listeners hear it after the commit. */
  emit(event: ClientEvent): void {
    this.afterwards(() => this.#database.emit(event));
  }

  /** @internal */
  outcome(): {
    readonly writes: readonly Write[];
    readonly changes: readonly Change[];
    readonly effects: readonly (() => void)[];
  } {
    const changes: Change[] = [];
    for (const rows of this.#changes.values()) changes.push(...rows.values());
    return { writes: changes.map(({ write }) => write), changes, effects: this.#effects };
  }

  #change(change: Change): void {
    const rows = this.#changes.get(change.table) ?? new Map<string, Change>();
    rows.set(change.key, change);
    this.#changes.set(change.table, rows);
  }
}

function isCached<T>(table: Table<T>): table is CachedTable<T> {
  return "cached" in table;
}
