/** An article of a collection of questions and answers. */
export interface QuestionArticle {
  readonly id: string;
  /** The condition or medicine that it is about. */
  readonly focus: string;
  /** Which part of it: "treatment", "symptoms" … */
  readonly type: string;
  readonly title: string;
  readonly text: string;
}

/** Plain words, so that the judge shares no code with what it judges. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/['’]s?\b/g, "")
    .replace(/[^a-z0-9]+/g, " ")
    .trim()
    .split(" ")
    .map((word) =>
      word.length > 3 && word.endsWith("s") && !/(?:ss|us|is)$/.test(word) ? word.slice(0, -1) : word,
    )
    .join(" ");
}

/** Too general to be what a letter is about. */
const GENERAL = new Set(
  "disease syndrome disorder pain surgery cancer health child children drug gene treatment test problem family symptom".split(
    " ",
  ),
);

const MAX_NAME_WORDS = 8;

const types: readonly (readonly [type: string, asked: RegExp])[] = [
  ["treatment", /treat|cure|therap|remed|manage|help|medicin|medication|get rid|surg/i],
  ["considerations", /treat|manage|diet|eat/i],
  ["symptoms", /symptom|sign/i],
  ["causes", /cause|why|reason|lead to|due to/i],
  ["inheritance", /inherit|hereditary|genetic|run in|passed? (?:on|down)|carrier/i],
  ["genetic changes", /inherit|genetic|gene\b|mutation/i],
  ["outlook", /prognos|outlook|life expect|survival|how long|recover|curable|fatal/i],
  ["exams and tests", /diagnos|test|detect|screen/i],
  ["prevention", /prevent|avoid|vaccin/i],
  ["susceptibility", /risk|who gets|likely/i],
  ["complications", /complicat|long term effect/i],
  ["research", /research|trial|stud(?:y|ies)/i],
  ["frequency", /how common|how many|frequency|incidence/i],
];

/** What an article on the right condition is worth: the part that was asked, what it is, another part. */
const GRADES = { asked: 3, definition: 2, other: 1 };

function namesOf(focus: string): Set<string> {
  const [, before, inside] = /^(.*?)\s*\((.*)\)$/.exec(focus) ?? [];
  return new Set([focus, before ?? focus, inside ?? focus].map(plain));
}

/** The longest names in a text, in plain words; shorter ones inside them do not count. */
function namedIn(text: string, names: ReadonlyMap<string, unknown>): string[] {
  const words = plain(text).split(" ");
  const found: { name: string; start: number; end: number }[] = [];
  for (let start = 0; start < words.length; start += 1) {
    for (let end = Math.min(words.length, start + MAX_NAME_WORDS); end > start; end -= 1) {
      const name = words.slice(start, end).join(" ");
      if (!names.has(name)) continue;
      if (!found.some((other) => other.start <= start && other.end >= end)) found.push({ name, start, end });
      break;
    }
  }
  return found.map(({ name }) => name);
}

/**
 * Grades the articles of a collection for a summary: nobody judged them, so an article counts when the summary
 * names its condition, most when it also asks for the article's part. A proxy, and a lexical one.
 */
export function gradesFor(
  articles: readonly QuestionArticle[],
): (summary: string) => ReadonlyMap<string, number> {
  const byName = new Map<string, QuestionArticle[]>();
  for (const article of articles) {
    for (const name of namesOf(article.focus)) {
      if (name.length < 3 || GENERAL.has(name)) continue;
      byName.set(name, [...(byName.get(name) ?? []), article]);
    }
  }
  return (summary) => {
    const asked = types.filter(([, pattern]) => pattern.test(summary)).map(([type]) => type);
    const wanted = asked.length === 0 ? ["information"] : asked;
    const gradeOf = (type: string): number => {
      if (wanted.includes(type)) return GRADES.asked;
      return type === "information" ? GRADES.definition : GRADES.other;
    };
    const found = namedIn(summary, byName).flatMap((name) => byName.get(name) ?? []);
    return new Map(found.map(({ id, type }) => [id, gradeOf(type)]));
  };
}
