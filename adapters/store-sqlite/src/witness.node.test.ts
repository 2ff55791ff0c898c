/// <reference types="node" />
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openWitnessStore } from "./witness.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-witness-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("sqlite witness store", () => {
  it("replaces what it is told is there, and keeps it", () => {
    const file = join(folder, "witness.sqlite");
    const [store, other] = [openWitnessStore(file), openWitnessStore(file)];
    expect(store.latest("a")).toBeUndefined();
    expect(store.replace({ origin: "a", before: undefined, after: "one" })).toBe(true);
    expect(other.replace({ origin: "a", before: undefined, after: "two" })).toBe(false);
    expect(other.replace({ origin: "a", before: "one", after: "three" })).toBe(true);
    expect(store.replace({ origin: "b", before: "one", after: "two" })).toBe(false);
    store.close();
    other.close();
    const again = openWitnessStore(file);
    expect([again.latest("a"), again.latest("b")]).toEqual(["three", undefined]);
    again.close();
  });

  it("refuses a file of a newer schema, and what is no database", async () => {
    const file = join(folder, "newer.sqlite");
    const database = new DatabaseSync(file);
    database.exec("PRAGMA user_version = 99");
    database.close();
    expect(() => openWitnessStore(file)).toThrow(expect.objectContaining({ code: "STORE_VERSION" }));
    await writeFile(
      join(folder, "text"),
      "this is not a database, it is a text that is longer than a header",
    );
    expect(() => openWitnessStore(join(folder, "text"))).toThrow(
      expect.objectContaining({ code: "STORE_UNAVAILABLE" }),
    );
  });
});
