/// <reference types="node" />
/// <reference lib="es2023" />
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LogFolder, leafNumber } from "./testing/log-folder.ts";

const leaves: Uint8Array[] = Array.from({ length: 12 }, (_, number) => leafNumber(number));
let folder: LogFolder;
beforeEach(async () => {
  folder = await LogFolder.make(leaves);
});
afterEach(() => folder.remove());

const swap = (one: number, other: number) => `
  UPDATE leaf SET position = -1 WHERE position = ${one};
  UPDATE leaf SET position = ${one} WHERE position = ${other};
  UPDATE leaf SET position = ${other} WHERE position = -1`;
const set = (position: number, leaf: Uint8Array) =>
  `UPDATE leaf SET bytes = x'${Buffer.from(leaf).toString("hex")}' WHERE position = ${position}`;

/** Each way to tamper: on the disk, and as the history that the operator would sign anew. */
const matrix = [
  { how: "edit", sql: set(4, leafNumber(5, 4)), history: leaves.with(4, leafNumber(5, 4)) },
  {
    how: "delete",
    sql: "DELETE FROM leaf WHERE position = 4; UPDATE leaf SET position = position - 1 WHERE position > 4",
    history: leaves.toSpliced(4, 1),
  },
  { how: "reorder", sql: swap(4, 5), history: leaves.with(4, leafNumber(5)).with(5, leafNumber(4)) },
  { how: "truncate", sql: "DELETE FROM leaf WHERE position >= 9", history: leaves.slice(0, 9) },
  {
    how: "fork",
    sql: leaves.map((_, at) => set(at, leafNumber(at + 50))).join(";"),
    history: leaves.map((_, at) => leafNumber(at + 50)),
  },
  { how: "swap salt", sql: set(4, leafNumber(4, 99)), history: leaves.with(4, leafNumber(4, 99)) },
] as const;

describe("the tamper matrix", () => {
  it("finds nothing where nothing was done", async () => {
    await folder.cosign();
    const policy = folder.policy();
    expect(await folder.audit({ policy, keptName: "kept" })).toMatchObject({ verified: true, size: 12 });
    await folder.append([leafNumber(40)]);
    expect(await folder.audit({ policy, keptName: "kept" })).toMatchObject({
      verified: true,
      size: 13,
      continues: [{ size: 12 }],
      witnessed: { size: 12, by: [{ name: "witness.example/w1", at: "2026-11-24T16:30:00.000Z" }] },
    });
  });

  it.each(matrix)("$how on the disk, without the log's key", async ({ sql }) => {
    folder.change(sql);
    const reason = expect.stringMatching(/^LOG_(ROOT|TRUNCATED|SURPLUS)$/) as string;
    expect(await folder.audit()).toMatchObject({ verified: false, reason });
  });

  it.each(matrix)("$how by the operator, after somebody kept a checkpoint", async ({ history }) => {
    await folder.audit({ keptName: "kept" });
    await folder.rewrite(history);
    const reason = expect.stringMatching(/^CHECKPOINT_(FORK|ROLLBACK)$/) as string;
    expect(await folder.audit({ keptName: "kept" })).toMatchObject({ verified: false, reason });
    // Whoever looks for the first time and asks no witness cannot know.
    expect(await folder.audit()).toMatchObject({ verified: true });
  });

  it.each(matrix)("$how by the operator, after a witness cosigned", async ({ history }) => {
    await folder.cosign();
    const policy = folder.policy();
    await folder.rewrite(history);
    const reason = expect.stringMatching(/^CHECKPOINT_(FORK|ROLLBACK)$/) as string;
    expect(await folder.audit({ policy })).toMatchObject({ verified: false, reason });
    await rm(join(folder.dataDir, "log", "witnessed.checkpoint"));
    expect(await folder.audit({ policy })).toMatchObject({ verified: false, reason: "QUORUM_MISSING" });
  });

  it("replay checkpoint: an old head over the new log, or the old log whole", async () => {
    const old = await folder.checkpoint();
    await folder.append([leafNumber(40), leafNumber(41)]);
    await folder.cosign();
    const policy = folder.policy();
    await folder.audit({ keptName: "kept" });
    folder.change(`UPDATE head SET size = 12, checkpoint = '${old}'`);
    expect(await folder.audit()).toMatchObject({ verified: false, reason: "LOG_SURPLUS" });
    await folder.rewrite(leaves);
    expect(await folder.audit({ keptName: "kept" })).toMatchObject({ reason: "CHECKPOINT_ROLLBACK" });
    expect(await folder.audit({ policy })).toMatchObject({ reason: "CHECKPOINT_ROLLBACK" });
  });
});
