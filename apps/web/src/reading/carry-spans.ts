interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the spans of a text stand after it was edited, until it is read again: those before and behind the edit stay,
 * those that it touched go.
 */
export function carrySpans<T extends Place>(spans: readonly T[], before: string, now: string): readonly T[] {
  if (before === now) return spans;
  const shorter = Math.min(before.length, now.length);
  let head = 0;
  while (head < shorter && before[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const shift = now.length - before.length;
  return spans.flatMap((span) => {
    if (span.end <= head) return [span];
    if (span.start < before.length - tail) return [];
    return [{ ...span, start: span.start + shift, end: span.end + shift }];
  });
}
