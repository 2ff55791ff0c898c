import type { Range, Token } from "../tokens.ts";

/** How many sentences and tokens are judged as one. */
const MAX_SENTENCES = 3;
const MAX_TOKENS = 80;
/** A text of more sentences is no message; its sentences are judged one by one. */
const MAX_MESSAGE_SENTENCES = 1000;
/** A case is judged in stretches of so many tokens, and begins with an age that stands this early. */
const MAX_CASE_TOKENS = 300;
const MAX_CASE_OPENING = 3;
const AGE_UNIT = /^(?:year|month|week|day)s?$/;
/** How many joints at either end are tried. */
const MAX_JOINTS = 3;
/** Words with which people say how bad it is, and what is left of a masked opinion. */
const REMARKS: ReadonlySet<string> = new Set([
  "",
  ...`probably maybe perhaps likely nothing says said say think thinks thought reckon reckons told tells insist insists worry worrier
  worrying worries fuss fussing bother bothering trouble waste overreacting dramatic drama silly daft fine wait waiting sorry guess
  suppose expect hope anxiety anxious stress nerves panic tired virus small sleep pass sort rest tea faking imagining paranoid
  embarrassed stupid exaggerating serious deal age overthinking`.split(/\s+/),
]);

/** Where a remark may have been added: a comma, "but", or a capital letter within the sentence. */
function isJoint({ text, isCapital }: Token): boolean {
  return text === "," || text === "but" || isCapital === true;
}

/** Where a run can end or begin: at its own ends, and before or after a remark at a joint. */
function cutsOf(tokens: readonly Token[], { from, to }: Range): { ends: number[]; starts: number[] } {
  const ends = [to];
  let isRemark = false;
  for (let at = to; at > from; at -= 1) {
    const token = tokens[at];
    if (token === undefined || token.text === ".") break;
    isRemark ||= REMARKS.has(token.text);
    if (isRemark && isJoint(token)) ends.push(at - 1);
  }
  const starts = [from];
  isRemark = false;
  for (let at = from; at < to; at += 1) {
    const token = tokens[at];
    if (token === undefined || token.text === ".") break;
    if (isRemark && isJoint(token)) starts.push(token.isCapital === true ? at : at + 1);
    isRemark ||= REMARKS.has(token.text);
  }
  return { ends: ends.slice(0, 1 + MAX_JOINTS), starts: starts.slice(0, 1 + MAX_JOINTS) };
}

/** A run as it is, and without what may have been added before or after it. */
function variantsOf(tokens: readonly Token[], run: Range): Range[] {
  const { ends, starts } = cutsOf(tokens, run);
  return starts.flatMap((from) => ends.map((to) => ({ from, to }))).filter(({ from, to }) => from <= to);
}

/** "A 48-year-old woman with …": a case, which is told as a whole. */
function opensCase(tokens: readonly Token[], { from, to }: Range): boolean {
  for (let at = from; at <= Math.min(to, from + MAX_CASE_OPENING - 1); at += 1) {
    const { value, text } = tokens[at] ?? {};
    if (value !== undefined) {
      return AGE_UNIT.test(tokens[at + 1]?.text ?? "") && tokens[at + 2]?.text === "old";
    }
    if (text !== "a" && text !== "an" && text !== "the" && text !== "this") return false;
  }
  return false;
}

/** A case from its opening on, with and without remarks at its end. */
function caseRuns(tokens: readonly Token[], sentences: readonly Range[]): Range[] {
  const [first, last] = [sentences[0], sentences.at(-1)];
  if (first === undefined || last === undefined) return [];
  const out: Range[] = [];
  for (let from = first.from; from <= last.to; from += MAX_CASE_TOKENS) {
    out.push({ from, to: Math.min(last.to, from + MAX_CASE_TOKENS - 1) });
  }
  const isRemark = ({ from, to }: Range): boolean =>
    tokens.slice(from, to + 1).some(({ text }) => REMARKS.has(text));
  const before = sentences.at(-2);
  const ends = [...(before !== undefined && isRemark(last) ? [before.to] : []), ...cutsOf(tokens, last).ends];
  const recent = Math.max(first.from, last.to - MAX_CASE_TOKENS);
  return [...out, ...ends.map((to) => ({ from: recent, to }))];
}

/**
 * What is judged as one: runs of one to three sentences, with and without remarks at their ends, so that no
 * remark lowers what was said beside it; or a case as a whole.
 */
export function runsOf(tokens: readonly Token[], sentences: readonly Range[]): Range[] {
  const opening = sentences.slice(0, 2).findIndex((sentence) => opensCase(tokens, sentence));
  if (opening >= 0) return caseRuns(tokens, sentences.slice(opening));
  if (sentences.length > MAX_MESSAGE_SENTENCES) return [...sentences];
  return sentences.flatMap((first, at) => {
    const run = sentences.slice(at, at + MAX_SENTENCES);
    return run
      .filter(({ to }, i) => i === 0 || to - first.from < MAX_TOKENS)
      .flatMap(({ to }) => variantsOf(tokens, { from: first.from, to }));
  });
}
