/** Names features by number, so that a model needs no dictionary. */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** FNV-1a over UTF-16 code units. */
export function hashOf(text: string): number {
  let hash = FNV_OFFSET;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash >>> 0;
}

/** Names a feature by its kind and two parts of it. */
export function mix(kind: number, a: number, b: number): number {
  let hash = Math.imul(FNV_OFFSET ^ kind, FNV_PRIME);
  hash = Math.imul(hash ^ a, FNV_PRIME);
  hash ^= hash >>> 15;
  hash = Math.imul(hash ^ b, FNV_PRIME);
  hash ^= hash >>> 13;
  return hash >>> 0;
}
