import {
  BaseError,
  concatBytes,
  equalBytes,
  fromUtf8,
  readUint32,
  toHex,
  toUtf8,
  uint32,
} from "@cloister/bytes";
import { sha256 } from "@cloister/crypto";
import { type Article, parseArticle } from "./article.ts";
import type { SynonymGroup } from "./concepts.ts";
import type { Postings } from "./postings.ts";

/** What a knowledge base file holds. */
export interface IndexContent {
  readonly articles: readonly Article[];
  /** Synonyms that the terms were made with; the built-in ones are kept too, so that a file stays readable. */
  readonly groups: readonly SynonymGroup[];
  readonly postings: Postings;
}

/**
 * The file: magic, five sections of a uint32 length and its bytes (articles, synonyms, terms, postings,
 * impacts), and the SHA-256 of all that. Articles and synonyms are JSON, terms are lines, postings are
 * LEB128 numbers: for each term the count, then the distances from one document to the next.
 */
const MAGIC = toUtf8("cloister-kb-1\n");
const DIGEST_BYTES = 32;
const SECTIONS = 5;

function invalid(rule: string): BaseError {
  return new BaseError("Decode", "KB_FORMAT", `knowledge base refused: ${rule}; build it again`);
}

class Varints {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get ended(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** A canonical number below 2³². */
  next(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw invalid("postings end too early");
      this.#at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) {
        if ((byte === 0 && scale > 1) || value >= 2 ** 32) break;
        return value;
      }
    }
    throw invalid("a number is not canonical");
  }
}

function encodePostings({ terms, offsets, documents }: Postings): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(5 * (terms.length + documents.length));
  let at = 0;
  const put = (value: number): void => {
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) {
      out[at] = 128 | (rest & 127);
      at += 1;
    }
    out[at] = rest;
    at += 1;
  };
  for (let t = 0; t < terms.length; t += 1) {
    const end = offsets[t + 1] ?? 0;
    put(end - (offsets[t] ?? 0));
    let previous = -1;
    for (let i = offsets[t] ?? 0; i < end; i += 1) {
      const document = documents[i] ?? 0;
      put(document - previous);
      previous = document;
    }
  }
  return out.slice(0, at);
}

function decodePostings(
  bytes: Uint8Array,
  terms: readonly string[],
  impacts: Uint8Array,
  documentCount: number,
): Postings {
  const numbers = new Varints(bytes);
  const offsets = new Uint32Array(terms.length + 1);
  const documents = new Uint32Array(impacts.length);
  let at = 0;
  for (let t = 0; t < terms.length; t += 1) {
    const count = numbers.next();
    if (count === 0 || count > documents.length - at) throw invalid("a term has an impossible count");
    let document = -1;
    for (let i = 0; i < count; i += 1) {
      const step = numbers.next();
      document += step;
      if (step === 0 || document >= documentCount) throw invalid("a posting names no document");
      documents[at] = document;
      at += 1;
    }
    offsets[t + 1] = at;
  }
  if (at !== documents.length || !numbers.ended) throw invalid("postings and impacts disagree");
  return { terms, offsets, documents, impacts };
}

/** Writes a knowledge base file; the same content gives the same bytes. */
export function encodeIndex({ articles, groups, postings }: IndexContent): Uint8Array<ArrayBuffer> {
  const sections = [
    toUtf8(JSON.stringify(articles)),
    toUtf8(JSON.stringify(groups)),
    toUtf8(postings.terms.join("\n")),
    encodePostings(postings),
    postings.impacts,
  ];
  const body = concatBytes(MAGIC, ...sections.flatMap((section) => [uint32(section.length), section]));
  return concatBytes(body, sha256(body));
}

function sectionsOf(body: Uint8Array): Uint8Array[] {
  const out: Uint8Array[] = [];
  let at = MAGIC.length;
  while (out.length < SECTIONS) {
    if (at + 4 > body.length) throw invalid("it ends too early");
    const end = at + 4 + readUint32(body, at);
    if (end > body.length) throw invalid("it ends too early");
    out.push(body.subarray(at + 4, end));
    at = end;
  }
  if (at !== body.length) throw invalid("something follows its end");
  return out;
}

function parseList<T>(bytes: Uint8Array | undefined, parse: (value: unknown) => T): T[] {
  let list: unknown;
  try {
    list = JSON.parse(fromUtf8(bytes ?? new Uint8Array(0)));
  } catch (cause) {
    throw new BaseError("Decode", "KB_FORMAT", "knowledge base refused: broken JSON; build it again", {
      cause,
    });
  }
  if (!Array.isArray(list)) throw invalid("a list is missing");
  return list.map(parse);
}

function parseGroup(value: unknown): SynonymGroup {
  if (!Array.isArray(value) || !value.every((name) => typeof name === "string"))
    throw invalid("synonyms must be texts");
  return value;
}

function checkDistinct(names: readonly string[], what: string): void {
  if (new Set(names).size !== names.length) throw invalid(`${what} must be distinct`);
}

/**
 * Reads a knowledge base file from anywhere: lengths, numbers and articles are checked, and so is the digest.
 * @returns the content and the digest: hex SHA-256 of the file without its last 32 bytes
 * @throws BaseError `KB_FORMAT`, `KB_DIGEST` (the file was changed) or `KB_ARTICLE`
 */
export function decodeIndex(file: Uint8Array): IndexContent & { readonly digest: string } {
  if (file.length < MAGIC.length + DIGEST_BYTES || !equalBytes(file.subarray(0, MAGIC.length), MAGIC)) {
    throw invalid("it is no knowledge base of this version");
  }
  const body = file.subarray(0, file.length - DIGEST_BYTES);
  const digest = sha256(body);
  if (!equalBytes(digest, file.subarray(body.length))) {
    throw new BaseError("Verification", "KB_DIGEST", "knowledge base was changed or damaged; build it again");
  }
  const [articleBytes, groupBytes, termBytes, postingBytes, impacts] = sectionsOf(body);
  const articles = parseList(articleBytes, parseArticle);
  checkDistinct(
    articles.map(({ id }) => id),
    "article ids",
  );
  const groups = parseList(groupBytes, parseGroup);
  const terms = fromUtf8(termBytes ?? new Uint8Array(0)).split("\n");
  checkDistinct(terms, "terms");
  const postings = decodePostings(
    postingBytes ?? new Uint8Array(0),
    terms,
    Uint8Array.from(impacts ?? []),
    articles.length,
  );
  return { articles, groups, postings, digest: toHex(digest) };
}
