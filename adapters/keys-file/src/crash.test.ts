import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { toUtf8 } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { countByVersion, Keyring, readRotation, readShred } from "@cloister/keys";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openFileKeys } from "./provider.ts";
import { openFileJournal, openFileWrappedKeys } from "./wrapped-keys.ts";

const worker = fileURLToPath(new URL("testing/worker.ts", import.meta.url));
const conversations = 6;
const associatedData = toUtf8("memory");
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-crash-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs the worker and kills it, without a chance to tidy up, after so many effects. */
async function run(act: string, killAfter = Number.POSITIVE_INFINITY): Promise<string> {
  const child = spawn(process.execPath, [worker, act, folder], { stdio: ["ignore", "pipe", "inherit"] });
  let [seen, last] = [0, ""];
  const ended = new Promise((resolve) => child.once("exit", resolve));
  for await (const line of createInterface(child.stdout)) {
    last = line;
    seen += 1;
    if (seen === killAfter) child.kill("SIGKILL");
  }
  await ended;
  return last;
}

async function setUp() {
  const passphrase = toUtf8("test");
  const provider = await openFileKeys({ folder: join(folder, "keys"), passphrase, production: false });
  const store = openFileWrappedKeys(join(folder, "wrapped"));
  const journal = openFileJournal(join(folder, "journal"));
  const keyring = new Keyring({ provider, store, journal, random: systemRandom });
  const envelopes: Uint8Array[] = [];
  for (let at = 0; at < conversations; at += 1) {
    const scope = { tenant: "t", conversation: `c${at}`, epoch: 0, version: 1 };
    envelopes.push(await keyring.seal({ scope, plaintext: toUtf8(`text ${at}`), associatedData }));
  }
  await cp(join(folder, "wrapped"), join(folder, "backup"), { recursive: true });
  const read = async (at: number) =>
    keyring.open({
      envelope: envelopes[at] ?? new Uint8Array(),
      conversation: { tenant: "t", conversation: `c${at}` },
      associatedData,
    });
  return { store, journal, read };
}

describe("kill -9", () => {
  it.each([1, 2, 3, 5, 8])(
    "during a rotation, after %i effects: the next run finishes it",
    async (killAfter) => {
      const { store, journal, read } = await setUp();
      await run("rotate", killAfter);
      expect((await readRotation(journal, "t"))?.stage).not.toBe(undefined);
      for (let at = 0; at < conversations; at += 1) expect(await read(at)).toEqual(toUtf8(`text ${at}`));
      await run("rotate");
      // Killed after its last write, the first run was a whole rotation; then the second is another.
      const versions = [...(await countByVersion(store, "t"))];
      expect(versions).toEqual([[expect.stringMatching(/^[23]$/), conversations]]);
      expect((await readRotation(journal, "t"))?.stage).toBe("done");
      for (let at = 0; at < conversations; at += 1) expect(await read(at)).toEqual(toUtf8(`text ${at}`));
    },
  );

  it.each([1, 2, 3, 4, 5])(
    "during shredding, after %i effects: the next run finishes it",
    async (killAfter) => {
      const { store, journal, read } = await setUp();
      await run("shred", killAfter);
      await run("shred");
      const conversation = { tenant: "t", conversation: "c0" };
      expect(await readShred(journal, conversation)).toMatchObject({ stage: "done", remaining: [] });
      expect(await store.count(conversation)).toBe(0);
      expect(await openFileWrappedKeys(join(folder, "backup")).count(conversation)).toBe(0);
      const log = (await readFile(join(folder, "log"), "utf8")).trim().split("\n");
      const ids = new Set(log.map((line) => (JSON.parse(line) as { id: string }).id));
      expect([...ids].map((id) => id.split(".").slice(0, 2).join("."))).toEqual([
        "keys.shred",
        "keys.shredded",
      ]);
      await expect(read(0)).rejects.toMatchObject({ code: "KEY_SHREDDED" });
      expect(await read(1)).toEqual(toUtf8("text 1"));
    },
  );
});

describe("wrapped keys in files", () => {
  const scope = { tenant: "t", conversation: "c", epoch: 0, version: 1 };
  const wrapped = (fill: number) => ({ version: "1", bytes: new Uint8Array(60).fill(fill) });

  it("are created once, replaced only as they were, and never brought back", async () => {
    const store = openFileWrappedKeys(folder);
    await store.create({ scope, wrapped: wrapped(1) });
    await expect(store.create({ scope, wrapped: wrapped(2) })).rejects.toMatchObject({
      code: "RECORD_CHANGED",
    });
    const stale = store.replace({ scope, wrapped: wrapped(3) }, wrapped(2));
    await expect(stale).rejects.toMatchObject({ code: "RECORD_CHANGED" });
    await store.replace({ scope, wrapped: wrapped(3) }, wrapped(1));
    expect((await store.get(scope))?.wrapped).toEqual(wrapped(3));
    expect(await store.destroy(scope)).toBe(1);
    expect(await store.destroy(scope)).toBe(0);
    const late = store.replace({ scope, wrapped: wrapped(4) }, wrapped(3));
    await expect(late).rejects.toMatchObject({ code: "RECORD_CHANGED" });
    expect(await store.get(scope)).toBe(undefined);
  });

  it("refuse names that leave the folder", async () => {
    const store = openFileWrappedKeys(folder);
    await expect(store.get({ ...scope, tenant: ".." })).rejects.toMatchObject({ code: "KEY_SCOPE" });
    await expect(store.destroy({ tenant: "t", conversation: "a/b" })).rejects.toMatchObject({
      code: "KEY_SCOPE",
    });
    const journal = openFileJournal(folder);
    expect(() => journal.read("../x")).toThrowError(expect.objectContaining({ code: "KEY_SCOPE" }));
  });
});
