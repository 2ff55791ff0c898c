import { BaseError, copyBytes, toHex, toUtf8 } from "@cloister/bytes";
import type { ClientStore, StoredRow, Write } from "@cloister/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

/** What a {@link MemoryClientStore} keeps its rows on; it outlives the store, as a disk does. */
export class MemoryDisk {
  readonly collections = new Map<string, Map<string, Uint8Array>>();
  /** Commits since the disk is new. */
  commitsCount = 0;
  /** Told before each commit, with its number; what it throws is the commit's failure. */
  beforeCommit: (number: number) => void = () => undefined;
  /** Told after each commit: the disk has it, though the caller may never hear of it. */
  afterCommit: (number: number) => void = () => undefined;
}

/** A ClientStore in memory: the reference for what a store does, with failures at will. */
export class MemoryClientStore implements ClientStore {
  readonly #disk: MemoryDisk;
  #closed = false;

  constructor(disk = new MemoryDisk()) {
    this.#disk = disk;
  }

  async get(collection: string, key: string): Promise<Uint8Array | undefined> {
    this.#requireOpen();
    const value = this.#disk.collections.get(collection)?.get(key);
    return value && copyBytes(value);
  }

  async list(collection: string): Promise<readonly StoredRow[]> {
    this.#requireOpen();
    const rows = [...(this.#disk.collections.get(collection) ?? [])];
    return rows
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ({ key, value: copyBytes(value) }));
  }

  async commit(writes: readonly Write[]): Promise<void> {
    this.#requireOpen();
    const number = (this.#disk.commitsCount += 1);
    this.#disk.beforeCommit(number);
    for (const write of writes) {
      const rows = this.#disk.collections.get(write.collection) ?? new Map<string, Uint8Array>();
      this.#disk.collections.set(write.collection, rows);
      if (write.type === "put") rows.set(write.key, copyBytes(write.value));
      else rows.delete(write.key);
    }
    this.#disk.afterCommit(number);
  }

  async erase(): Promise<void> {
    this.#disk.collections.clear();
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #requireOpen(): void {
    if (this.#closed) throw new BaseError("Unavailable", "STORE_CLOSED", "the store is closed");
  }
}

/** A store under test, on something that outlives it. */
export interface ClientStoreSite {
  /** Opens a store on what was kept so far. */
  open(): Promise<ClientStore>;
  /** Removes what was kept. */
  clean(): Promise<void>;
}

/** A store that seals what it keeps. All of this happens while it is closed. */
export interface SealedClientStoreSite extends ClientStoreSite {
  /** Opens with another key than the one before. */
  openWithOtherKey(): Promise<ClientStore>;
  /** Changes one bit of each stored value. */
  tamper(): Promise<void>;
  /** Everything that is kept, names included. */
  kept(): Promise<Uint8Array>;
}

const marker = "Quetzalcoatlus";
const put = (collection: string, key: string, text: string): Write => ({
  type: "put",
  collection,
  key,
  value: toUtf8(text),
});
const remove = (collection: string, key: string): Write => ({ type: "delete", collection, key });

/** What every {@link ClientStore} must do. Call it in a test file of the adapter. */
export function clientStoreConformance(name: string, makeSite: () => Promise<ClientStoreSite>): void {
  describe(`ClientStore: ${name}`, () => {
    let site: ClientStoreSite;
    let store: ClientStore;

    const reopen = async () => {
      await store.close();
      store = await site.open();
    };

    beforeEach(async () => {
      site = await makeSite();
      store = await site.open();
    });
    afterEach(async () => {
      await store.close();
      await site.clean();
    });

    it("begins empty", async () => {
      expect(await store.get("notes", "a")).toBeUndefined();
      expect(await store.list("notes")).toEqual([]);
    });

    it("gives back what was put, by key and in order of key", async () => {
      await store.commit([put("notes", "b", "two"), put("notes", "a", "one"), put("other", "a", "three")]);
      expect(await store.get("notes", "a")).toEqual(toUtf8("one"));
      expect(await store.get("other", "a")).toEqual(toUtf8("three"));
      expect(await store.list("notes")).toEqual([
        { key: "a", value: toUtf8("one") },
        { key: "b", value: toUtf8("two") },
      ]);
    });

    it("replaces and deletes, the later write of a commit winning", async () => {
      await store.commit([put("notes", "a", "one"), put("notes", "b", "two")]);
      await store.commit([
        put("notes", "a", "lost"),
        put("notes", "a", "three"),
        put("notes", "c", "lost"),
        remove("notes", "c"),
        remove("notes", "b"),
        put("notes", "b", "four"),
        remove("notes", "never"),
      ]);
      expect(await store.list("notes")).toEqual([
        { key: "a", value: toUtf8("three") },
        { key: "b", value: toUtf8("four") },
      ]);
    });

    it("keeps collections apart whose names begin alike, and keys of any text", async () => {
      const keys = ["", "a", "a/b", "ä", "日本", "x".repeat(300)];
      await store.commit(keys.map((key) => put("messages/a", key, key)));
      await store.commit([put("messages/ab", "a", "other"), put("messages", "/aa", "other")]);
      const rows = await store.list("messages/a");
      expect(rows.map(({ key }) => key)).toEqual([...keys].sort());
      for (const key of keys) expect(await store.get("messages/a", key)).toEqual(toUtf8(key));
    });

    it("has everything again after it was closed and opened", async () => {
      await store.commit([put("notes", "a", "one"), put("notes", "b", "two")]);
      await store.commit([remove("notes", "b")]);
      await reopen();
      expect(await store.list("notes")).toEqual([{ key: "a", value: toUtf8("one") }]);
    });

    it("keeps commits made at once in the order of the calls", async () => {
      const commits = Array.from({ length: 20 }, (_, at) =>
        store.commit([put("notes", "last", String(at)), put("notes", `n${at}`, "x")]),
      );
      await Promise.all(commits);
      await reopen();
      expect(await store.get("notes", "last")).toEqual(toUtf8("19"));
      expect(await store.list("notes")).toHaveLength(21);
    });

    it("ends what is under way before it closes", async () => {
      const commit = store.commit([put("notes", "a", "one")]);
      await reopen();
      await commit;
      expect(await store.get("notes", "a")).toEqual(toUtf8("one"));
    });

    it("takes empty and big values", async () => {
      const big = Uint8Array.from({ length: 3_000_000 }, (_, at) => (at * 7) & 255);
      await store.commit([
        { type: "put", collection: "notes", key: "big", value: big },
        { type: "put", collection: "notes", key: "empty", value: new Uint8Array() },
      ]);
      await reopen();
      expect((await store.get("notes", "big"))?.every((byte, at) => byte === big[at])).toBe(true);
      expect(await store.get("notes", "empty")).toEqual(new Uint8Array());
    });

    it("shares no memory with its caller", async () => {
      const value = toUtf8("one");
      const commit = store.commit([{ type: "put", collection: "notes", key: "a", value }]);
      value.fill(0);
      await commit;
      (await store.get("notes", "a"))?.fill(0);
      expect(await store.get("notes", "a")).toEqual(toUtf8("one"));
    });

    it("is empty and usable after it was erased", async () => {
      await store.commit([put("notes", "a", "one")]);
      await store.erase();
      expect(await store.list("notes")).toEqual([]);
      await store.commit([put("notes", "b", "two")]);
      await reopen();
      expect(await store.list("notes")).toEqual([{ key: "b", value: toUtf8("two") }]);
    });

    it("refuses use after it was closed", async () => {
      await store.close();
      await expect(store.get("notes", "a")).rejects.toMatchObject({ code: "STORE_CLOSED" });
      await expect(store.commit([put("notes", "a", "one")])).rejects.toMatchObject({ code: "STORE_CLOSED" });
      store = await site.open();
    });
  });
}

/** What a {@link ClientStore} must do that seals what it keeps, in addition. */
export function sealedClientStoreConformance(
  name: string,
  makeSite: () => Promise<SealedClientStoreSite>,
): void {
  clientStoreConformance(name, makeSite);
  describe(`sealed ClientStore: ${name}`, () => {
    let site: SealedClientStoreSite;

    beforeEach(async () => {
      site = await makeSite();
      const store = await site.open();
      await store.commit([put(`c-${marker}`, `k-${marker}`, `v-${marker}`)]);
      await store.close();
    });
    afterEach(() => site.clean());

    it("notices a changed value", async () => {
      await site.tamper();
      const read = async () => {
        const store = await site.open();
        try {
          await store.get(`c-${marker}`, `k-${marker}`);
        } finally {
          await store.close();
        }
      };
      await expect(read()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
    });

    it("refuses another key, and changes nothing then", async () => {
      await expect(site.openWithOtherKey()).rejects.toMatchObject({ code: "STORE_KEY" });
      const store = await site.open();
      expect(await store.get(`c-${marker}`, `k-${marker}`)).toEqual(toUtf8(`v-${marker}`));
      await store.close();
    });

    it("shows neither values nor names on the disk", async () => {
      const kept = toHex(await site.kept());
      expect(kept.length).toBeGreaterThan(0);
      expect(kept).not.toContain(toHex(toUtf8(marker)));
    });
  });
}
