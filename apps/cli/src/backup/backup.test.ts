/// <reference types="node" />
import { spawn } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { openRelayStore } from "@cloister/store-sqlite/relay";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { exists } from "../files.ts";
import { layOut } from "../testing/organisation.ts";
import { makeBackup, useBackupKey } from "./make.ts";
import { drill, lastDrillFile, restore } from "./restore.ts";

const launcher = fileURLToPath(new URL("../../bin/cloister.js", import.meta.url));

let folder: string;
let dataDir: string;
let to: string;
let keyFile: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cloister-backup-"));
  [dataDir, to, keyFile] = [join(folder, "data"), join(folder, "backups"), join(folder, "backup.key")];
  await layOut(dataDir);
  await useBackupKey(dataDir, keyFile);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const relayIn = (dir: string) =>
  openRelayStore({ dir: join(dir, "relay"), ballastBytes: 0, onFatal: () => {} });
const make = () => makeBackup({ dataDir, to, nowMs: Date.now() });

describe("a backup", () => {
  it("is taken while the relay has its database for itself, and comes back in a new epoch", async () => {
    const relay = await relayIn(dataDir);
    const { epoch } = await relay.state();
    const { folder: backup } = await make();
    const tried = await drill({ backup, keyFile, dataDir });
    expect(tried.logSize).toBe(3);
    expect(JSON.parse(await readFile(lastDrillFile(dataDir), "utf8"))).toEqual(tried);
    const restored = join(folder, "restored");
    await restore({ backup, keyFile, dataDir: restored });
    await relay.close();

    const back = await relayIn(restored);
    expect((await back.state()).epoch).not.toBe(epoch);
    await back.close();
    for (const name of ["organisation.key", join("log", "log.key"), join("relay", "relay.db")]) {
      expect(await exists(join(restored, name))).toBe(true);
    }
    await expect(restore({ backup, keyFile, dataDir: restored })).rejects.toMatchObject({
      code: "RESTORE_PLACE",
    });
  });

  it("leaves the assistant's state behind, and shows no key and no name", async () => {
    await writeFile(join(dataDir, "agent.invitation"), "marigold-kestrel");
    const { folder: backup } = await make();
    const secret = await readFile(join(dataDir, "organisation.key"), "latin1");
    for (const name of await readdir(backup)) {
      const bytes = await readFile(join(backup, name), "latin1");
      expect(bytes.includes(secret)).toBe(false);
      expect(bytes.includes("organisation.key")).toBe(false);
    }
    const restored = join(folder, "restored");
    await restore({ backup, keyFile, dataDir: restored });
    expect(await exists(join(restored, "agent.invitation"))).toBe(false);
  });

  it("that is damaged, cut, exchanged, for another key or of others is refused", async () => {
    const { folder: backup } = await make();
    const after = async (harm: (copy: string) => Promise<unknown>, more: object = {}) => {
      const copy = join(folder, "copy");
      await cp(backup, copy, { recursive: true });
      await harm(copy);
      const result = drill({ backup: copy, keyFile, dataDir, ...more });
      const code = await result.then(
        () => "accepted",
        (error: unknown) => (error as { code: string }).code,
      );
      await rm(copy, { recursive: true });
      return code;
    };
    const flip = async (file: string) => {
      const bytes = await readFile(file);
      bytes.set([(bytes.at(20) ?? 0) ^ 1], 20);
      await writeFile(file, bytes);
    };
    expect(await after(async () => undefined)).toBe("accepted");
    for (const name of ["1", "2", "manifest"]) {
      expect(await after((copy) => flip(join(copy, name)))).toBe("BACKUP_DAMAGED");
      expect(await after((copy) => truncate(join(copy, name), 30))).toBe("BACKUP_DAMAGED");
    }
    expect(await after((copy) => cp(join(copy, "2"), join(copy, "3")))).toBe("BACKUP_DAMAGED");
    expect(await after((copy) => rm(join(copy, "backup.json")))).toBe("BACKUP_MISSING");
    await writeFile(join(folder, "other.key"), "ab".repeat(32), { mode: 0o600 });
    const other = { keyFile: join(folder, "other.key") };
    expect(await after(async () => undefined, other)).toBe("BACKUP_DAMAGED");
    const stranger = { organisationKey: "A".repeat(43) };
    expect(await after(async () => undefined, stranger)).toBe("BACKUP_SIGNER");
  });

  it("is neither beside what it copies, nor is its key", async () => {
    await expect(useBackupKey(dataDir, join(dataDir, "backup.key"))).rejects.toMatchObject({
      code: "BACKUP_KEY_PLACE",
    });
    const inside = makeBackup({ dataDir, to: join(dataDir, "b"), nowMs: 0 });
    await expect(inside).rejects.toMatchObject({ code: "BACKUP_PLACE" });
  });
});

describe("kill -9 in a backup", () => {
  it("leaves nothing that has a backup's name and is none", async () => {
    // Enough to be killed in the middle of.
    await writeFile(join(dataDir, "knowledge.index"), new Uint8Array(40_000_000));
    let killedCount = 0;
    for (const waitMs of [400, 500, 600, 700, 900, 1200, 3000]) {
      const child = spawn(process.execPath, [launcher, "backup", "--data", dataDir, "--to", to]);
      const ended = new Promise<string | null>((resolve) =>
        child.once("exit", (_, signal) => resolve(signal)),
      );
      const timer = new AbortController();
      void setTimeout(waitMs, undefined, { signal: timer.signal }).then(
        () => child.kill("SIGKILL"),
        () => undefined,
      );
      if ((await ended) === "SIGKILL") killedCount += 1;
      timer.abort();
    }
    await make();
    const whole = (await readdir(to)).filter((name) => name.startsWith("cloister-"));
    expect(killedCount).toBeGreaterThan(0);
    expect(whole.length).toBeGreaterThan(0);
    for (const name of whole) await drill({ backup: join(to, name), keyFile, dataDir });
  }, 60_000);
});
