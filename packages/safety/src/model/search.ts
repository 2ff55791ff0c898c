/** The index of the first of things in order that begins at or after a token. */
export function firstFrom(things: readonly { readonly from: number }[], from: number): number {
  let low = 0;
  let high = things.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((things[middle]?.from ?? 0) < from) low = middle + 1;
    else high = middle;
  }
  return low;
}
