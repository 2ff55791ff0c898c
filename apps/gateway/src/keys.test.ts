/// <reference types="node" />
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCommand, readConfig } from "./config.ts";
import { addKey, findKey, readKeys } from "./keys.ts";

let folder = "";
let file = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-gateway-"));
  file = join(folder, "keys.json");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const input = { id: "app", tenant: "ward", scopes: ["chat" as const], maxTokensCount: 100 };

describe("keys", () => {
  it("are kept as hashes, readable by their owner only, and found by what was printed once", async () => {
    const key = await addKey(file, input);
    const other = await addKey(file, { ...input, id: "other" });
    expect(key).toMatch(/^clk_app_[\w-]{43}$/);
    expect(await readFile(file, "utf8")).not.toContain(key.slice(8));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const keys = await readKeys(file);
    expect(findKey(keys, `Bearer ${key}`)).toMatchObject(input);
    expect(findKey(keys, `Bearer ${other}`)?.id).toBe("other");
  });

  it("are not found by anything else", async () => {
    const key = await addKey(file, input);
    const keys = await readKeys(file);
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
    await addKey(file, input);
    await expect(addKey(file, input)).rejects.toMatchObject({ code: "GATEWAY_KEY_THERE" });
    await expect(addKey(file, { ...input, id: "Ann Smith" })).rejects.toMatchObject({ code: "GATEWAY_KEYS" });
  });

  it("are none where there is no file, and an error where it is exposed or broken", async () => {
    expect(await readKeys(file)).toEqual([]);
    await writeFile(file, '[{"id":"app"}]', { mode: 0o600 });
    await expect(readKeys(file)).rejects.toMatchObject({ code: "GATEWAY_KEYS" });
    await chmod(file, 0o644);
    await expect(readKeys(file)).rejects.toMatchObject({ code: "KEY_FILE_EXPOSED" });
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
    expect(() => readCommand(args)).toThrowError(expect.objectContaining({ code: "GATEWAY_USAGE" }));
  });
});

describe("the configuration", () => {
  const good = {
    listen: { host: "127.0.0.1", port: 0 },
    keysFile: "keys.json",
    region: "GB",
    model: { kind: "embedded", data: ".", name: "tiny" },
  };
  const read = async (config: unknown) => {
    await writeFile(join(folder, "c.json"), JSON.stringify(config));
    return readConfig(join(folder, "c.json"));
  };

  it("is read, and knows where it is", async () => {
    expect(await read(good)).toEqual({ ...good, folder });
  });

  it.each<[string, object, RegExp]>([
    ["an option that is none", { ...good, extra: 1 }, /README/],
    ["no port", { ...good, listen: { host: "a" } }, /listen\.port/],
    ["no such model", { ...good, model: { kind: "cloud" } }, /model\.kind/],
    ["a region that is none", { ...good, region: "Britain" }, /region/],
  ])("is refused with %s, which it names", async (_what, config, message) => {
    await expect(read(config)).rejects.toThrow(message);
  });
});
