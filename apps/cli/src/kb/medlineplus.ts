import { BaseError } from "@cloister/bytes";
import { type Article, parseArticle } from "@cloister/retrieval";
import { SaxesParser } from "saxes";
import { htmlText } from "./html.ts";

/** What one `health-topic` element says. */
interface Topic {
  readonly title: string;
  readonly url: string;
  readonly id: string;
  readonly language: string;
  readonly created: string;
  /** Texts of its direct children by element name. */
  readonly texts: Map<string, string[]>;
}

/** A text element that is a direct child of a topic, and one that is inside `mesh-heading`. */
const TEXTS = new Set(["also-called", "see-reference", "full-summary", "group", "descriptor"]);

function isoDate(american: string): string | undefined {
  const [, month, day, year] = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(american) ?? [];
  return month === undefined ? undefined : `${year}-${month}-${day}`;
}

function articleOf({ title, url, id, created, texts }: Topic): Article {
  const date = isoDate(created);
  const synonyms = ["also-called", "see-reference", "descriptor"].flatMap((name) => texts.get(name) ?? []);
  return parseArticle({
    id: `medlineplus-${id}`,
    title,
    text: htmlText((texts.get("full-summary") ?? []).join("\n\n")),
    topics: texts.get("group") ?? [],
    synonyms: [...new Set(synonyms)],
    sources: [{ name: `MedlinePlus: ${title}`, url }],
    ...(date === undefined ? {} : { date }),
  });
}

function attribute(attributes: Readonly<Record<string, unknown>>, name: string): string {
  const value = attributes[name];
  return typeof value === "string" ? value : "";
}

/**
 * English health topics from MedlinePlus's XML (`health-topics`, its published DTD). Nothing outside the file
 * is ever read, and entities of its own are refused.
 * @throws BaseError `KB_ARTICLE`, naming the topic or the place
 */
export function parseMedlinePlus(xml: string): Article[] {
  const articles: Article[] = [];
  const parser = new SaxesParser();
  let topic: Topic | undefined;
  let text: string | undefined;
  parser.on("error", (cause) => {
    throw new BaseError("Decode", "KB_ARTICLE", `not well-formed XML: ${cause.message}`, { cause });
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (name === "health-topic") {
      const of = (field: string): string => attribute(attributes, field);
      topic = {
        title: of("title"),
        url: of("url"),
        id: of("id"),
        language: of("language"),
        created: of("date-created"),
        texts: new Map(),
      };
    }
    if (topic !== undefined && TEXTS.has(name)) text = "";
  });
  const add = (part: string): void => {
    if (text !== undefined) text += part;
  };
  parser.on("text", add);
  parser.on("cdata", add);
  parser.on("closetag", ({ name }) => {
    if (topic === undefined) return;
    if (text !== undefined && TEXTS.has(name)) {
      topic.texts.set(name, [...(topic.texts.get(name) ?? []), text.trim()]);
      text = undefined;
    }
    if (name !== "health-topic") return;
    if (topic.language === "English") articles.push(named(topic));
    topic = undefined;
  });
  parser.write(xml).close();
  return articles;
}

function named(topic: Topic): Article {
  try {
    return articleOf(topic);
  } catch (cause) {
    const why = cause instanceof BaseError ? cause.message : "unreadable";
    throw new BaseError("Decode", "KB_ARTICLE", `topic "${topic.title}": ${why}`, { cause });
  }
}
