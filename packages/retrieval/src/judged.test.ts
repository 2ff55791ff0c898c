import { describe, expect, it } from "vitest";
import { buildIndex, KnowledgeIndex } from "./index.ts";
import { measure, parseJudgedJsonl } from "./judged.ts";
import { clinic } from "./testdata/clinic.ts";

const index = new KnowledgeIndex(buildIndex(clinic));
const code = (expected: string): unknown => expect.objectContaining({ code: expected });
const clock = (): (() => number) => {
  let now = 0;
  return () => {
    now += 2;
    return now;
  };
};

describe("a judged set", () => {
  it("has plain or graded answers, or none", () => {
    const lines = ['{"query":"a","relevant":["x"]}', "", '{"query":"b","relevant":{"x":3}}'];
    const judged = parseJudgedJsonl([...lines, '{"query":"c","relevant":[]}'].join("\n"));
    expect(judged.map(({ grades }) => Object.fromEntries(grades))).toEqual([{ x: 1 }, { x: 3 }, {}]);
  });

  it.each([
    "{",
    "null",
    '{"query":"a"}',
    '{"query":" ","relevant":[]}',
    '{"query":1,"relevant":[]}',
    '{"query":"a","relevant":[1]}',
    '{"query":"a","relevant":{"x":0}}',
    '{"query":"a","relevant":{"x":"1"}}',
  ])("is refused: %s", (line) => {
    expect(() => parseJudgedJsonl(`{"query":"a","relevant":[]}\n${line}`)).toThrowError(/line 2/);
    expect(() => parseJudgedJsonl(line)).toThrowError(code("KB_SET"));
  });

  it("is measured: a perfect answer, a wrong one, and one that should stay open", () => {
    const judged = parseJudgedJsonl(
      `{"query":"gout","relevant":["gout"]}
       {"query":"asthma","relevant":["choking","ibuprofen"]}
       {"query":"the weather tomorrow","relevant":[]}`,
    );
    const measures = measure({ index, judged, k: 1, nowMs: clock() });
    expect(measures).toEqual({
      answerableCount: 2,
      outOfScopeCount: 1,
      ndcgAt10: expect.closeTo(0.5, 1),
      recallAtK: 0.5,
      successAtK: 0.5,
      auc: 1,
      latencyP50Ms: 2,
      latencyP99Ms: 2,
    });
    expect(measure({ index, judged: judged.slice(2), k: 1, nowMs: clock() })).not.toHaveProperty("auc");
    expect(() => measure({ index, judged: [], k: 1, nowMs: clock() })).toThrowError(code("KB_SET"));
  });
});
