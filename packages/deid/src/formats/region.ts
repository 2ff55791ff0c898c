import type { IdentifierLabel } from "../labels.ts";

/**
 * What stands in a part of a document. `text`: anything, so it is searched; `context` (the name of its field) may
 * help to tell what it is. `identifier`: the place says that all of it identifies. `date`: the place says that it
 * is a date; of a birth, where that tells an age. `age`: a number of years. `removed`: cannot be searched
 * (a picture), so this takes its place.
 */
export type Content =
  | { readonly type: "text"; readonly context?: string }
  | { readonly type: "identifier"; readonly label: IdentifierLabel }
  | { readonly type: "date"; readonly isBirth?: boolean }
  | { readonly type: "age" }
  | { readonly type: "removed"; readonly label: IdentifierLabel; readonly by: string };

/** A part of a document that is read and replaced by itself; regions do not overlap. UTF-16 code units. */
export interface Region {
  readonly start: number;
  readonly end: number;
  readonly content: Content;
  readonly coding: Coding;
}

/** A region without its escapes. */
export interface Decoded {
  readonly text: string;
  /** For each unit of `text`, and for its end, where it stands in the raw text; as they are when absent. */
  readonly offsets?: readonly number[];
}

/** How text is written in a region. */
export interface Coding {
  readonly read: (raw: string) => Decoded;
  /** @param raw what the text takes the place of: a coding may have to keep some of it */
  readonly write: (text: string, raw: string) => string;
  /** The region can only be replaced as a whole. */
  readonly isWhole?: boolean;
  /** To be used for putting originals back, where that is another. */
  readonly back?: Coding;
}

/** Text as it stands. */
export const plain: Coding = { read: (raw) => ({ text: raw }), write: (text) => text };

/** Text in an `inner` coding that is itself written in an `outer` one. */
export function within(outer: Coding, inner: Coding): Coding {
  return {
    read: (raw) => {
      const first = outer.read(raw);
      const second = inner.read(first.text);
      if (first.offsets === undefined) return second;
      const { offsets } = first;
      const through = second.offsets ?? Array.from({ length: second.text.length + 1 }, (_, at) => at);
      return { text: second.text, offsets: through.map((at) => offsets[at] ?? raw.length) };
    },
    write: (text, raw) => {
      const first = outer.read(raw).text;
      return outer.write(inner.write(text, first), raw);
    },
    ...(inner.isWhole === true && { isWhole: true }),
    ...(inner.back !== undefined && { back: within(outer, inner.back) }),
  };
}

/**
 * A coding by a pattern of escapes: what it matches stands for what `meaning` says, the rest for itself.
 * Linear as long as the pattern is.
 */
export function escaped(
  pattern: RegExp,
  meaning: (escape: string) => string,
  write: Coding["write"],
): Coding {
  return {
    write,
    read: (raw) => {
      let text = "";
      const offsets: number[] = [];
      const take = (piece: string, from: number, step: 0 | 1) => {
        for (let at = 0; at < piece.length; at += 1) offsets.push(from + at * step);
        text += piece;
      };
      let from = 0;
      for (const match of raw.matchAll(pattern)) {
        take(raw.slice(from, match.index), from, 1);
        take(meaning(match[0]), match.index, 0);
        from = match.index + match[0].length;
      }
      if (from === 0) return { text: raw };
      take(raw.slice(from), from, 1);
      offsets.push(raw.length);
      return { text, offsets };
    },
  };
}
