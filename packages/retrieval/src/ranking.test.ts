import { toHex, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import { describe, expect, it } from "vitest";
import { askedAspects, titledAspect } from "./aspects.ts";
import { buildIndex, KnowledgeIndex, parseArticle } from "./index.ts";
import { modelDigest, rankingModel, relevanceModel } from "./model/weights.ts";
import { evidenceNames } from "./relevance.ts";
import { featureNames } from "./subjects.ts";

const titles = [
  "What is (are) Gout ?",
  "What are the symptoms of Gout ?",
  "What are the treatments for Gout ?",
  "Is Gout inherited ?",
  "What are the treatments for Pseudogout ?",
];
const index = new KnowledgeIndex(
  buildIndex(
    titles.map((title, i) =>
      parseArticle({ id: `${i}`, title, text: "Gout, or podagra, is a painful disease of joints." }),
    ),
  ),
);

describe("ranking", () => {
  it.each([
    ["What is gout?", 0],
    ["how do I know that it is gout", 1],
    ["gout: which medicine helps", 2],
    ["My father had gout for years and suffered a lot. Can it be passed down to my children?", 3],
    ["SUBJECT: pseudogout MESSAGE: please suggest a remedy, I also had gout once", 4],
  ])("prefers for %j the article on the part that was asked", (question, place) => {
    expect(index.search(question, 1).hits[0]?.article.title).toBe(titles[place]);
  });

  it.each([
    ["What are the symptoms of gout ?", "symptoms"],
    ["How many people are affected by gout ?", "frequency"],
    ["Do you have information about gout", "information"],
    ["Gout", undefined],
  ])("reads the title %j", (title, aspect) => {
    expect(titledAspect(title)).toBe(aspect);
  });

  it("takes what a sentence asks for before what the story mentions", () => {
    const asked = askedAspects([
      { text: "He had surgery.", asks: false },
      { text: "Is it inherited?", asks: true },
    ]);
    expect(asked.get("inheritance")).toBe(1);
    expect(asked.get("treatment")).toBeLessThan(1);
  });
});

describe("the models", () => {
  it("are those that training wrote", () => {
    const written = JSON.stringify({ ranking: rankingModel, relevance: relevanceModel });
    expect(toHex(sha256(toUtf8(written)))).toBe(modelDigest);
  });

  it("know every feature, in its order", () => {
    expect(Object.keys(rankingModel)).toEqual(featureNames);
    expect(Object.keys(relevanceModel.weights)).toEqual(evidenceNames);
  });
});
