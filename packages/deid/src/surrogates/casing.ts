/** A word in the case of another: all small, all capitals, or as it is. */
export function inCaseOf(pattern: string, word: string): string {
  if (pattern === pattern.toLowerCase() && pattern !== pattern.toUpperCase()) return word.toLowerCase();
  if (pattern.length > 1 && pattern === pattern.toUpperCase() && pattern !== pattern.toLowerCase())
    return word.toUpperCase();
  return word;
}

/** Case folded for look-up; keeps marks, so that José and Jose stay two. */
export function foldCase(text: string): string {
  return text.normalize("NFC").toLowerCase();
}
