/** Tags of the tagger: outside; the begin and inside of names and of places; codes; dates; ages over 89. */
const tags = ["O", "NAME", "I-NAME", "LOCATION", "I-LOCATION", "OTHER_ID", "DATE", "AGE90"] as const;

export const TAG_COUNT = tags.length;

/** An inside tag follows only its begin or itself. */
export function mayFollow(before: number, tag: number): boolean {
  if (tag === 2) return before === 1 || before === 2;
  if (tag === 4) return before === 3 || before === 4;
  return true;
}
