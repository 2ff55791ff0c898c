import type { Span } from "../labels.ts";

interface Replaced extends Span {
  readonly surrogate: string;
}

/**
 * What was found in a text after its mentions were replaced, beside the surrogates, as spans of the text before.
 * Surrogates change what stands next to a word, and with it what the word seems to be.
 */
export function besideSurrogates(
  { text, mentions }: { readonly text: string; readonly mentions: readonly Replaced[] },
  found: readonly Span[],
): Span[] {
  const beside: Span[] = [];
  let shift = 0;
  let from = 0;
  for (const mention of [...mentions, undefined]) {
    const to = mention === undefined ? text.length : mention.start + shift;
    for (const { start, end, label } of found) {
      const [low, high] = [Math.max(start, from), Math.min(end, to)];
      if (low < high && /[\p{L}\p{N}]/u.test(text.slice(low, high)))
        beside.push({ start: low - shift, end: high - shift, label });
    }
    if (mention === undefined) break;
    shift += mention.surrogate.length - (mention.end - mention.start);
    from = to + mention.surrogate.length;
  }
  return beside;
}
