import { toHex, toUtf8 } from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  buildIndex,
  composeAnswer,
  conformRetrieve,
  KnowledgeIndex,
  parseArticle,
  parseJsonlArticles,
  parseMarkdownArticle,
} from "./index.ts";
import { learnSynonyms, longFormOf, subjectOf } from "./learn.ts";
import { clinic } from "./testdata/clinic.ts";

const file = buildIndex(clinic);
const index = new KnowledgeIndex(file);
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe("articles", () => {
  const good = { id: "a", text: "Words." };

  it.each<[string, unknown]>([
    ["no object", "text"],
    ["a list", []],
    ["no id", { text: "x" }],
    ["an id with a hash", { ...good, id: "a#b" }],
    ["an id with a space", { ...good, id: "a b" }],
    ["empty text", { ...good, text: " " }],
    ["a script address", { ...good, url: "javascript:alert(1)" }],
    ["an address with a quote", { ...good, url: 'https://a.b/"onclick=' }],
    ["a bad date", { ...good, date: "1 May" }],
    ["a review that is no boolean", { ...good, clinicallyReviewed: "yes" }],
    ["synonyms that are no list", { ...good, synonyms: "x" }],
    ["sources that are no list", { ...good, sources: "x" }],
    ["a source without a name", { ...good, sources: [{ url: "https://a.b" }] }],
  ])("refuses %s", (_, value) => {
    expect(() => parseArticle(value)).toThrowError(code("KB_ARTICLE"));
  });

  it("reads front matter and JSON lines alike", () => {
    const frontMatter = {
      id: "a",
      title: "T",
      sources: [{ name: "S", url: "https://s.org" }],
      date: "2026-01-02",
    };
    const line = { ...frontMatter, text: "Words.", sources: undefined, source: "S", url: "https://s.org" };
    expect(parseMarkdownArticle({ frontMatter, body: "**Words.**\n" })).toEqual(parseArticle(line));
    expect(parseArticle(good)).toMatchObject({ title: "Words.", clinicallyReviewed: false, sources: [] });
  });

  it("joins lines of one id and names the line that is wrong", () => {
    const lines = ['{"id":"a","title":"One","text":"1."}', "", '{"id":"a","title":"Two","text":"2."}'].join(
      "\n",
    );
    expect(parseJsonlArticles(lines)).toMatchObject([{ id: "a", title: "One", text: "1.\n\n## Two\n\n2." }]);
    expect(() => parseJsonlArticles('{"id":"a","text":"x"}\n{')).toThrowError(/line 2/);
  });
});

describe("what a corpus teaches about itself", () => {
  it.each([
    ["What are the symptoms of Gout ?", "Gout"],
    ["What is (are) Cancer of the lung ?", "Cancer of the lung"],
    ["Is Marfan syndrome inherited ?", "Marfan syndrome"],
    ["Who is at risk for Lyme disease? ?", "Lyme disease"],
    ["Asthma", "Asthma"],
  ])("finds the subject of %s", (title, subject) => {
    expect(subjectOf(title)).toBe(subject);
  });

  it("finds what abbreviations stand for", () => {
    expect(longFormOf("COPD", "people with chronic obstructive pulmonary disease")).toBe(
      "chronic obstructive pulmonary disease",
    );
    expect(longFormOf("XYZ", "nothing of that kind")).toBeUndefined();
  });

  it("groups other names of a subject", () => {
    expect(learnSynonyms(clinic)).toContainEqual(["Gout", "uric acid arthritis"]);
    expect(index.search("uric acid arthritis").hits[0]?.article.id).toBe("gout");
  });
});

