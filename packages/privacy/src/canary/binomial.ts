/**
 * P(X >= least) for X of a binomial distribution: the exact sum, from its smallest term to its largest, with terms
 * by logarithms (about 1e-12 of the value for n up to 10,000).
 */
export function binomialUpperTail(least: number, count: number, probability: number): number {
  if (least <= 0) return 1;
  if (least > count || probability <= 0) return 0;
  if (probability >= 1) return 1;
  const terms: number[] = [];
  let logChoose = 0;
  for (let k = 1; k <= count; k += 1) {
    logChoose += Math.log((count - k + 1) / k);
    if (k < least) continue;
    terms.push(Math.exp(logChoose + k * Math.log(probability) + (count - k) * Math.log1p(-probability)));
  }
  return Math.min(
    1,
    terms.sort((a, b) => a - b).reduce((sum, term) => sum + term, 0),
  );
}

/** The fewest successes whose upper tail is at most `level`; one more than `count` when there is none. */
export function criticalCount(count: number, probability: number, level: number): number {
  for (let least = 0; least <= count; least += 1)
    if (binomialUpperTail(least, count, probability) <= level) return least;
  return count + 1;
}
