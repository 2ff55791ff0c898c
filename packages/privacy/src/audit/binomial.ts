/** P(X = k) for k from 0 to n, of n tries with a chance strictly between 0 and 1. */
export function binomialMasses(n: number, chance: number): Float64Array {
  const masses = new Float64Array(n + 1);
  const odds = Math.log(chance) - Math.log1p(-chance);
  let log = n * Math.log1p(-chance);
  for (let k = 0; k <= n; k += 1) {
    masses[k] = Math.exp(log);
    log += Math.log(n - k) - Math.log(k + 1) + odds;
  }
  return masses;
}
