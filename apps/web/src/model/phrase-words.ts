import { checkRecoveryPhrase, phraseWordsCount, type UnknownWord } from "@cloister/client";

/** What is wrong with recovery words and what to do, word by word; undefined when nothing is. */
export function phraseProblem(text: string): string | undefined {
  const check = checkRecoveryPhrase(text);
  switch (check.outcome) {
    case "right":
      return undefined;
    case "words":
      return check.unknown.map(unknownWordProblem).join(" ");
    case "count":
      return `These are ${check.count} of ${phraseWordsCount} words.`;
    case "checksum":
      return "Each of these words is in the list, but together they are not right. One was read wrong, or two changed places. Compare them with your paper, one by one.";
  }
}

function unknownWordProblem({ place, word, suggestions }: UnknownWord): string {
  const names = suggestions.map((suggestion) => `“${suggestion}”`);
  const question = names.length === 0 ? "" : ` Is it ${names.join(" or ")}?`;
  return `Word ${place}, “${word}”, is not in the list.${question}`;
}
