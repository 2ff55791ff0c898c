import type { Judged } from "../src/judged.ts";
import type { QuestionArticle } from "./grades.ts";

const ALSO_CALLED =
  /\b(?:also|sometimes|formerly) (?:called|known as|referred to as)\s+([^.;:()]{3,60}?)(?:,|\)|\.| is | or | and | which )/g;
const REACH = 90;
const OPENING_LENGTH = 1500;

const lower = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .trim();

/** Other names of a focus that its own articles give: a rough reading, some of it is no synonym. */
function otherNames({ focus, text }: QuestionArticle): string[] {
  const opening = text.slice(0, OPENING_LENGTH);
  const own = new Set(lower(focus).split(" "));
  return [...opening.matchAll(ALSO_CALLED)].flatMap((match) => {
    const name = (match[1] ?? "").replace(/^(?:the|an?|simply) |["“”]/g, "").trim();
    const before = lower(opening.slice(Math.max(0, match.index - REACH), match.index));
    const isNew = lower(name)
      .split(" ")
      .some((word) => !own.has(word));
    return before.includes(lower(focus)) && isNew ? [name] : [];
  });
}

/**
 * Questions with their focus replaced by another name for it; right is any article on that focus that answers
 * the same kind of question.
 */
export function renamed(questions: readonly QuestionArticle[]): {
  names: ReadonlyMap<string, readonly string[]>;
  asked: Judged[];
} {
  const known = new Set(questions.map(({ focus }) => lower(focus)));
  const names = new Map<string, string[]>();
  for (const question of questions) {
    const others = names.get(question.focus) ?? [];
    for (const name of otherNames(question)) {
      if (!known.has(lower(name)) && !others.some((other) => lower(other) === lower(name))) others.push(name);
    }
    if (others.length > 0) names.set(question.focus, others);
  }
  const asked = [...names].flatMap(([focus, others]) => {
    const about = questions.filter((one) => one.focus === focus);
    return others.flatMap((name, n) => {
      const original = about.filter(({ title }) => title.includes(focus))[n % about.length];
      if (original === undefined) return [];
      const right = about.filter(({ type }) => type === original.type);
      return [
        { query: original.title.replace(focus, name), grades: new Map(right.map(({ id }) => [id, 1])) },
      ];
    });
  });
  return { names, asked };
}
