import { describe, expect, it } from "vitest";
import { type Embedder, fuseRanks, HybridSearch } from "./hybrid.ts";
import { buildIndex, KnowledgeIndex } from "./index.ts";
import { clinic } from "./testdata/clinic.ts";
import { HashEmbedder } from "./testdata/embedder.ts";
import { MemoryVectorStore } from "./vectors.ts";

const index = new KnowledgeIndex(buildIndex(clinic));
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

async function hybrid(denseWeight?: number): Promise<HybridSearch> {
  const search = new HybridSearch({
    index,
    embedder: new HashEmbedder(),
    store: new MemoryVectorStore(512),
    ...(denseWeight === undefined ? {} : { denseWeight }),
  });
  await search.fill();
  return search;
}

describe("reciprocal rank fusion", () => {
  it("prefers what both lists have, then the heavier list; a repeated id counts once", () => {
    const fused = fuseRanks([
      { ids: ["a", "b", "c"], weight: 1 },
      { ids: ["d", "c", "d"], weight: 0.5 },
    ]);
    expect(fused.map(({ id }) => id)).toEqual(["c", "a", "b", "d"]);
    expect(fused[3]?.score).toBeCloseTo(0.5 / 61);
  });
});

describe("hybrid search", () => {
  it("finds by meaning what no word finds", async () => {
    const question = "bellows and gaskets";
    expect(index.search(question).hits).toEqual([]);
    const { hits, relevance } = await (await hybrid()).search(question, 1);
    expect(hits[0]?.article.id).toBe("asthma");
    expect(relevance).toBe(0);
  });

  it("keeps the words' judgement and their first hit where both agree", async () => {
    const search = await hybrid();
    for (const question of ["symptoms of asthma", "side effects of ibuprofen", "someone is choking"]) {
      const alone = index.search(question, 3);
      const { hits, relevance } = await search.search(question, 3);
      expect(relevance).toBe(alone.relevance);
      expect(hits[0]?.article.id).toBe(alone.hits[0]?.article.id);
      expect(hits[0]?.score).toBe(relevance);
    }
  });

  it("is the search by words when meaning has no weight", async () => {
    const search = await hybrid(0);
    const ids = (await search.search("asthma", 2)).hits.map(({ article }) => article.id);
    expect(ids).toEqual(index.search("asthma", 2).hits.map(({ article }) => article.id));
    expect((await search.search(" ")).hits).toEqual([]);
  });

  it("refuses a store of another model and a model that leaves texts out", async () => {
    const embedder = new HashEmbedder();
    const parts = { index, embedder, store: new MemoryVectorStore(32) };
    expect(() => new HybridSearch(parts)).toThrowError(code("EMBEDDER_DIMENSIONS"));
    const silent: Embedder = { name: "silent", dimensions: 512, embed: async () => [] };
    const search = new HybridSearch({ index, embedder: silent, store: new MemoryVectorStore(512) });
    await expect(search.fill()).rejects.toMatchObject({ code: "EMBEDDER_DIMENSIONS" });
  });
});
