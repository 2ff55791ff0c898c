import { toBase64 } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { MemoryLogStore } from "@cloister/testkit/log-store";
import { describe, expect, it } from "vitest";
import { parseCheckpointText, signCheckpoint, verifyCheckpoint, verifyTogether } from "./checkpoint.ts";
import { emptyRoot, leafHash } from "./merkle.ts";
import { ed25519NoteSigner, formatVerifierKey, signNote } from "./note.ts";
import { CompactTree, proveConsistency } from "./tree.ts";

const origin = "clinic.example/log";
const seed = new Uint8Array(32).fill(1);
const signer = ed25519NoteSigner(origin, seed);
const vkey = formatVerifierKey(origin, ed25519KeyPair(seed).publicKey);
const root = leafHash(new Uint8Array());
const root64 = toBase64(root);

const store = new MemoryLogStore();
const tree = new CompactTree();

async function headAt(size: number) {
  const nodes = [];
  const leaves = [];
  const firstIndex = tree.size;
  while (tree.size < size) {
    const leaf = Uint8Array.of(tree.size);
    leaves.push(leaf);
    nodes.push(...tree.append(leafHash(leaf)));
  }
  await store.append({ firstIndex, leaves, nodes, checkpoint: "" });
  return verifyCheckpoint(signCheckpoint(signer, { size, root: tree.root() }), [vkey]);
}

describe("checkpoints", () => {
  it("round-trip through signature and verification", () => {
    const note = signCheckpoint(signer, { size: 1, root });
    expect(verifyCheckpoint(note, [vkey])).toEqual({ origin, size: 1, root, note });
    expect(note.startsWith(`${origin}\n1\n${root64}\n\n\u2014 ${origin} `)).toBe(true);
  });

  it("may have extension lines", () => {
    expect(parseCheckpointText(`${origin}\n1\n${root64}\nmore\n`)).toEqual({ origin, size: 1, root });
  });

  it.each([
    ["CHECKPOINT_FORMAT", `${origin}\n1\n${root64}`],
    ["CHECKPOINT_FORMAT", `\n1\n${root64}\n`],
    ["CHECKPOINT_FORMAT", `${origin}\n1\n${root64}\n\nmore\n`],
    ["CHECKPOINT_FORMAT", `${origin}\n1\n`],
    ["CHECKPOINT_SIZE", `${origin}\n01\n${root64}\n`],
    ["CHECKPOINT_SIZE", `${origin}\n-1\n${root64}\n`],
    ["CHECKPOINT_SIZE", `${origin}\n0x1\n${root64}\n`],
    ["CHECKPOINT_SIZE", `${origin}\n1 \n${root64}\n`],
    ["CHECKPOINT_SIZE", `${origin}\n\u0661\n${root64}\n`],
    ["CHECKPOINT_SIZE", `${origin}\n9007199254740992\n${root64}\n`],
    ["CHECKPOINT_SIZE", `${origin}\n18446744073709551616\n${root64}\n`],
    ["CHECKPOINT_ROOT", `${origin}\n1\n${root64.slice(0, -1)}\n`],
    ["CHECKPOINT_ROOT", `${origin}\n1\n${toBase64(root.slice(1))}\n`],
    ["CHECKPOINT_ROOT", `${origin}\n0\n${root64}\n`],
  ])("break %s: %j", (code, text) => {
    expect(() => parseCheckpointText(text)).toThrow(expect.objectContaining({ code }));
  });

  it("of one log do not pass under another's key", () => {
    const note = signNote(`other.example/log\n1\n${root64}\n`, [signer]);
    expect(() => verifyCheckpoint(note, [vkey])).toThrow(
      expect.objectContaining({ code: "CHECKPOINT_ORIGIN" }),
    );
  });

  it("are not signed over nonsense", () => {
    expect(() => signCheckpoint(signer, { size: -1, root })).toThrow(/rule broken/);
    expect(() => signCheckpoint(signer, { size: 1, root: root.slice(1) })).toThrow(/rule broken/);
    expect(() => signCheckpoint(signer, { size: 0, root })).toThrow(/rule broken/);
    expect(() => signCheckpoint({ ...signer, name: "a\nb" }, { size: 1, root })).toThrow(/rule broken/);
  });

  it("fit together only with a proof, and never as a fork", async () => {
    const empty = verifyCheckpoint(signCheckpoint(signer, { size: 0, root: emptyRoot }), [vkey]);
    const older = await headAt(5);
    const newer = await headAt(9);
    const proof = await proveConsistency(store, 5, 9);
    verifyTogether(older, newer, proof);
    verifyTogether(newer, older, proof);
    verifyTogether(older, older);
    verifyTogether(empty, newer);
    const code = (name: string): unknown => expect.objectContaining({ code: name });
    expect(() => verifyTogether(older, newer)).toThrow(code("CHECKPOINT_UNPROVEN"));
    expect(() => verifyTogether(older, newer, proof.slice(1))).toThrow(code("MERKLE_PROOF_LENGTH"));
    const fork = verifyCheckpoint(signCheckpoint(signer, { size: 5, root }), [vkey]);
    expect(() => verifyTogether(older, fork)).toThrow(code("CHECKPOINT_FORK"));
    expect(() => verifyTogether(fork, newer, proof)).toThrow(code("MERKLE_OLD_ROOT"));
    const otherSigner = ed25519NoteSigner("other.example/log", seed);
    const otherKey = formatVerifierKey("other.example/log", ed25519KeyPair(seed).publicKey);
    const other = verifyCheckpoint(signCheckpoint(otherSigner, { size: 5, root: older.root }), [otherKey]);
    expect(() => verifyTogether(older, other)).toThrow(code("CHECKPOINT_ORIGIN"));
  });
});
