import { BaseError } from "@cloister/bytes";
import { type Coding, escaped } from "./region.ts";

/** Where a string stands, with its quotes. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** A value of a JSON document; an object or array reaches as far as its mark. */
export interface JsonNode extends Place {
  readonly kind: "object" | "array" | "string" | "number" | "literal";
  /** The string that names it in its object. */
  readonly key?: Place;
  readonly name?: string;
  /** The object or array that holds it. */
  readonly parent?: JsonNode;
  /** Of an object: its strings by name, the last of those that share one. */
  readonly strings: Map<string, string>;
}

interface Token extends Place {
  readonly kind: "string" | "number" | "literal" | "{" | "}" | "[" | "]" | ":" | ",";
}

const SPACE = /[ \t\n\r\ufeff]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y;
const LITERAL = /(?:true|false|null)(?!\w)/y;
const ESCAPE = /\\(?:u[\da-fA-F]{4}|["\\/bfnrt])/g;
const UNESCAPED = /\\|(?![\u007f-\u009f])\p{Cc}/u;

/** What stands between the quotes of a JSON string. */
export const jsonString: Coding = escaped(
  ESCAPE,
  (escape) => JSON.parse(`"${escape}"`) as string,
  (text) => JSON.stringify(text).slice(1, -1),
);

/** What a string says. */
export function stringAt(source: string, { start, end }: Place): string {
  return jsonString.read(source.slice(start + 1, end - 1)).text;
}

/**
 * The values of a JSON document, or of several that follow one another (JSON lines), in their order.
 * Attacker-controlled: no recursion, and linear in the text.
 * @throws BaseError `DOCUMENT_JSON` with the place, never the content
 */
export function parseJson(source: string): readonly JsonNode[] {
  const reader = new Reader(source);
  for (let token = tokenAt(source, 0); token !== undefined; token = tokenAt(source, token.end))
    reader.take(token);
  return reader.end();
}

class Reader {
  readonly #source: string;
  readonly #nodes: JsonNode[] = [];
  #holder: JsonNode | undefined;
  #key: Place | undefined;
  /** `first…`: an object or array may also end here. */
  #expects: "value" | "first value" | "key" | "first key" | "colon" | "next" = "value";

  constructor(source: string) {
    this.#source = source;
  }

  take(token: Token): void {
    const { kind } = token;
    const expects = this.#expects;
    const isFirst = expects.startsWith("first");
    if ((kind === "}" || kind === "]") && (isFirst || expects === "next")) this.#close(token);
    else if (kind === "," && expects === "next")
      this.#expects = this.#holder?.kind === "object" ? "key" : "value";
    else if (kind === ":" && expects === "colon") this.#expects = "value";
    else if (kind === "string" && expects.endsWith("key")) {
      this.#key = token;
      this.#expects = "colon";
    } else if (expects.endsWith("value")) this.#value(token);
    else throw syntaxError(this.#source, token.start);
  }

  end(): readonly JsonNode[] {
    if (this.#holder !== undefined || this.#nodes.length === 0)
      throw syntaxError(this.#source, this.#source.length);
    return this.#nodes;
  }

  #close({ kind, start }: Token): void {
    if (this.#holder?.kind !== (kind === "}" ? "object" : "array")) throw syntaxError(this.#source, start);
    this.#holder = this.#holder.parent;
    this.#expects = this.#holder === undefined ? "value" : "next";
  }

  #value({ kind: token, start, end }: Token): void {
    if (token === "}" || token === "]" || token === ":" || token === ",")
      throw syntaxError(this.#source, start);
    const kind = token === "{" ? "object" : token === "[" ? "array" : token;
    const name = this.#key && stringAt(this.#source, this.#key);
    const node: JsonNode = {
      kind,
      start,
      end,
      strings: new Map(),
      ...(this.#key && { key: this.#key }),
      ...(name !== undefined && { name }),
      ...(this.#holder && { parent: this.#holder }),
    };
    this.#nodes.push(node);
    if (kind === "string" && name !== undefined)
      this.#holder?.strings.set(name, stringAt(this.#source, node));
    this.#key = undefined;
    if (kind === "object" || kind === "array") {
      this.#holder = node;
      this.#expects = kind === "object" ? "first key" : "first value";
    } else this.#expects = this.#holder === undefined ? "value" : "next";
  }
}

function tokenAt(source: string, from: number): Token | undefined {
  SPACE.lastIndex = from;
  const start = from + (SPACE.exec(source)?.[0].length ?? 0);
  const mark = source[start];
  if (mark === undefined) return undefined;
  if (mark === "{" || mark === "}" || mark === "[" || mark === "]" || mark === ":" || mark === ",")
    return { kind: mark, start, end: start + 1 };
  if (mark === '"') return { kind: "string", start, end: endOfString(source, start) };
  for (const [kind, pattern] of [
    ["number", NUMBER],
    ["literal", LITERAL],
  ] as const) {
    pattern.lastIndex = start;
    const match = pattern.exec(source);
    if (match !== null) return { kind, start, end: pattern.lastIndex };
  }
  throw syntaxError(source, start);
}

/** By search and not by one pattern, whose stack a long string would use up. */
function endOfString(source: string, start: number): number {
  let quote = source.indexOf('"', start + 1);
  while (quote >= 0 && isEscaped(source, quote)) quote = source.indexOf('"', quote + 1);
  if (quote < 0) throw syntaxError(source, start);
  const inside = source.slice(start + 1, quote);
  if (UNESCAPED.test(inside) && UNESCAPED.test(inside.replaceAll(ESCAPE, "")))
    throw syntaxError(source, start);
  return quote + 1;
}

function isEscaped(source: string, at: number): boolean {
  let from = at;
  while (source[from - 1] === "\\") from -= 1;
  return (at - from) % 2 === 1;
}

function syntaxError(source: string, at: number): BaseError {
  const line = source.slice(0, at).split("\n").length;
  return new BaseError(
    "Decode",
    "DOCUMENT_JSON",
    `this is no JSON from line ${line} on; mend it, or name its format`,
  );
}
