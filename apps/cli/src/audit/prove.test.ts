/// <reference types="node" />
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Followed, follow } from "./follow.ts";
import { check, prove } from "./prove.ts";
import { LogFolder, leafNumber, origin } from "./testing/log-folder.ts";

let folder: LogFolder;
beforeEach(async () => {
  folder = await LogFolder.make([leafNumber(0), leafNumber(1), leafNumber(2)]);
});
afterEach(() => folder.remove());

describe("audit prove and check", () => {
  it("make a file that verifies offline, and only as it is", async () => {
    await folder.cosign();
    const policy = folder.policy();
    const { source, vkey } = await folder.locate();
    try {
      const { text, proven } = await prove({ source, vkey, index: 1, policy });
      expect(proven).toMatchObject({
        index: 1,
        origin,
        event: { type: "message.sent", kind: "ai" },
        witnessed: { size: 3, by: [{ name: "witness.example/w1" }] },
      });
      expect(check({ text, policy })).toEqual(proven);
      expect(check({ text, vkeys: [vkey] }).witnessed.by).toEqual([]);
      expect(() => check({ text })).toThrow(expect.objectContaining({ code: "NOTE_UNSIGNED" }));
      const moved = text.replace("index 1", "index 2");
      expect(() => check({ text: moved, policy })).toThrow(
        expect.objectContaining({ family: "Verification" }),
      );
      const bare = text.replace(/^extra .*\n/m, "");
      expect(() => check({ text: bare, policy })).toThrow(
        expect.objectContaining({ code: "PROOF_WITHOUT_ENTRY" }),
      );
      await folder.append([leafNumber(3)]);
      await expect(prove({ source, vkey, index: 3 })).rejects.toMatchObject({ code: "LEAF_NOT_COVERED" });
    } finally {
      await source.close();
    }
  });
});

describe("audit follow", () => {
  async function followed(acts: readonly (() => Promise<void>)[]): Promise<Followed[]> {
    const result = await folder.audit();
    if (!result.verified) throw new Error("verifies");
    const { verifyCheckpoint } = await import("@cloister/transparency");
    const { source, vkey } = await folder.locate();
    const from = verifyCheckpoint(await source.checkpoint(), [vkey]);
    const left = [...acts];
    const wait = async () => {
      await left[0]?.();
      return left.shift() !== undefined;
    };
    const seen: Followed[] = [];
    const keptFile = join(folder.dataDir, "audit", "followed");
    try {
      for await (const each of follow({ source, vkey, from, keptFile, wait })) seen.push(each);
    } finally {
      await source.close();
    }
    return seen;
  }

  it("shows what is new, each group under a verified checkpoint", async () => {
    const seen = await followed([
      () => folder.append([leafNumber(3), leafNumber(4)]),
      async () => undefined,
      () => folder.append([leafNumber(5)]),
    ]);
    expect(seen.map((each) => (each.type === "entry" ? each.index : [each.type, each.size]))).toEqual([
      3,
      4,
      ["checkpoint", 5],
      5,
      ["checkpoint", 6],
    ]);
  });

  it.each([
    [
      "CHECKPOINT_FORK",
      "UPDATE leaf SET bytes = (SELECT bytes FROM leaf WHERE position = 0) WHERE position = 3",
    ],
    ["LOG_TRUNCATED", "DELETE FROM leaf WHERE position = 3"],
  ])("ends with %s when new entries are not what was signed", async (reason, sql) => {
    const seen = await followed([
      async () => {
        await folder.append([leafNumber(3)]);
        folder.change(sql);
      },
      async () => undefined,
    ]);
    expect(seen.at(-1)).toEqual({ type: "broken", reason, size: 4 });
  });

  it("ends when the log shows an older head", async () => {
    const old = await folder.checkpoint();
    const seen = await followed([
      () => folder.append([leafNumber(3)]),
      async () => folder.change(`UPDATE head SET size = 3, checkpoint = '${old}'`),
    ]);
    expect(seen.at(-1)).toEqual({ type: "broken", reason: "CHECKPOINT_ROLLBACK", size: 3 });
  });
});
