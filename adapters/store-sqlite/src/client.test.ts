/// <reference types="node" />
import { mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { concatBytes, toUtf8 } from "@cloister/bytes";
import { sealedClientStoreConformance } from "@cloister/testkit/client-store";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openClientStore } from "./client.ts";

const key = new Uint8Array(32).fill(7);
const otherKey = new Uint8Array(32).fill(8);

sealedClientStoreConformance("sqlite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cloister-client-"));
  const path = join(folder, "client.sqlite");
  return {
    open: () => openClientStore({ path, key }),
    openWithOtherKey: () => openClientStore({ path, key: otherKey }),
    clean: () => rm(folder, { recursive: true }),
    tamper: async () => {
      const database = new DatabaseSync(path);
      const rows = database.prepare("SELECT collection, name, value FROM row").all();
      for (const { collection, name, value } of rows as Record<string, Uint8Array>[]) {
        if (!collection || !name || !value) throw new Error("a row is not as expected");
        value[value.length - 1] = (value.at(-1) ?? 0) ^ 1;
        database
          .prepare("UPDATE row SET value = ? WHERE collection = ? AND name = ?")
          .run(value, collection, name);
      }
      database.close();
    },
    kept: async () => {
      const files = await readdir(folder);
      return concatBytes(...(await Promise.all(files.map((file) => readFile(join(folder, file))))));
    },
  };
});

describe("sqlite client store", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cloister-client-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("lets one in at a time, and the next one after it closed", async () => {
    const path = join(folder, "one.sqlite");
    const first = await openClientStore({ path, key });
    await expect(openClientStore({ path, key })).rejects.toMatchObject({
      family: "Conflict",
      code: "STORE_IN_USE",
    });
    await first.commit([{ type: "put", collection: "notes", key: "a", value: toUtf8("one") }]);
    await first.close();
    const second = await openClientStore({ path, key });
    expect(await second.get("notes", "a")).toEqual(toUtf8("one"));
    await second.close();
  });

  it("keeps its file to its owner", async () => {
    const path = join(folder, "inner", "private.sqlite");
    await (await openClientStore({ path, key })).close();
    expect((await stat(path)).mode & 0o077).toBe(0);
  });

  it("refuses a key of another length, a newer schema and an impossible place", async () => {
    const path = join(folder, "newer.sqlite");
    await expect(openClientStore({ path, key: new Uint8Array(16) })).rejects.toMatchObject({
      code: "STORE_KEY_LENGTH",
    });
    const database = new DatabaseSync(path);
    database.exec("PRAGMA user_version = 99");
    database.close();
    await expect(openClientStore({ path, key })).rejects.toMatchObject({ code: "STORE_VERSION" });
    const impossible = join(path, "below", "client.sqlite");
    await expect(openClientStore({ path: impossible, key })).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
    });
  });

  it("does not exchange rows: a value holds under its own name only", async () => {
    const path = join(folder, "swap.sqlite");
    const store = await openClientStore({ path, key });
    await store.commit([{ type: "put", collection: "notes", key: "a", value: toUtf8("one") }]);
    await store.commit([{ type: "put", collection: "notes", key: "b", value: toUtf8("two") }]);
    await store.close();
    const database = new DatabaseSync(path);
    const [first, second] = database.prepare("SELECT name, value FROM row").all() as Record<
      string,
      Uint8Array
    >[];
    const update = database.prepare("UPDATE row SET value = ? WHERE name = ?");
    update.run(first?.["value"] ?? null, second?.["name"] ?? null);
    update.run(second?.["value"] ?? null, first?.["name"] ?? null);
    database.close();
    const read = async () => {
      const reopened = await openClientStore({ path, key });
      try {
        await reopened.list("notes");
      } finally {
        await reopened.close();
      }
    };
    await expect(read()).rejects.toMatchObject({ code: "STORE_CORRUPT" });
  });
});
