const maxDepth = 32;

/** Whether a JSON text nests no deeper than 32: what reads it after is recursive. Attacker-controlled. */
export function isShallow(text: string): boolean {
  let depth = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === "[" || token === "{") depth += 1;
    else if (token === "]" || token === "}") depth -= 1;
    if (depth > maxDepth) return false;
  }
  return true;
}
