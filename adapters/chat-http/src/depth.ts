const maxDepth = 32;

/** Whether a JSON text nests no deeper than 32: what reads it after is recursive. Attacker-controlled, so linear. */
export function isShallow(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') inString = !inString;
    else if (inString) {
      if (char === "\\") at += 1;
    } else if (char === "[" || char === "{") depth += 1;
    else if (char === "]" || char === "}") depth -= 1;
    if (depth > maxDepth) return false;
  }
  return true;
}
