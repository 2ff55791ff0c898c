import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHex, toUtf8 } from "@cloister/bytes";
import { keyProviderConformance } from "@cloister/testkit/key-provider";
import { argon2id as portableArgon2id } from "@noble/hashes/argon2.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { argon2id } from "./argon2id.ts";
import { openFileKeys } from "./provider.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-keys-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const scope = { tenant: "t", conversation: "c", epoch: 0, version: 1 };
const openWith = (passphrase: string, production = false, allowInProduction = false) =>
  openFileKeys({ folder, passphrase: toUtf8(passphrase), production, allowInProduction });

keyProviderConformance({ open: () => openWith("correct horse") });

describe("keys in files", () => {
  it("are refused in production, unless somebody allows them", async () => {
    await expect(openWith("p", true)).rejects.toMatchObject({
      code: "KEY_FILE_PRODUCTION",
      family: "Policy",
    });
    expect(await readdir(folder)).toEqual([]);
    expect((await (await openWith("p", true, true)).status()).kind).toBe("file");
  });

  it("open again with the same passphrase only, and hold no key in the clear", async () => {
    const first = await openWith("one");
    const { key, wrapped } = await first.dataKey(scope);
    await expect(openWith("two")).rejects.toMatchObject({ code: "KEY_DENIED" });
    expect(await (await openWith("one")).unwrap(wrapped, scope)).toEqual(key);
    const names = (await readdir(folder)).sort();
    expect(names).toEqual(["kek-1", "sign", "store.json"]);
    expect((await readFile(join(folder, "kek-1"), "utf8")).trim()).toHaveLength(80);
  });

  it("notice a file put in another's place, and one that is gone", async () => {
    const keys = await openWith("one");
    const old = await keys.wrap(new Uint8Array(32), scope);
    await keys.rotate();
    await writeFile(join(folder, "kek-2"), await readFile(join(folder, "kek-1")));
    await expect(keys.wrap(new Uint8Array(32), scope)).rejects.toMatchObject({ code: "KEY_DENIED" });
    await rm(join(folder, "kek-1"));
    await expect(keys.unwrap(old, scope)).rejects.toMatchObject({ code: "KEY_MISSING" });
  });

  it("keep one key for a version when two processes rotate at once", async () => {
    const [one, two] = [await openWith("p"), await openWith("p")];
    await Promise.all([one.rotate(), two.rotate()]);
    const { key, wrapped } = await one.dataKey(scope);
    expect(await two.unwrap(wrapped, scope)).toEqual(key);
  });

  it("refuse costs that would make guessing cheap or exhaust the machine", async () => {
    await openWith("p");
    const path = join(folder, "store.json");
    const stored = JSON.parse(await readFile(path, "utf8")) as object;
    for (const change of [
      { memoryKib: 8 },
      { memoryKib: 2 ** 31 },
      { passes: 0 },
      { kdf: "md5" },
      { salt: "" },
    ]) {
      await writeFile(path, JSON.stringify({ ...stored, ...change }));
      await expect(openWith("p")).rejects.toMatchObject({ code: "KEY_CONFIGURATION" });
    }
  });
});

describe("argon2id", () => {
  it("is RFC 9106's, in Node's and in noble's form", () => {
    const salt = new Uint8Array(16).fill(2);
    const cost = { memoryKib: 32, passes: 3, lanes: 4 };
    const here = argon2id(new Uint8Array(32).fill(1), salt, cost);
    expect(here).toEqual(
      portableArgon2id(new Uint8Array(32).fill(1), salt, { m: 32, t: 3, p: 4, dkLen: 32 }),
    );
    // RFC 9106 section 5.3, with its secret and associated data, which a passphrase does not have.
    const vector = portableArgon2id(new Uint8Array(32).fill(1), salt, {
      m: 32,
      t: 3,
      p: 4,
      dkLen: 32,
      key: new Uint8Array(8).fill(3),
      personalization: new Uint8Array(12).fill(4),
    });
    expect(toHex(vector)).toBe("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
  });
});
