/** What the word lists say of a word; the sum of any of these. */
export const wordFlags = {
  given: 1,
  surname: 2,
  place: 4,
  common: 8,
  medical: 16,
  rare: 32,
  frequentName: 64,
  placePart: 128,
} as const;

/** Words as the lists hold them: lower case, without marks on Latin letters. */
export function foldWord(word: string): string {
  const lower = word.toLowerCase();
  if (/^[a-z]*$/.test(lower)) return lower;
  return lower
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll("ı", "i")
    .replaceAll("ł", "l")
    .replaceAll("ø", "o")
    .replaceAll("đ", "d")
    .replaceAll("ß", "ss")
    .normalize("NFC");
}

/** A 32-bit hash of a word (FNV-1a, finished as in MurmurHash3). */
export function hashWord(word: string, seed: number): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let at = 0; at < word.length; at += 1) hash = Math.imul(hash ^ word.charCodeAt(at), 0x01000193);
  return mix32(hash);
}

/** The finisher of MurmurHash3. */
export function mix32(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Where a word's cells are in a table of three blocks of `blockLength`, and the eight bits that its cells must agree on.
 * An xor filter (Graf and Lemire, 2020) that holds the flags beside the fingerprint.
 */
export function cellsOf(
  word: string,
  blockLength: number,
): { readonly cells: readonly [number, number, number]; readonly mark: number } {
  const a = hashWord(word, 0x9e3779b9);
  const b = hashWord(word, 0x7f4a7c15);
  const c = mix32(a ^ Math.imul(b, 0x2545f491));
  return {
    cells: [a % blockLength, blockLength + (b % blockLength), 2 * blockLength + (c % blockLength)],
    mark: mix32(a + b) & 0xff,
  };
}
