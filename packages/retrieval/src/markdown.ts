const rules: readonly (readonly [RegExp, string])[] = [
  [/\r\n?/g, "\n"],
  [/<!--[\s\S]*?-->/g, ""],
  [/!\[[^\]\n]*\]\([^)\n]*\)/g, ""],
  [/\[([^\]\n]+)\]\([^)\n]*\)/g, "$1"],
  [/(\*\*|__)(?=\S)([^\n]*?\S)\1/g, "$2"],
  [/(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])/g, "$1"],
  [/`([^`\n]+)`/g, "$1"],
  [/^[ \t]*[*+-][ \t]+/gm, "- "],
  [/[ \t]+$/gm, ""],
  [/\n{3,}/g, "\n\n"],
];

/** Markdown without emphasis, links, images and comments; headings, lists and paragraphs stay as they are. */
export function plainText(markdown: string): string {
  return rules.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), markdown).trim();
}
