/// <reference types="node" />
import { readdirSync, readFileSync } from "node:fs";
import type { Model, ModelEvent } from "@cloister/answering";
import { buildIndex, KnowledgeIndex, parseArticle } from "@cloister/retrieval";
import { describe, expect, it } from "vitest";
import { ground } from "../eval/grounding.ts";

const folder = new URL("../../../knowledge/", import.meta.url);
const articles = readdirSync(folder)
  .filter((name) => name.endsWith(".md") && name !== "README.md")
  .map((name) => {
    const [, header = "", body = ""] =
      /^---\n(.*?)\n---\n(.*)$/s.exec(readFileSync(new URL(name, folder), "utf8")) ?? [];
    return parseArticle({
      id: name.slice(0, -3),
      title: /^title: "?([^"\n]*)/m.exec(header)?.[1] ?? name,
      text: body,
    });
  });
const index = new KnowledgeIndex(buildIndex(articles));
const questions = articles.flatMap(({ title }) => [`What helps with ${title}?`, `What is ${title}?`]);

/** Says half of what it is given, and half of it turned around. */
const liar: Model = {
  identity: { name: "liar", contextTokensCount: 4096 },
  async *generate({ passages }): AsyncGenerator<ModelEvent, void, undefined> {
    for (const [at, { text }] of passages.entries()) {
      for (const [i, sentence] of text.split(/(?<=\.)\s+/).entries()) {
        const said = i % 2 === 0 ? sentence : sentence.replace(/\b(can|is|are|may|should)\b/, "$1 not");
        yield { type: "text", text: `${said.replace(/\.$/, "")} [${at + 1}]. ` };
      }
    }
    yield { type: "end", reason: "complete", usage: { outputTokensCount: 1 } };
  },
  health: async () => "ready",
  close: async () => undefined,
};

describe("every answer", () => {
  it("has verified citations or abstains, with a model that lies half of the time", async () => {
    const asked = questions.filter((_, i) => i % 4 === 0);
    const result = await ground(asked, index, liar);
    expect(result.unfounded).toEqual([]);
    expect(result.groundedCount + result.abstainedCount + result.emergencyCount).toBe(asked.length);
    expect(result.groundedCount).toBeGreaterThan(asked.length / 2);
    // Whatever it does not repeat word for word is a lie.
    expect(result.wordedCount / asked.length).toBeLessThanOrEqual(0.05);
  }, 60_000);
});
