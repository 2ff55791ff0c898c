import { BaseError } from "@cloister/bytes";
import { plainText } from "./markdown.ts";

/** Where an article's facts come from. */
export interface Source {
  readonly name: string;
  /** http or https; anything else never becomes a link. */
  readonly url?: string;
}

/** One article of a knowledge base. Its text is Markdown reduced to headings, lists and paragraphs. */
export interface Article {
  /** Unique in its knowledge base; no white space and no `#`. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly topics: readonly string[];
  /** Lay words, brands and other names of the subject. */
  readonly synonyms: readonly string[];
  readonly sources: readonly Source[];
  /** YYYY-MM-DD */
  readonly date?: string;
  /** Whether a clinician signed off on the text; the interface says so when not. */
  readonly clinicallyReviewed: boolean;
}

const MAX_ID_LENGTH = 200;
const MAX_TITLE_LENGTH = 500;
const MAX_TEXT_LENGTH = 2_000_000;
const MAX_LIST_ITEMS = 200;

type Fields = Readonly<Record<string, unknown>>;

function invalid(rule: string): BaseError {
  return new BaseError("Decode", "KB_ARTICLE", `article refused: ${rule}`);
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(`${what} must be an object`);
  return value as Fields;
}

function text(value: unknown, field: string, maxLength: number): string {
  if (typeof value !== "string" || value.trim() === "" || value.length > maxLength) {
    throw invalid(`"${field}" must be text of 1 to ${maxLength} characters`);
  }
  return value.trim();
}

function textList(value: unknown, field: string): string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MAX_LIST_ITEMS) {
    throw invalid(`"${field}" must be a list of at most ${MAX_LIST_ITEMS} texts`);
  }
  return value.map((item) => text(item, field, MAX_TITLE_LENGTH));
}

function identifier(value: unknown): string {
  const id = text(value, "id", MAX_ID_LENGTH);
  if (/[\s#\p{Cc}]/u.test(id)) throw invalid('"id" must not hold white space, "#" or control characters');
  return id;
}

function webAddress(value: unknown): string {
  const url = text(value, "url", 2000);
  if (!/^https?:\/\/[^\s"'<>\\]+$/i.test(url)) throw invalid('"url" must be an http or https address');
  return url;
}

function source(name: unknown, url: unknown): Source {
  const named = text(name, "source name", MAX_TITLE_LENGTH);
  return url === undefined ? { name: named } : { name: named, url: webAddress(url) };
}

function sourcesOf(fields: Fields): Source[] {
  const { source: single, url, sources } = fields;
  if (sources === undefined) {
    if (single === undefined && url === undefined) return [];
    return [source(single ?? url, url)];
  }
  if (!Array.isArray(sources) || sources.length > MAX_LIST_ITEMS) throw invalid('"sources" must be a list');
  return sources.map((entry) => {
    const { name, url: address } = fieldsOf(entry, "a source");
    return source(name, address);
  });
}

/** YAML readers may hand a date over as a Date object; both forms end as YYYY-MM-DD. */
function dateOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const written = value instanceof Date ? value.toISOString().slice(0, 10) : value;
  if (typeof written !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(written))
    throw invalid('"date" must be YYYY-MM-DD');
  return written;
}

function reviewed(value: unknown): boolean {
  if (value !== undefined && typeof value !== "boolean")
    throw invalid('"clinicallyReviewed" must be true or false');
  return value === true;
}

function titleOf(value: unknown, body: string): string {
  if (value !== undefined) return text(value, "title", MAX_TITLE_LENGTH);
  return (
    body
      .slice(0, 80)
      .split(/(?<=[.?!])\s|\n/, 1)[0]
      ?.trim() ?? body.slice(0, 80)
  );
}

/**
 * Checks the fields of one article from outside, e.g. a parsed JSON line
 * `{"id","title"?,"text","source"?,"url"?,"sources"?,"synonyms"?,"topics"?,"date"?,"clinicallyReviewed"?}`.
 * Unknown fields are left out.
 * @throws BaseError `KB_ARTICLE`
 */
export function parseArticle(value: unknown): Article {
  const fields = fieldsOf(value, "an article");
  const body = plainText(text(fields["text"], "text", MAX_TEXT_LENGTH));
  const date = dateOf(fields["date"]);
  return {
    id: identifier(fields["id"]),
    title: titleOf(fields["title"], body),
    text: body,
    topics: textList(fields["topics"], "topics"),
    synonyms: textList(fields["synonyms"], "synonyms"),
    sources: sourcesOf(fields),
    ...(date === undefined ? {} : { date }),
    clinicallyReviewed: reviewed(fields["clinicallyReviewed"]),
  };
}

/** A Markdown article whose front matter the caller has parsed. */
export interface MarkdownArticle {
  /** What a YAML parser made of the front matter. */
  readonly frontMatter: unknown;
  readonly body: string;
}

/** @throws BaseError `KB_ARTICLE` */
export function parseMarkdownArticle({ frontMatter, body }: MarkdownArticle): Article {
  return parseArticle({ ...fieldsOf(frontMatter, "front matter"), text: body });
}

/** Lines with the same id are sections of one article: each further title becomes a heading. */
function merged(first: Article, next: Article): Article {
  return {
    ...first,
    text: `${first.text}\n\n## ${next.title}\n\n${next.text}`,
    topics: [...new Set([...first.topics, ...next.topics])],
    synonyms: [...new Set([...first.synonyms, ...next.synonyms])],
    clinicallyReviewed: first.clinicallyReviewed && next.clinicallyReviewed,
  };
}

/**
 * Articles from JSON lines; empty lines are skipped, lines with the same id are joined.
 * @throws BaseError `KB_ARTICLE`, naming the line
 */
export function parseJsonlArticles(jsonl: string): Article[] {
  const out = new Map<string, Article>();
  for (const [i, line] of jsonl.split("\n").entries()) {
    if (line.trim() === "") continue;
    try {
      const article = parseArticle(JSON.parse(line));
      const first = out.get(article.id);
      out.set(article.id, first === undefined ? article : merged(first, article));
    } catch (cause) {
      const why = cause instanceof BaseError ? cause.message : "not JSON";
      throw new BaseError("Decode", "KB_ARTICLE", `line ${i + 1}: ${why}`, { cause });
    }
  }
  return [...out.values()];
}
