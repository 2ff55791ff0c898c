const markPattern = /\p{M}/gu;
/** A run of letters and digits; one character each in scripts that are written without spaces. */
const tokenPattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}])+/gu;
const maxTokenLength = 32;

/** The search words of a text, in order: lower case, without accents, cut at 32 UTF-16 units. */
export function tokensOf(text: string): string[] {
  const plain = text.normalize("NFKD").replace(markPattern, "").toLowerCase();
  return (plain.match(tokenPattern) ?? []).map((token) => token.slice(0, maxTokenLength));
}
