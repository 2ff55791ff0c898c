import { BaseError } from "@cloister/bytes";
import { MemoryClientStore, MemoryDisk } from "@cloister/testkit/client-store";
import { beforeEach, describe, expect, it } from "vitest";
import type { ClientEvent } from "./api.ts";
import { Database } from "./database.ts";
import { cachedTables, countersTable, only, orderKey, seenTable, tidiedTable } from "./records.ts";

describe("Database", () => {
  let disk: MemoryDisk;
  let database: Database;
  const open = () => Database.open(new MemoryClientStore(disk), cachedTables);

  beforeEach(async () => {
    disk = new MemoryDisk();
    database = await open();
  });

  it("commits all of a change at once, then shows it", async () => {
    await database.change(async (transaction) => {
      transaction.put(tidiedTable, only, { atMs: 5 });
      transaction.put(seenTable, "a", { key: "a", atMs: 6 });
      expect(await transaction.get(tidiedTable, only)).toEqual({ atMs: 5 });
      expect(transaction.all(tidiedTable)).toEqual([{ atMs: 5 }]);
      expect(await transaction.get(seenTable, "a")).toEqual({ key: "a", atMs: 6 });
      expect(database.find(tidiedTable, only)).toBeUndefined();
      expect(await database.get(seenTable, "a")).toBeUndefined();
    });
    expect(disk.commitsCount).toBe(1);
    expect(database.find(tidiedTable, only)).toEqual({ atMs: 5 });
    const again = await open();
    expect(again.find(tidiedTable, only)).toEqual({ atMs: 5 });
    expect(await again.list(seenTable)).toEqual([{ key: "a", atMs: 6 }]);
  });

  it("deletes, also what the same change has put", async () => {
    await database.change(async (transaction) => transaction.put(tidiedTable, only, { atMs: 1 }));
    await database.change(async (transaction) => {
      transaction.put(countersTable, "order", { next: 2 });
      transaction.delete(countersTable, "order");
      transaction.delete(tidiedTable, only);
      expect(await transaction.get(tidiedTable, only)).toBeUndefined();
      expect(transaction.all(tidiedTable)).toEqual([]);
    });
    expect(database.all(tidiedTable)).toEqual([]);
    expect(database.all(countersTable)).toEqual([]);
  });

  it("changes nothing and tells nobody when the work throws", async () => {
    const events: ClientEvent[] = [];
    database.subscribe((event) => events.push(event));
    const failing = database.change(async (transaction) => {
      transaction.put(tidiedTable, only, { atMs: 1 });
      transaction.emit({ type: "revoked" });
      throw new BaseError("Usage", "TEST", "no");
    });
    await expect(failing).rejects.toMatchObject({ code: "TEST" });
    expect(disk.commitsCount).toBe(0);
    expect(database.find(tidiedTable, only)).toBeUndefined();
    expect(events).toEqual([]);
    await database.change(async (transaction) => transaction.emit({ type: "revoked" }));
    expect(events).toEqual([{ type: "revoked" }]);
    expect(disk.commitsCount).toBe(0);
  });

  it("runs one change at a time, in the order of the calls", async () => {
    const add = (amount: number) =>
      database.change(async (transaction) => {
        const { next } = (await transaction.get(countersTable, "order")) ?? { next: 0 };
        await Promise.resolve();
        transaction.put(countersTable, "order", { next: next * 10 + amount });
      });
    await Promise.all([add(1), add(2), add(3)]);
    expect(database.find(countersTable, "order")).toEqual({ next: 123 });
  });

  it("reads the store again after a commit of unknown outcome", async () => {
    disk.afterCommit = () => {
      throw new Error("the disk answered too late");
    };
    const late = database.change(async (transaction) => transaction.put(tidiedTable, only, { atMs: 1 }));
    await expect(late).rejects.toMatchObject({ family: "Unavailable", code: "STORE_FAILED" });
    disk.afterCommit = () => undefined;
    const seen = await database.change((transaction) => transaction.get(tidiedTable, only));
    expect(seen).toEqual({ atMs: 1 });
    disk.beforeCommit = () => {
      throw new BaseError("Unavailable", "STORE_FULL", "no room");
    };
    const full = database.change(async (transaction) => transaction.put(tidiedTable, only, { atMs: 2 }));
    await expect(full).rejects.toMatchObject({ code: "STORE_FULL" });
    expect(await database.change((transaction) => transaction.get(tidiedTable, only))).toEqual({ atMs: 1 });
  });

  it("remembers the rows that were put last, as the last commit left them", async () => {
    const table = { ...seenTable, recentCount: 2 };
    const put = (key: string, atMs: number) =>
      database.change(async (transaction) => transaction.put(table, key, { key, atMs }));
    for (const key of ["a", "b", "a", "c"]) await put(key, 1);
    disk.collections.get("seen")?.clear();
    const seen = await Promise.all(["a", "b", "c"].map((key) => database.get(table, key)));
    expect(seen.map((row) => row?.key)).toEqual(["a", undefined, "c"]);
    await database.change(async (transaction) => transaction.delete(table, "a"));
    expect(await database.get(table, "a")).toBeUndefined();
    disk.afterCommit = () => {
      throw new Error("the disk answered too late");
    };
    await expect(put("c", 2)).rejects.toMatchObject({ code: "STORE_FAILED" });
    disk.afterCommit = () => undefined;
    expect(await database.change((transaction) => transaction.get(table, "c"))).toEqual({
      key: "c",
      atMs: 2,
    });
  });

  it("refuses rows of a newer version", async () => {
    await database.change(async (transaction) => transaction.put(tidiedTable, only, { atMs: 1 }));
    const [row] = disk.collections.get("tidied")?.values() ?? [];
    // {"v": 1, "atMs": 1}: the byte after the text "v" is the version.
    row?.set([9], row.indexOf("v".charCodeAt(0)) + 1);
    await expect(open()).rejects.toMatchObject({ code: "STORE_VERSION" });
  });

  it("sorts orders as numbers", () => {
    expect(orderKey(9) < orderKey(10)).toBe(true);
    expect(orderKey(Number.MAX_SAFE_INTEGER)).toHaveLength(16);
  });
});
