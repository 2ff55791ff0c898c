/// <reference types="node" />
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { toUtf8 } from "@cloister/bytes";
import { logStoreConformance } from "@cloister/testkit/log-store";
import { CompactTree, leafHash } from "@cloister/transparency";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLogStore } from "./log.ts";

logStoreConformance("sqlite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "cloister-log-"));
  return {
    open: () => openLogStore(join(folder, "log.sqlite")),
    clean: () => rm(folder, { recursive: true }),
  };
});

describe("sqlite log store", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cloister-log-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("keeps a write-ahead log, so that readers do not wait", async () => {
    const file = join(folder, "pragmas.sqlite");
    const store = await openLogStore(file);
    const database = new DatabaseSync(file);
    expect(database.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    database.close();
    await store.close();
  });

  it("says so when the file is no database, or cannot be opened", async () => {
    const unavailable = { code: "STORE_UNAVAILABLE", family: "Unavailable" };
    const file = join(folder, "text.sqlite");
    await writeFile(file, "this is not a database, it is a text that is longer than a header");
    await expect(openLogStore(file)).rejects.toMatchObject(unavailable);
    await expect(openLogStore(join(folder, "missing", "log.sqlite"))).rejects.toMatchObject(unavailable);
  });

  it("refuses a file of a newer schema and leaves it alone", async () => {
    const file = join(folder, "newer.sqlite");
    const database = new DatabaseSync(file);
    database.exec("PRAGMA user_version = 99");
    database.close();
    await expect(openLogStore(file)).rejects.toMatchObject({ code: "STORE_VERSION" });
  });

  it("fails what is asked after it was closed, instead of waiting for ever", async () => {
    const store = await openLogStore(join(folder, "closed.sqlite"));
    await store.close();
    await expect(store.head()).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
  });

  it("rolls a failed batch back and takes the next one", async () => {
    const store = await openLogStore(join(folder, "rollback.sqlite"));
    const tree = new CompactTree();
    const leaf = toUtf8("leaf");
    const nodes = tree.append(leafHash(leaf));
    const batch = { firstIndex: 0, leaves: [leaf], nodes, checkpoint: "head\n" };
    await expect(store.append({ ...batch, nodes: [...nodes, ...nodes] })).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
    });
    await store.append(batch);
    expect(await store.head()).toEqual({ size: 1, checkpoint: "head\n" });
    await store.close();
  });
});