describe("the file", () => {
  it("is the same for the same articles, and its digest names it", () => {
    expect(toHex(buildIndex(clinic))).toBe(toHex(file));
    expect(index.digest).toBe(toHex(sha256(file.subarray(0, -32))));
    expect(index.articles).toEqual(clinic);
  });

  it("notices any change", () => {
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = file.slice();
        changed[at] = (changed[at] ?? 0) ^ bits;
        expect(() => new KnowledgeIndex(changed)).toThrowError(/knowledge base/);
      }),
    );
    fc.assert(
      fc.property(fc.nat(file.length - 1), (length) => {
        expect(() => new KnowledgeIndex(file.slice(0, length))).toThrowError(/knowledge base/);
      }),
    );
  });

  it("refuses wrong content under a right digest", () => {
    const body = file.slice(0, -32);
    fc.assert(
      fc.property(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const changed = body.slice();
        changed[at] = (changed[at] ?? 0) ^ bits;
        const signed = new Uint8Array(file.length);
        signed.set(changed);
        signed.set(sha256(changed), changed.length);
        try {
          const opened = new KnowledgeIndex(signed);
          expect(opened.search("asthma symptoms").hits.length).toBeLessThanOrEqual(clinic.length);
        } catch (error) {
          expect(error).toMatchObject({ family: "Decode" });
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is not made of nothing or of twins", () => {
    expect(() => buildIndex([])).toThrowError(code("KB_EMPTY"));
    expect(() => buildIndex([...clinic, ...clinic])).toThrowError(code("KB_DUPLICATE"));
  });
});

describe("search", () => {
  it.each([
    ["wheezing at night", "asthma"],
    ["is Nurofen ok for me", "ibuprofen"],
    ["ibuprofin", "ibuprofen"],
    ["hypertension", "high-blood-pressure"],
    [
      "SUBJECT: joint MESSAGE: Dear doctor, my uncle says his big toe joint is on fire. Is it gout? Thanks",
      "gout",
    ],
  ])("finds for %s", (query, id) => {
    expect(index.search(query, 1).hits[0]?.article.id).toBe(id);
  });

  it("gives scores that fall from the relevance on", () => {
    const { hits, relevance } = index.search("asthma or choking", 5);
    const scores = hits.map(({ score }) => score);
    expect(scores[0]).toBe(relevance);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(relevance).toBeLessThanOrEqual(1);
    expect(index.search("").relevance).toBe(0);
    expect(() => index.search("x", 0)).toThrowError(code("KB_COUNT"));
  });

  it("answers the conformance suite and refuses what it does not know", () => {
    const answer = conformRetrieve(index, { id: 7, query: "gout", k: 2 });
    expect(answer).toMatchObject({ id: 7, hits: [{ doc: "gout" }] });
    expect(() => conformRetrieve(index, { id: 7 })).toThrowError(code("CONFORM_REQUEST"));
    expect(() => conformRetrieve(index, null)).toThrowError(code("CONFORM_REQUEST"));
  });
});

describe("answers", () => {
  const ask = (question: string): ReturnType<typeof composeAnswer> => composeAnswer({ question, index });

  it("quote word for word, and every citation opens", () => {
    for (const question of [
      "symptoms of asthma",
      "side effects of advil",
      "what is gout?",
      "someone is choking, what do I do?",
    ]) {
      const answer = ask(question);
      if (answer.kind !== "answer") throw new Error(`no answer to ${question}`);
      for (const { text, citations } of answer.sentences) {
        expect(citations).toHaveLength(1);
        const citation = answer.citations[citations[0] ?? -1];
        expect(citation?.quote).toContain(text);
      }
      for (const { articleId, passageId, quote, digest, sourceUrl } of answer.citations) {
        const passage = index.passage(articleId, passageId);
        expect(passage?.text).toContain(quote);
        expect(toHex(sha256(toUtf8(passage?.text ?? "")))).toBe(digest);
        expect(sourceUrl).toBe(`https://example.org/${articleId}`);
      }
    }
  });

  it("take the part that was asked for and close on when to get help", () => {
    expect(ask("What are the symptoms of asthma?")).toMatchObject({
      kind: "answer",
      sentences: [
        { text: "Asthma causes wheezing, coughing and shortness of breath." },
        { text: "They are worse at night." },
        { text: "Call your emergency number if a person with asthma cannot speak in sentences." },
      ],
      citations: [{ clinicallyReviewed: true }, { passageId: "when-to-seek-care" }],
    });
  });

  it("keep the steps of first aid in order and complete", () => {
    const answer = ask("what should I do if someone is choking?");
    expect(answer).toMatchObject({
      kind: "answer",
      sentences: [
        { text: "Encourage a person who can cough to keep coughing." },
        { text: "Give five back blows." },
        { text: "Then give five abdominal thrusts." },
        { text: "Repeat until the object comes out." },
        { text: "Call emergency services when a choking person cannot breathe." },
      ],
    });
  });

  it.each([
    ["what's the weather tomorrow?", "off-topic"],
    ["", "off-topic"],
    ["write a sorting function in Python", "off-topic"],
    ["who won the league on Saturday?", "off-topic"],
    ["can I take ibuprofen with methotrexate?", "not-covered"],
    ["is zanubrutinib safe with ibuprofen?", "not-covered"],
    ["my child has measles and asthma, which vaccine is left?", "not-covered"],
  ])("abstain from %j", (question, reason) => {
    expect(ask(question)).toMatchObject({ kind: "abstain", reason });
  });

  it("obey their limits", () => {
    const limited = composeAnswer({ question: "asthma", index, limits: { maxSentences: 1 } });
    expect(limited.kind === "answer" && limited.sentences.length).toBe(2);
    expect(composeAnswer({ question: "asthma", index, limits: { minRelevance: 1 } }).kind).toBe("abstain");
    expect(() => composeAnswer({ question: "x", index, limits: { maxSentences: 0 } })).toThrowError(
      code("KB_LIMITS"),
    );
  });
});
