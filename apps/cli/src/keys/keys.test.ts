import { spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { toUtf8 } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { Keyring } from "@cloister/keys";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openKeys } from "./open.ts";

const main = fileURLToPath(new URL("../main.ts", import.meta.url));
let folder: string;
let config: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-cli-keys-"));
  config = join(folder, "keys.json");
  await writeFile(join(folder, "passphrase"), "correct horse", { mode: 0o600 });
  await writeFile(join(folder, "holds.json"), "[]");
  const store = { kind: "file", folder: "keys", passphraseFile: "passphrase" };
  const places = { wrapped: "wrapped", copies: ["backup"], journal: "journal", holdsFile: "holds.json" };
  await writeFile(
    config,
    JSON.stringify({ tenant: "clinic", production: false, store, ...places, logFile: "log" }),
  );
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function cloister(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, "keys", ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr, json: () => JSON.parse(stdout) as unknown };
}

async function sealTwo() {
  const { provider, store, journal } = await openKeys(config);
  const keyring = new Keyring({ provider, store, journal, random: systemRandom });
  const associatedData = toUtf8("memory");
  const sealed = (conversation: string) =>
    keyring.seal({
      scope: { tenant: "clinic", conversation, epoch: 0, version: 1 },
      plaintext: toUtf8(conversation),
      associatedData,
    });
  const envelopes = { one: await sealed("one"), two: await sealed("two") };
  await cp(join(folder, "wrapped"), join(folder, "backup"), { recursive: true });
  return (name: "one" | "two") =>
    keyring.open({
      envelope: envelopes[name],
      conversation: { tenant: "clinic", conversation: name },
      associatedData,
    });
}

describe("cloister keys", () => {
  it("tells, rotates and destroys", async () => {
    const read = await sealTwo();
    expect(cloister("status", "--config", config, "--json").json()).toMatchObject({
      kind: "file",
      version: "1",
      wrapped: { 1: 2 },
      rotation: "never",
    });
    expect(cloister("rotate", "--config", config, "--json").json()).toMatchObject({
      from: "1",
      to: "2",
      rewrapped: 2,
    });
    expect(cloister("status", "--config", config).stdout).toContain("2  data keys under version 2");
    expect(await read("one")).toEqual(toUtf8("one"));

    const shred = [
      "shred",
      "--config",
      config,
      "--conversation",
      "one",
      "--reason",
      "erasure",
      "--by",
      "officer-1",
    ];
    expect(cloister(...shred, "--json").json()).toMatchObject({
      places: [
        { name: "wrapped keys", count: 1 },
        { name: "backup", count: 1 },
      ],
    });
    expect(await read("one")).toEqual(toUtf8("one"));
    await writeFile(join(folder, "holds.json"), '["one"]');
    expect(cloister(...shred, "--yes")).toMatchObject({
      status: 77,
      stderr: expect.stringContaining("SHRED_HELD"),
    });
    await rm(join(folder, "holds.json"));
    expect(cloister(...shred, "--yes")).toMatchObject({
      status: 77,
      stderr: expect.stringContaining("HOLDS_UNKNOWN"),
    });
    await writeFile(join(folder, "holds.json"), "[]");
    expect(cloister(...shred, "--yes", "--json").json()).toMatchObject({ stage: "done" });
    await expect(read("one")).rejects.toMatchObject({ code: "KEY_SHREDDED" });
    expect(await read("two")).toEqual(toUtf8("two"));
    const log = (await readFile(join(folder, "log"), "utf8")).trim().split("\n");
    expect(log.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
      "keys.shred-refused",
      "keys.shred",
      "keys.shredded",
    ]);
  });

  it("prints a policy that its linter passes, and finds what is wrong with another", async () => {
    const account = "111122223333";
    const role = `arn:aws:iam::${account}:role/enclave`;
    const args = ["--account", account, "--enclave-role", role, "--measurement", "ab".repeat(48)];
    const printed = cloister("policy", "print", ...args);
    const file = join(folder, "policy.json");
    await writeFile(file, printed.stdout);
    expect(cloister("policy", "lint", file, "--account", account)).toMatchObject({ status: 0 });
    await writeFile(file, printed.stdout.replaceAll("kms:PutKeyPolicy", "kms:GetKeyPolicy"));
    const linted = cloister("policy", "lint", file, "--account", account, "--json");
    expect(linted.status).toBe(1);
    expect(linted.json()).toMatchObject({ faults: [{ code: "POLICY_CHANGE_NOT_DENIED" }] });
  });

  it("says what is wrong with a configuration, without what is in it", async () => {
    await writeFile(config, '{"passphrase":"hunter2"}');
    const { status, stderr } = cloister("status", "--config", config);
    expect(status).toBe(64);
    expect(stderr).toContain("KEYS_CONFIG");
    expect(stderr).not.toContain("hunter2");
  });
});
