/**
 * Claims and the passages they cite, with whether the passage bears them out: paraphrases written by hand,
 * wrong versions of them, and wrong versions of sentences from the starter articles and from MedQuAD. Half is
 * for the eye while the checker is tuned, half is only counted.
 */
import { readFileSync } from "node:fs";
import { type Article, splitPassages } from "../src/index.ts";
import { hasSharedData, medquad, starterArticles } from "./sets.ts";
import { type SwapClass, swapClasses, swapped } from "./swaps.ts";

/** What a claim is to its passage. `unrelated`: true in the same article, said elsewhere. */
export type ClaimClass = SwapClass | "paraphrase" | "verbatim" | "unrelated";
export const faithful: ReadonlySet<ClaimClass> = new Set(["paraphrase", "verbatim"]);

export interface Claim {
  readonly kind: ClaimClass;
  readonly origin: "written" | "starter" | "medquad";
  readonly claim: string;
  readonly title: string;
  readonly passage: string;
}

export type Part = "dev" | "held-out";

interface Sentence {
  readonly origin: Claim["origin"];
  readonly text: string;
  readonly article: Article;
  readonly passage: string;
}

const maxPerClassCount = 400;
const everyArticle = 7;

function passageOf(article: Article, sentence: string): string {
  const passage = splitPassages(article).find(({ text }) => text.includes(sentence));
  if (passage === undefined) throw new Error(`not in ${article.id}: ${sentence}`);
  return passage.text;
}

/** `tune` was written when the checker was there, to mend it by; `dev` and `held-out` before. */
function written(part: Part, articles: readonly Article[]): Sentence[] {
  const names = part === "dev" ? ["dev", "tune"] : ["held-out"];
  const lines = names.flatMap((name) =>
    readFileSync(new URL(`paraphrases-${name}.jsonl`, import.meta.url), "utf8")
      .trim()
      .split("\n"),
  );
  return lines.flatMap((line) => {
    const { article: id, source, claim } = JSON.parse(line) as Record<"article" | "source" | "claim", string>;
    const article = articles.find((one) => one.id === id);
    return article ? [{ origin: "written", text: claim, article, passage: passageOf(article, source) }] : [];
  });
}

function sentencesOf(origin: Claim["origin"], articles: readonly Article[]): Sentence[] {
  return articles.flatMap((article) =>
    splitPassages(article).flatMap(({ text, sentences }) =>
      sentences
        .map(({ start, end }) => text.slice(start, end))
        .filter((one) => one.length > 40 && one.length < 300 && !one.includes("\n") && /[.!]$/.test(one))
        .map((one) => ({ origin, text: one, article, passage: text })),
    ),
  );
}

/** All claims of one part. Articles are parted, so that no text is in both. */
export function claims(part: Part): Claim[] {
  const starter = starterArticles();
  const isIn = (_: unknown, i: number) => i % 2 === (part === "dev" ? 1 : 0);
  const own = written(part, starter);
  const others = hasSharedData ? medquad().articles.filter((_, i) => i % everyArticle === 0) : [];
  const found = [
    ...sentencesOf("starter", starter.filter(isIn)),
    ...sentencesOf("medquad", others.filter(isIn)).filter((_, i) => i % 3 === 0),
  ];
  const claim = (kind: ClaimClass, { origin, article, passage }: Sentence, text: string): Claim => ({
    kind,
    origin,
    claim: text,
    title: article.title,
    passage,
  });
  const wrong = swapClasses.flatMap((kind) =>
    [...own, ...found]
      .flatMap((one) => {
        const other = swapped(kind, one.text);
        return other === undefined || one.passage.includes(other) ? [] : [claim(kind, one, other)];
      })
      .slice(0, maxPerClassCount),
  );
  const unrelated = own.flatMap((one) => {
    const elsewhere = splitPassages(one.article).find(({ text }) => text !== one.passage);
    return elsewhere ? [claim("unrelated", { ...one, passage: elsewhere.text }, one.text)] : [];
  });
  return [
    ...own.map((one) => claim("paraphrase", one, one.text)),
    ...found.slice(0, maxPerClassCount).map((one) => claim("verbatim", one, one.text)),
    ...unrelated,
    ...wrong,
  ];
}
