import type { IdentifierLabel, Span } from "../src/labels.ts";

/** A text and what is in it; `traps` must stay, `ignore` counts neither way, `optional` need not be covered. */
export interface Case {
  readonly text: string;
  readonly spans: readonly (Span & { readonly opt?: readonly (readonly [number, number])[] })[];
  readonly ignore?: readonly { readonly start: number; readonly end: number }[];
  readonly recallOnly?: boolean;
}

interface Tally {
  count: number;
  covered: number;
}

/** How a detector did: every letter and digit of an identifier masked counts as covered. */
export class Score {
  readonly byLabel = new Map<IdentifierLabel, Tally>();
  readonly missed: string[] = [];
  readonly wrong: string[] = [];
  #predicted = 0;
  #texts = 0;
  #withIdentifiers = 0;
  #clean = 0;
  #hit = 0;

  add(each: Case, found: readonly Span[]): void {
    this.#texts += 1;
    const masked = new Uint8Array(each.text.length);
    for (const { start, end } of found) masked.fill(1, start, end);
    let leaks = 0;
    for (const span of each.spans) {
      const tally = this.byLabel.get(span.label) ?? { count: 0, covered: 0 };
      tally.count += 1;
      if (isCovered(each.text, span, masked)) tally.covered += 1;
      else {
        leaks += 1;
        this.missed.push(`${span.label}: ${show(each.text, span)}`);
      }
      this.byLabel.set(span.label, tally);
    }
    if (each.spans.length > 0) {
      this.#withIdentifiers += 1;
      if (leaks === 0) this.#clean += 1;
    }
    if (each.recallOnly !== true) this.#judge(each, found);
  }

  #judge({ text, spans, ignore = [] }: Case, found: readonly Span[]): void {
    let isHit = false;
    for (const span of found) {
      const touches = (other: { readonly start: number; readonly end: number }) =>
        other.start < span.end && other.end > span.start;
      if (!spans.some(touches) && ignore.some(touches)) continue;
      this.#predicted += 1;
      if (spans.some(touches)) continue;
      isHit = true;
      this.wrong.push(`${span.label}: ${show(text, span)}`);
    }
    if (isHit) this.#hit += 1;
  }

  /** Percentages; texts with a wrong mask are `hit`. */
  summary(): {
    texts: number;
    identifiers: number;
    covered: number;
    precision: number;
    clean: number;
    hit: number;
  } {
    const tallies = [...this.byLabel.values()];
    const identifiers = tallies.reduce((sum, { count }) => sum + count, 0);
    const covered = tallies.reduce((sum, tally) => sum + tally.covered, 0);
    return {
      texts: this.#texts,
      identifiers,
      covered: percent(covered, identifiers),
      precision: percent(this.#predicted - this.wrong.length, this.#predicted),
      clean: percent(this.#clean, this.#withIdentifiers),
      hit: percent(this.#hit, this.#texts),
    };
  }
}

export function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.round((1000 * part) / whole) / 10;
}

function isCovered(text: string, span: Case["spans"][number], masked: Uint8Array): boolean {
  for (let at = span.start; at < span.end; at += 1) {
    if (masked[at] === 1 || span.opt?.some(([from, to]) => at >= from && at < to)) continue;
    if (/[\p{L}\p{N}]/u.test(text[at] ?? "")) return false;
  }
  return true;
}

function show(text: string, { start, end }: Span): string {
  return JSON.stringify(
    `${text.slice(Math.max(0, start - 30), start)}⟦${text.slice(start, end)}⟧${text.slice(end, end + 20)}`,
  );
}
