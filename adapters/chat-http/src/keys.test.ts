/// <reference types="node" />
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BaseError } from "@cloister/bytes";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCommand } from "./command.ts";
import { addKey, findKey, readKeys, type SecretFiles } from "./keys.ts";

let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-gateway-"));
  file = join(folder, "keys.json");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const files: SecretFiles = {
  read: async (path) => {
    const { mode } = await stat(path).catch(() => {
      throw new BaseError("Usage", "KEY_FILE_MISSING", "not there");
    });
    if ((mode & 0o077) !== 0) throw new BaseError("Usage", "KEY_FILE_EXPOSED", "exposed");
    return readFile(path, "utf8");
  },
  write: (path, content) => writeFile(path, content, { mode: 0o600 }),
};
const input = { id: "app", tenant: "ward", scopes: ["chat" as const], maxTokensCount: 100 };

describe("keys", () => {
  it("are kept as hashes, readable by their owner only, and found by what was printed once", async () => {
    const key = await addKey(file, input, files);
    const other = await addKey(file, { ...input, id: "other" }, files);
    expect(key).toMatch(/^clk_app_[\w-]{43}$/);
    expect(await readFile(file, "utf8")).not.toContain(key.slice(8));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const keys = await readKeys(file, files);
    expect(findKey(keys, `Bearer ${key}`)).toMatchObject(input);
    expect(findKey(keys, `Bearer ${other}`)?.id).toBe("other");
  });

  it("are not found by anything else", async () => {
    const key = await addKey(file, input, files);
    const keys = await readKeys(file, files);
    const wrong = [
      undefined,
      "",
      key,
      `Basic ${key}`,
      `Bearer ${key}x`,
      `Bearer ${key.replace("app", "axp")}`,
    ];
    for (const authorization of wrong) expect(findKey(keys, authorization)).toBeUndefined();
  });

  it("have one name each, of a kind that may stand in a log", async () => {
    await addKey(file, input, files);
    await expect(addKey(file, input, files)).rejects.toMatchObject({ code: "CHAT_KEY_THERE" });
    await expect(addKey(file, { ...input, id: "Ann Smith" }, files)).rejects.toMatchObject({
      code: "CHAT_KEYS",
    });
  });

  it("are none where there is no file, and an error where it is exposed or broken", async () => {
    expect(await readKeys(file, files)).toEqual([]);
    await writeFile(file, '[{"id":"app"}]', { mode: 0o600 });
    await expect(readKeys(file, files)).rejects.toMatchObject({ code: "CHAT_KEYS" });
    await chmod(file, 0o644);
    await expect(readKeys(file, files)).rejects.toMatchObject({ code: "KEY_FILE_EXPOSED" });
  });
});

describe("the command line", () => {
  it("serves, or makes a key", () => {
    expect(readCommand(["--help"])).toEqual({ do: "help" });
    expect(readCommand(["--config", "c"])).toEqual({ do: "serve", configFile: "c" });
    const args = [
      "--config",
      "c",
      "--new-key",
      "app",
      "--tenant",
      "ward",
      "--scope",
      "chat",
      "--scope",
      "models",
    ];
    expect(readCommand([...args, "--max-tokens", "9"])).toEqual({
      do: "new-key",
      configFile: "c",
      key: { id: "app", tenant: "ward", scopes: ["chat", "models"], maxTokensCount: 9 },
    });
  });

  it.each([
    [[]],
    [["--nonsense"]],
    [["--config", "c", "--new-key", "app"]],
    [["--config", "c", "--new-key", "app", "--tenant", "t", "--scope", "all"]],
    [["--config", "c", "--new-key", "app", "--tenant", "t", "--max-tokens", "many"]],
  ])("refuses %j", (args) => {
    expect(() => readCommand(args)).toThrowError(expect.objectContaining({ code: "CHAT_USAGE" }));
  });
});
