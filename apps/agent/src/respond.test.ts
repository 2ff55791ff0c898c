import { buildIndex, KnowledgeIndex, parseArticle } from "@cloister/retrieval";
import { describe, expect, it } from "vitest";
import { respond } from "./respond.ts";

const articles = [
  {
    id: "asthma",
    title: "Asthma",
    text: "Asthma is a condition of the airways.\n\n## Symptoms\n\nAsthma causes wheezing, coughing and a tight chest. Asthma symptoms are often worse at night.\n\n## What helps\n\nA reliever inhaler opens the airways during an asthma attack. A preventer inhaler reduces swelling in asthma when it is used every day.",
    sources: [{ name: "NHS: Asthma", url: "https://www.nhs.uk/conditions/asthma/" }],
  },
  {
    id: "migraine",
    title: "Migraine",
    text: "Migraine is a headache disorder.\n\n## Symptoms\n\nMigraine causes a throbbing headache, often on one side. Migraine can bring nausea and sensitivity to light.",
    sources: [{ name: "NHS: Migraine", url: "https://www.nhs.uk/conditions/migraine/" }],
  },
].map(parseArticle);
const index = new KnowledgeIndex(buildIndex(articles));
const ask = (question: string) => respond(question, { index, country: "GB" });

describe("the assistant's answer", () => {
  it("is made of cited sentences, each word for word in its source", () => {
    const answer = ask("What are the symptoms of asthma?");
    expect(answer.outcome).toBe("grounded");
    expect(answer.sentences.length).toBeGreaterThan(0);
    for (const { text, citations } of answer.sentences) {
      const [first = 0] = citations;
      const cited = answer.citations[first - 1];
      expect(cited?.quote).toContain(text);
      expect(index.article(cited?.article ?? "")?.text).toContain(text);
      expect(cited?.digest).toHaveLength(32);
      expect(cited?.clinicallyReviewed).toBe(false);
    }
  });

  it("is that it does not know, where the knowledge does not reach", () => {
    for (const question of ["Who won the football match yesterday?", "What is the dose of adalimumab?"]) {
      const answer = ask(question);
      expect(answer).toMatchObject({ outcome: "abstained", citations: [] });
      expect(answer.sentences.map(({ text }) => text).join(" ")).toContain("person");
    }
  });

  it("puts an emergency before everything, with the country's number", () => {
    const answer = ask("I have crushing chest pain going into my left arm. Is it asthma?");
    expect(answer.outcome).toBe("emergency");
    expect(answer.sentences.map(({ text }) => text).join(" ")).toContain("999");
  });
});
