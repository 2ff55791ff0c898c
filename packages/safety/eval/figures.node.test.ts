import { describe, expect, it } from "vitest";
import {
  type Figure,
  isReached,
  measureDowngrades,
  measureInjection,
  measureRedFlags,
  measureReplies,
} from "./measure.ts";

/**
 * Goals that the held-out set does not reach yet, with what it reached. A figure may get better; when it
 * reaches its goal, its line goes.
 */
const notYet: Readonly<Record<string, number>> = {
  "lay red flags found": 306,
  "crises with plan, intent, means or act": 48,
  "downgrades by remarks that play it down": 20,
  "injection alarms: letters": 1,
  "injection alarms: documents as they are": 2,
  "replies: a diagnosis as a fact": 11,
};

function holds(figure: Figure): boolean {
  const reached = notYet[figure.name];
  if (reached === undefined) return isReached(figure);
  return "least" in figure.target ? figure.count >= reached : figure.count <= reached;
}

describe("the held-out set", () => {
  const set = "held-out";
  const figures = [
    ...measureRedFlags(set),
    ...measureInjection(set),
    ...measureReplies(set),
    measureDowngrades(set),
  ];

  it.each(figures.map((figure) => [figure.name, figure] as const))("%s", (_, figure) => {
    const { count, of } = figure;
    expect(of).toBeGreaterThan(0);
    expect({ count, of, holds: holds(figure) }).toEqual({ count, of, holds: true });
  });

  it("names no goal as missed that is reached", () => {
    const reached = figures.filter((figure) => notYet[figure.name] !== undefined && isReached(figure));
    expect(reached.map(({ name }) => name)).toEqual([]);
  });
});
