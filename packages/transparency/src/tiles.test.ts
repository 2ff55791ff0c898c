import { concatBytes, toHex } from "@cloister/bytes";
import { MemoryLogStore } from "@cloister/testkit/log-store";
import { describe, expect, it } from "vitest";
import { leafHash } from "./merkle.ts";
import { entryBundle, parseTilePath, readTile } from "./tiles.ts";
import { CompactTree } from "./tree.ts";

const missing = expect.objectContaining({ code: "TILE_MISSING" });

describe("tiles", () => {
  it.each([
    ["000", 0, 256],
    ["067", 67 * 256, 256],
    ["x001/x234/067", 1_234_067 * 256, 256],
    ["x001/000.p/1", 1000 * 256, 1],
    ["273.p/112", 273 * 256, 112],
  ])("%s", (path, start, width) => {
    expect(parseTilePath(path)).toEqual({ start, width });
  });

  it.each([
    "",
    "0",
    "0000",
    "x000/001",
    "001/002",
    "x001",
    "000.p/0",
    "000.p/256",
    "000.p/01",
    "000.p",
    "-01",
  ])("are not at %j", (path) => {
    expect(() => parseTilePath(path)).toThrow(missing);
  });

  it("are the hashes of RFC 6962's subtrees, and no more than the tree has", async () => {
    const store = new MemoryLogStore();
    const tree = new CompactTree();
    const leaves = Array.from({ length: 600 }, (_, at) => Uint8Array.of(at >> 8, at));
    const nodes = leaves.flatMap((leaf) => tree.append(leafHash(leaf)));
    await store.append({ firstIndex: 0, leaves, nodes, checkpoint: "" });
    const tile = async (level: number, path: string) =>
      toHex(await readTile(store, { ...parseTilePath(path), level, size: 600 }));
    const hashes = (from: number, to: number) =>
      toHex(concatBytes(...leaves.slice(from, to).map((leaf) => leafHash(leaf))));
    expect(await tile(0, "001")).toBe(hashes(256, 512));
    expect(await tile(0, "002.p/88")).toBe(hashes(512, 600));
    const full = new CompactTree();
    for (const leaf of leaves.slice(0, 256)) full.append(leafHash(leaf));
    expect((await tile(1, "000.p/2")).slice(0, 64)).toBe(toHex(full.root()));
    for (const [level, path] of [
      [0, "002"],
      [0, "002.p/89"],
      [1, "000"],
      [1, "000.p/3"],
      [2, "000.p/1"],
      [9, "000"],
    ] as const) {
      await expect(tile(level, path)).rejects.toThrow(missing);
    }
  });

  it("of entries have each after its length", () => {
    const range = { start: 0, width: 2 };
    expect(toHex(entryBundle([Uint8Array.of(7), new Uint8Array(258)], range)).slice(0, 10)).toBe(
      "0001070102",
    );
    expect(() => entryBundle([Uint8Array.of(7)], range)).toThrow(missing);
  });
});
