import type { Citation } from "@cloister/contracts/answer";

/** Which part of its article a citation opens, in words: a passage's id is its heading with hyphens. */
export function passageWords({ passage }: Pick<Citation, "passage">): string | undefined {
  if (passage === "intro") return undefined;
  const words = passage.replaceAll("-", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}
