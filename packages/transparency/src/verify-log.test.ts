/// <reference lib="es2023" />
import { toUtf8 } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { describe, expect, it } from "vitest";
import { signCheckpoint } from "./checkpoint.ts";
import { encodeLeaf } from "./leaf.ts";
import { leafHash } from "./merkle.ts";
import { ed25519NoteSigner, formatVerifierKey } from "./note.ts";
import { CompactTree } from "./tree.ts";
import { type LogClaim, verifyLog } from "./verify-log.ts";

const origin = "clinic.example/log";
const seed = new Uint8Array(32).fill(1);
const signer = ed25519NoteSigner(origin, seed);
const vkeys = [formatVerifierKey(origin, ed25519KeyPair(seed).publicKey)];

function leaf(at: number, salt = at): Uint8Array {
  const kind = at % 2 === 0 ? "human" : "ai";
  return encodeLeaf({ type: "message.sent", at: "2026-11-24T16Z", kind }, new Uint8Array(32).fill(salt));
}

/** The checkpoint that a log with exactly these leaves would sign. */
function checkpointOf(leaves: readonly Uint8Array[], by = signer): string {
  const tree = new CompactTree();
  for (const each of leaves) tree.append(leafHash(each));
  return signCheckpoint(by, { size: tree.size, root: tree.root() });
}

const leaves = Array.from({ length: 21 }, (_, at) => leaf(at));
const honest: LogClaim = { leaves, checkpoint: checkpointOf(leaves), vkeys };
const saved = checkpointOf(leaves.slice(0, 13));

/** An operator who holds the log's key signs a new head over the tampered leaves. */
function resigned(tampered: readonly Uint8Array[]): LogClaim {
  return { leaves: tampered, checkpoint: checkpointOf(tampered), vkeys, savedCheckpoint: saved };
}

describe("verifyLog", () => {
  it("accepts the honest log, with and without an earlier checkpoint", async () => {
    const verdict = await verifyLog(honest);
    expect(verdict).toMatchObject({ verified: true, checkpoint: { size: 21 } });
    expect(verdict.verified && verdict.counts.get("message.sent")).toBe(21);
    for (const size of [0, 1, 13, 21]) {
      const savedCheckpoint = checkpointOf(leaves.slice(0, size));
      expect(await verifyLog({ ...honest, savedCheckpoint })).toMatchObject({ verified: true });
    }
    expect(await verifyLog({ leaves: [], checkpoint: checkpointOf([]), vkeys })).toMatchObject({
      verified: true,
    });
  });

  it("takes leaves as they come", async () => {
    async function* stream() {
      yield* leaves;
    }
    expect(await verifyLog({ ...honest, leaves: stream() })).toMatchObject({ verified: true });
  });

  const swappedSalt = leaves.with(4, leaf(4, 99));
  const edited = leaves.with(4, leaf(5, 4));
  const deleted = leaves.toSpliced(4, 1);
  const reordered = leaves.with(4, leaf(5)).with(5, leaf(4));
  const inserted = leaves.toSpliced(4, 0, leaf(77));
  const truncated = leaves.slice(0, 10);

  // Without the log's key: the checkpoint is still the honest one.
  it.each<[string, string, LogClaim]>([
    ["edit", "LOG_ROOT", { ...honest, leaves: edited }],
    ["delete", "LOG_TRUNCATED", { ...honest, leaves: deleted }],
    ["delete and refill", "LOG_ROOT", { ...honest, leaves: [...deleted, leaf(77)] }],
    ["insert", "LOG_SURPLUS", { ...honest, leaves: inserted }],
    ["reorder", "LOG_ROOT", { ...honest, leaves: reordered }],
    ["truncate", "LOG_TRUNCATED", { ...honest, leaves: truncated }],
    ["swap salt", "LOG_ROOT", { ...honest, leaves: swappedSalt }],
    [
      "forge head",
      "NOTE_SIGNATURE",
      { ...honest, checkpoint: honest.checkpoint.replace("\n21\n", "\n20\n") },
    ],
    ["other log's head", "NOTE_UNSIGNED", { ...honest, checkpoint: otherLog() }],
    ["no head", "NOTE_FORMAT", { ...honest, checkpoint: "" }],
  ])("catches: %s", async (_how, reason, claim) => {
    expect(await verifyLog(claim)).toEqual({ verified: false, reason });
  });

  // With the log's key: what a checkpoint kept elsewhere is for.
  it.each<[string, string, LogClaim]>([
    ["edit", "CHECKPOINT_FORK", resigned(edited)],
    ["delete", "CHECKPOINT_FORK", resigned(deleted)],
    ["insert", "CHECKPOINT_FORK", resigned(inserted)],
    ["reorder", "CHECKPOINT_FORK", resigned(reordered)],
    ["swap salt", "CHECKPOINT_FORK", resigned(swappedSalt)],
    ["truncate", "CHECKPOINT_ROLLBACK", resigned(truncated)],
    ["replay an old head", "CHECKPOINT_ROLLBACK", resigned(leaves.slice(0, 12))],
    ["start over", "CHECKPOINT_ROLLBACK", resigned([])],
    ["fork the empty tree's successor", "CHECKPOINT_FORK", resigned(leaves.map((_, at) => leaf(at + 30)))],
  ])("catches the key holder who re-signs: %s", async (_how, reason, claim) => {
    expect(await verifyLog(claim)).toEqual({ verified: false, reason });
    expect(await verifyLog({ ...claim, savedCheckpoint: claim.checkpoint })).toMatchObject({
      verified: true,
    });
  });

  it("names the leaf that the allow-list refuses", async () => {
    const smuggled = leaves.with(6, toUtf8("Mrs Miller has a cough"));
    expect(await verifyLog(resigned(smuggled))).toEqual({
      verified: false,
      reason: "LEAF_FIELDS",
      index: 6,
    });
  });

  it("refuses a saved checkpoint of another log or in another's name", async () => {
    expect(await verifyLog({ ...honest, savedCheckpoint: otherLog() })).toMatchObject({
      reason: "NOTE_UNSIGNED",
    });
    const both = [...vkeys, otherKey()];
    expect(await verifyLog({ ...honest, vkeys: both, savedCheckpoint: otherLog() })).toMatchObject({
      reason: "CHECKPOINT_ORIGIN",
    });
  });

  it("passes on the errors of whoever delivers the leaves", async () => {
    async function* broken() {
      yield* leaves.slice(0, 3);
      throw new Error("connection lost");
    }
    await expect(verifyLog({ ...honest, leaves: broken() })).rejects.toThrow("connection lost");
  });
});

function otherLog(): string {
  return checkpointOf(leaves, ed25519NoteSigner("other.example/log", seed));
}

function otherKey(): string {
  return formatVerifierKey("other.example/log", ed25519KeyPair(seed).publicKey);
}
