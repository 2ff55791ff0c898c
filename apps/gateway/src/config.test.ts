/// <reference types="node" />
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-gateway-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

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
