import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toBase64Url, toUtf8 } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { Keyring, type ShredEvent, shredKeys } from "@cloister/keys";
import { type MemoryRef, PatientMemory } from "@cloister/retrieval/patient";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFileKeys } from "./provider.ts";
import { openFileShards } from "./shards.ts";
import { openFileJournal, openFileWrappedKeys } from "./wrapped-keys.ts";

const ref: MemoryRef = { tenant: "clinic", patient: "alice", conversation: "c1" };
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-shards-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("shards in files", () => {
  it("are replaced as a whole, listed, and taken away", async () => {
    const shards = openFileShards(folder);
    expect(await shards.read(ref)).toBeUndefined();
    await shards.write(ref, toUtf8("one"));
    await shards.write(ref, toUtf8("two"));
    await shards.write({ ...ref, patient: "bob" }, toUtf8("bob's"));
    expect(new TextDecoder().decode(await shards.read(ref))).toBe("two");
    const listed = await all(shards.list("clinic"));
    expect(listed.map(({ patient }) => patient).toSorted()).toEqual(["alice", "bob"]);
    const file = join(folder, "clinic", "alice", "c1.shard");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, "clinic", "alice"))).toEqual(["c1.shard"]);
    await shards.remove(ref);
    expect(await shards.read(ref)).toBeUndefined();
  });

  it.each(["../bob", "", "a/b", "."])("are nowhere but in their folder: %j", async (id) => {
    const shards = openFileShards(folder);
    for (const other of [{ patient: id }, { tenant: id }, { conversation: id }]) {
      await expect(shards.read({ ...ref, ...other })).rejects.toMatchObject({ code: "MEMORY_REF" });
    }
  });
});

describe("a memory under an organisation's keys", () => {
  it("is kept, found after a restart, and gone when its keys are shredded", async () => {
    const provider = await openFileKeys({
      folder: join(folder, "keys"),
      passphrase: toUtf8("a passphrase of some length"),
      production: false,
    });
    const wrapped = openFileWrappedKeys(join(folder, "wrapped"));
    const journal = openFileJournal(join(folder, "journal"));
    const events: ShredEvent[] = [];
    const log = { append: async (event: ShredEvent) => void events.push(event) };
    const holds = { isHeld: async () => false };
    const open = () =>
      new PatientMemory({
        sealer: new Keyring({ provider, store: wrapped, journal, random: systemRandom }),
        store: openFileShards(join(folder, "memory")),
        shred: async (keys) => {
          const request = { ...keys, reason: "consent-withdrawn", requestedBy: "patient", atMs: 1 };
          await shredKeys(request, { journal, log, holds, copies: [wrapped] });
        },
        mayKeep: async () => true,
        freshId: () => toBase64Url(systemRandom(16)),
        nowMs: () => 1_772_409_600_000,
      });
    await open().keep(ref, { id: "m1", question: "What helps?", answer: "Rest." });
    expect((await open().recall(ref)).map((one) => one.revealTo("alice").text)).toEqual([
      "You asked: What helps?\nThe answer was: Rest.",
    ]);
    await open().forget(ref);
    expect(await all(wrapped.list("clinic"))).toEqual([]);
    expect(events.map(({ type }) => type)).toEqual(["keys.shred", "keys.shredded"]);
    await open().keep(ref, { id: "m2", question: "And now?", answer: "Walk." });
    expect(await open().recall(ref)).toHaveLength(1);
    await provider.close();
  });
});
