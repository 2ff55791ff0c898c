import { concatBytes, toUtf8 } from "@cloister/bytes";
import { sealedClientStoreConformance } from "@cloister/testkit/client-store";
import { describe, expect, it } from "vitest";
import { openIndexedDbStore } from "./index.ts";
import { answerOf, completionOf } from "./requests.ts";
import { makeKeys } from "./seal.ts";

let sitesCount = 0;

function freshName(): string {
  sitesCount += 1;
  return `test-${sitesCount}`;
}

/** The database behind a closed store, as somebody with the files would have it. */
async function withDatabase<T>(name: string, work: (database: IDBDatabase) => Promise<T>): Promise<T> {
  const database = await answerOf(indexedDB.open(name));
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

async function rowsOf(database: IDBDatabase): Promise<{ keys: ArrayBuffer[][]; values: ArrayBuffer[] }> {
  const rows = database.transaction("rows").objectStore("rows");
  const [keys, values] = await Promise.all([answerOf(rows.getAllKeys()), answerOf(rows.getAll())]);
  return { keys: keys as ArrayBuffer[][], values: values as ArrayBuffer[] };
}

sealedClientStoreConformance("IndexedDB", async () => {
  const name = freshName();
  return {
    open: () => openIndexedDbStore({ name }),
    openWithOtherKey: async () => {
      const own: unknown = await withDatabase(name, async (database) => {
        const kept: unknown = await answerOf(database.transaction("keys").objectStore("keys").get("store"));
        const transaction = database.transaction("keys", "readwrite");
        transaction.objectStore("keys").put(otherKeys, "store");
        await completionOf(transaction);
        return kept;
      });
      try {
        return await openIndexedDbStore({ name });
      } finally {
        await withDatabase(name, async (database) => {
          const transaction = database.transaction("keys", "readwrite");
          transaction.objectStore("keys").put(own, "store");
          await completionOf(transaction);
        });
      }
    },
    tamper: () =>
      withDatabase(name, async (database) => {
        const { keys, values } = await rowsOf(database);
        const transaction = database.transaction("rows", "readwrite");
        for (const [at, value] of values.entries()) {
          const bytes = new Uint8Array(value);
          bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
          transaction.objectStore("rows").put(bytes.buffer, keys[at]);
        }
        await completionOf(transaction);
      }),
    kept: () =>
      withDatabase(name, async (database) => {
        const { keys, values } = await rowsOf(database);
        return concatBytes(...[...keys.flat(), ...values].map((part) => new Uint8Array(part)));
      }),
    clean: async () => {
      await answerOf(indexedDB.deleteDatabase(name));
    },
  };
});

const otherKeys = await makeKeys();

describe("IndexedDB client store", () => {
  it("lets one page in at a time, and the next one after it closed", async () => {
    const name = freshName();
    const first = await openIndexedDbStore({ name });
    await expect(openIndexedDbStore({ name })).rejects.toMatchObject({
      family: "Conflict",
      code: "STORE_IN_USE",
    });
    await first.commit([{ type: "put", collection: "notes", key: "a", value: toUtf8("one") }]);
    await first.close();
    const second = await openIndexedDbStore({ name });
    expect(await second.get("notes", "a")).toEqual(toUtf8("one"));
    await second.close();
  });

  it("keeps keys that cannot be extracted, and other ones after it was erased", async () => {
    const name = freshName();
    const keysOf = () =>
      withDatabase(name, async (database) => {
        const kept: unknown = await answerOf(database.transaction("keys").objectStore("keys").get("store"));
        return kept as { names: CryptoKey; values: CryptoKey };
      });
    const store = await openIndexedDbStore({ name });
    await store.commit([{ type: "put", collection: "notes", key: "a", value: toUtf8("one") }]);
    const { names, values } = await keysOf();
    for (const key of [names, values]) {
      expect(key.extractable).toBe(false);
      await expect(crypto.subtle.exportKey("raw", key)).rejects.toThrow(DOMException);
    }
    const before = await withDatabase(name, rowsOf);
    await store.erase();
    const after = await withDatabase(name, rowsOf);
    const beforeKeys = new Set(
      before.keys.map((key) => String(new Uint8Array(key[1] ?? new ArrayBuffer(0)))),
    );
    for (const key of after.keys)
      expect(beforeKeys).not.toContain(String(new Uint8Array(key[1] ?? new ArrayBuffer(0))));
    await store.close();
  });
});
