import { negators, scopeEnds } from "./scales.ts";

/** A word in its place. */
export interface PlainWord {
  /** Lower case, as `words()` gives it. */
  readonly text: string;
  /** The part between two commas or the like. */
  readonly clause: number;
  /** Says something: neither a stop word nor a number, and on no scale of its own. */
  readonly isContent: boolean;
  /** Names people. */
  readonly isGroup: boolean;
}

/** How many words a denial reaches, and "without". */
const MAX_SCOPE = 8;
const WITHOUT_SCOPE = 2;

/** "To avoid it" and "not only" deny nothing; "rather than it" does. */
function denies(plain: readonly PlainWord[], at: number): boolean {
  const [before, word, after] = [plain[at - 1]?.text, plain[at]?.text ?? "", plain[at + 1]?.text];
  if (word === "than") return before === "rather";
  if (word === "little" || word === "few") return before === "too";
  if (word.startsWith("avoid")) return before !== "to" && before !== "help";
  return negators.has(word) && after !== "only";
}

/** Which words the denial at a place is about: those after it in its clause, else those before. Empty for none. */
export function scopeOf(plain: readonly PlainWord[], at: number): readonly number[] {
  const start = plain[at];
  if (start === undefined || !denies(plain, at)) return [];
  const says = (i: number): boolean => {
    const word = plain[i];
    return word !== undefined && word.clause === start.clause && (word.isContent || word.isGroup);
  };
  const scope: number[] = [];
  const reach = start.text === "without" ? WITHOUT_SCOPE : MAX_SCOPE;
  for (let i = at + 1; i <= at + reach; i += 1) {
    const word = plain[i];
    if (word === undefined || word.clause !== start.clause || scopeEnds.has(word.text)) break;
    if (says(i)) scope.push(i);
  }
  return scope.length > 0 ? scope : [at - 1, at - 2, at - 3].filter(says);
}

/** "Unsafe" says that something is not "safe". */
export function undone(word: string): string | undefined {
  return /^(?:un|non)(?!der|til|it|ion|less|ique|conscious)([a-z]{4,})$/.exec(word)?.[1];
}
