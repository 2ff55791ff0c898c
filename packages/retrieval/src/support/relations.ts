import { type Reading, shares, type Word } from "./reading.ts";
import { scopeEnds } from "./scales.ts";

/** Two parts of a sentence that stand in an order: the earlier and the later, the cause and its effect. */
interface Relation {
  readonly first: readonly Word[];
  readonly second: readonly Word[];
}

/** A connector, and whether what stands to its left comes first. */
type Connectors = ReadonlyMap<string, boolean>;

const inTime: Connectors = new Map([
  ["before", true],
  ["then", true],
  ["after", false],
]);
const inCause: Connectors = new Map([
  ["cause", true],
  ["causes", true],
  ["trigger", true],
  ["triggers", true],
  ["leads", true],
  ["lead", true],
  ["brings", true],
  ["results", true],
  ["because", false],
  ["due", false],
]);
const passives: ReadonlySet<string> = new Set(["caused", "triggered"]);

function relationsIn({ words }: Reading, connectors: Connectors): Relation[] {
  return words.flatMap(({ text, clause }, at) => {
    const isPassive = passives.has(text) && words[at + 1]?.text === "by" && connectors === inCause;
    const leftFirst = isPassive ? false : connectors.get(text);
    if (leftFirst === undefined) return [];
    const content = (part: readonly Word[]): Word[] => part.filter(({ isContent }) => isContent);
    let left = content(words.slice(0, at));
    const after = content(words.slice(at + 1));
    const end = words.findIndex((word, i) => i > at && scopeEnds.has(word.text));
    const right = content(words.slice(at + 1, end < 0 ? undefined : end)).filter(
      (word) => word.clause === clause,
    );
    // "After X, Y"
    if (left.length === 0) left = after.filter((word) => word.clause !== clause);
    return left.length === 0 || right.length === 0
      ? []
      : [leftFirst ? { first: left, second: right } : { first: right, second: left }];
  });
}

function overlap(a: readonly Word[], b: readonly Word[]): number {
  const shared = a.filter((word) => b.some((other) => shares(word.keys, other.keys))).length;
  return shared / Math.max(1, Math.min(a.length, b.length));
}

function turns(claim: Reading, source: Reading, connectors: Connectors): boolean {
  const given = relationsIn(source, connectors);
  return relationsIn(claim, connectors).some((one) => {
    const same = given.map(({ first, second }) => overlap(one.first, first) + overlap(one.second, second));
    const crossed = given.map(({ first, second }) => overlap(one.first, second) + overlap(one.second, first));
    return Math.max(0, ...crossed) > Math.max(0, ...same);
  });
}

/** Whether a claim turns an order in time or a cause around. */
export function turnedAround(claim: Reading, source: Reading): "ORDER" | "CAUSE" | undefined {
  if (turns(claim, source, inTime)) return "ORDER";
  return turns(claim, source, inCause) ? "CAUSE" : undefined;
}
