interface Node {
  readonly next: Map<string, Node>;
  /** Originals by the exact surrogate, where one ends here. */
  ends?: Map<string, string>;
}

/** A match: how much was read, and what stands for it. */
export interface TrieMatch {
  readonly length: number;
  readonly original: string;
}

const SPACE = /\s/;

/** Surrogates of whole mentions, found letter by letter whatever their case and the white space between their words. */
export class MentionTrie {
  readonly #root: Node = { next: new Map() };

  add(surrogate: string, original: string): void {
    let node = this.#root;
    for (const character of surrogate.replaceAll(/\s+/g, " ")) {
      const folded = character.toLowerCase();
      let next = node.next.get(folded);
      if (next === undefined) {
        next = { next: new Map() };
        node.next.set(folded, next);
      }
      node = next;
    }
    node.ends ??= new Map();
    if (!node.ends.has(surrogate)) node.ends.set(surrogate, original);
  }

  /** The longest surrogate that begins at `at`; `more` when the text ends before that can be told. */
  match(text: string, at: number, atEnd: boolean): TrieMatch | "more" | undefined {
    let node = this.#root;
    let best: TrieMatch | undefined;
    let to = at;
    while (to < text.length) {
      const character = String.fromCodePoint(text.codePointAt(to) ?? 0);
      const isSpace = SPACE.test(character);
      const next = node.next.get(isSpace ? " " : character.toLowerCase());
      if (next === undefined) return best;
      to += character.length;
      if (isSpace) to = afterSpace(text, to, at);
      node = next;
      if (node.ends === undefined) continue;
      if (to >= text.length && !atEnd) return "more";
      if (!isWordCharacter(pointAt(text, to)) || !isWordCharacter(character))
        best = { length: to - at, original: chosen(node.ends, text.slice(at, to)) };
    }
    return node.next.size > 0 && !atEnd && to > at ? "more" : best;
  }
}

function pointAt(text: string, at: number): string | undefined {
  const point = text.codePointAt(at);
  return point === undefined ? undefined : String.fromCodePoint(point);
}

/** Past the white space that goes on at `to`; a run without end stops somewhere. */
function afterSpace(text: string, to: number, from: number): number {
  let at = to;
  while (at < text.length && at - from < 400 && SPACE.test(text[at] ?? "")) at += 1;
  return at;
}

function chosen(ends: ReadonlyMap<string, string>, found: string): string {
  const [first = ""] = ends.values();
  return ends.get(found) ?? first;
}

export function isWordCharacter(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}\p{M}]/u.test(character);
}
