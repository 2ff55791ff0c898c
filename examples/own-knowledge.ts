/**
 * Your own knowledge: make an index of it, search it, let it answer. It quotes or it says that it does not know.
 *
 *   node examples/own-knowledge.ts
 *
 * For a folder of Markdown files or a .jsonl file, `npx cloister kb build --in FOLDER --out DIR` does the same.
 */
import process from "node:process";
import { buildIndex, composeAnswer, KnowledgeIndex, parseMarkdownArticle } from "@cloister/retrieval";

const say = (line: string) => process.stdout.write(`${line}\n`);

const articles = [
  parseMarkdownArticle({
    frontMatter: {
      id: "wound-clinic",
      title: "Our wound clinic",
      synonyms: ["dressing clinic", "stitches out"],
      sources: [{ name: "House leaflet 12", url: "https://clinic.example/leaflets/12" }],
      date: "2026-11-24",
    },
    body: `The wound clinic changes dressings and removes stitches from Monday to Friday, 8 to 12 o'clock.
No appointment is needed at the wound clinic.

## When to seek care
Come to the wound clinic the same day if a wound becomes red, swollen or hot.`,
  }),
  parseMarkdownArticle({
    frontMatter: {
      id: "blood-tests",
      title: "Blood tests",
      sources: [{ name: "House leaflet 3", url: "https://clinic.example/leaflets/3" }],
    },
    body: "Blood tests are taken in room 4. Do not eat for eight hours before a fasting blood test.",
  }),
];

// A file to keep; its digest names this version of the knowledge in every receipt.
const index = new KnowledgeIndex(buildIndex(articles));
say(`index ${index.digest.slice(0, 16)}…, ${index.articles.length} articles`);

for (const question of ["Where do I get my stitches out?", "What is the capital of France?"]) {
  say(`\n${question}`);
  const { hits, relevance } = index.search(question, 1);
  say(`  relevance ${relevance.toFixed(2)}, nearest: ${hits[0]?.article.title ?? "nothing"}`);
  const answer = composeAnswer({ question, index });
  if (answer.kind === "abstain") {
    say(`  does not know (${answer.reason})`);
    continue;
  }
  for (const { text, citations } of answer.sentences) {
    say(`  ${text} ${citations.map((n) => `[${n + 1}]`).join("")}`);
  }
  for (const [n, { title, sourceName, sourceUrl }] of answer.citations.entries()) {
    say(`  [${n + 1}] ${title}: ${sourceName}, ${sourceUrl ?? "no address"}`);
  }
}
