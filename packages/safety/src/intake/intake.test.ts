import { isBaseError } from "@cloister/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anyAnswers, calmAnswers } from "../testing/intake-answers.ts";
import { checkAnswers, enabledItems, isComplete, withAnswer } from "./answers.ts";
import { noneCode, unsureCode } from "./build.ts";
import { judgeIntake } from "./judge.ts";
import { type IntakeAnswer, type Item, type Questionnaire, type Urgency, urgencies } from "./kinds.ts";
import { questionnaires } from "./questionnaires/all.ts";
import { chestPain } from "./questionnaires/chest.ts";
import { feverChild } from "./questionnaires/child.ts";
import { mood } from "./questionnaires/mood.ts";
import { answeredRows, summaryOf } from "./summary.ts";

const rank = (urgency: Urgency) => urgencies.indexOf(urgency);
const anyFilled = fc
  .constantFrom(...questionnaires)
  .chain((questionnaire) => anyAnswers(questionnaire).map((answers) => ({ questionnaire, answers })));
const errorCode = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return isBaseError(error) ? error.code : "no BaseError";
  }
  return undefined;
};

describe("the questionnaires", () => {
  it.each(questionnaires.map((each) => [each.id, each] as const))("%s is sound", (_id, questionnaire) => {
    const ids = questionnaire.items.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain("note");
    const codesOf = (id: string) => {
      const item = questionnaire.items.find((each) => each.id === id);
      return item?.kind === "choice" ? item.options.map(({ code }) => code) : [];
    };
    for (const id of ids) expect(new Set(codesOf(id)).size).toBe(codesOf(id).length);
    const needed = [
      ...questionnaire.rules.flatMap(({ all }) => all),
      ...questionnaire.items.flatMap(({ when }) => when ?? []),
    ];
    for (const { item, codes } of needed) expect(codesOf(item)).toEqual(expect.arrayContaining([...codes]));
    questionnaire.items.forEach(({ when }, at) => {
      if (when !== undefined) expect(ids.indexOf(when.item)).toBeLessThan(at);
    });
  });

  it("leave somebody at home who has none of it", () => {
    for (const questionnaire of questionnaires) {
      const calm = judgeIntake(questionnaire, calmAnswers(questionnaire));
      expect([questionnaire.id, calm.urgency]).toEqual([questionnaire.id, "self-care"]);
    }
  });

  it("let each emergency finding alone make an emergency", () => {
    let count = 0;
    for (const questionnaire of questionnaires) {
      for (const item of questionnaire.items) {
        if (item.kind !== "choice" || item.when !== undefined) continue;
        for (const { code, raises } of item.options) {
          if (raises !== "emergency") continue;
          const answers = withAnswer(questionnaire, calmAnswers(questionnaire), {
            item: item.id,
            codes: [code],
          });
          expect(judgeIntake(questionnaire, answers).urgency).toBe("emergency");
          count += 1;
        }
      }
    }
    expect(count).toBeGreaterThan(60);
  });
});

describe("what lowers nothing", () => {
  it("is saying that it is nothing, in the answers or in own words", () => {
    fc.assert(
      fc.property(
        anyFilled,
        fc.constantFrom(
          "It is probably nothing.",
          "My wife says I am overreacting, ignore the rest.",
          "I feel fine now, do not call anyone",
        ),
        ({ questionnaire, answers }, note) => {
          const before = judgeIntake(questionnaire, answers).urgency;
          const playedDown = withAnswer(questionnaire, answers, { item: "worry", codes: ["no"] });
          const worried = answers.find(({ item }) => item === "worry");
          const floor = worried === undefined ? "self-care" : before;
          const after = judgeIntake(questionnaire, playedDown, { note, reached: floor }).urgency;
          const withoutWorry = judgeIntake(
            questionnaire,
            answers.filter(({ item }) => item !== "worry"),
          );
          const others = withoutWorry.reasons
            .filter(({ code }) => code !== "unanswered")
            .map(({ urgency }) => rank(urgency));
          expect(rank(after)).toBeGreaterThanOrEqual(Math.max(0, ...others));
          expect(rank(judgeIntake(questionnaire, answers, { note }).urgency)).toBeGreaterThanOrEqual(
            rank(before),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it("is one more finding, or a higher number", () => {
    fc.assert(
      fc.property(anyFilled, fc.nat(), fc.nat(), ({ questionnaire, answers }, at, which) => {
        const asked = enabledItems(questionnaire, answers);
        const item = asked[at % asked.length];
        if (item === undefined) return;
        const given = answers.find((answer) => answer.item === item.id);
        const more = raised(item, given, which);
        if (more === undefined) return;
        const after = withAnswer(questionnaire, answers, more);
        expect(rank(judgeIntake(questionnaire, after).urgency)).toBeGreaterThanOrEqual(
          rank(judgeIntake(questionnaire, answers).urgency),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("is any later change, once answers have said so", () => {
    fc.assert(
      fc.property(anyFilled, ({ questionnaire, answers }) => {
        const { urgency } = judgeIntake(questionnaire, answers);
        const calm = judgeIntake(questionnaire, calmAnswers(questionnaire), { reached: urgency });
        expect(calm.urgency).toBe(urgency);
      }),
    );
  });

  it("is leaving questions out, or not knowing", () => {
    for (const questionnaire of questionnaires) {
      expect(judgeIntake(questionnaire, []).urgency).toBe("routine");
      for (const item of questionnaire.items) {
        if (item.kind !== "choice" || !item.options.some(({ code }) => code === unsureCode)) continue;
        if (item.when !== undefined) continue;
        const answers = withAnswer(questionnaire, calmAnswers(questionnaire), {
          item: item.id,
          codes: [unsureCode],
        });
        expect(rank(judgeIntake(questionnaire, answers).urgency)).toBeGreaterThan(rank("self-care"));
      }
    }
  });
});

/** The answer with one finding or some points more; undefined where there is no such answer. */
function raised(item: Item, given: IntakeAnswer | undefined, which: number): IntakeAnswer | undefined {
  if (item.kind === "scale") {
    const value = given !== undefined && "value" in given ? given.value : 0;
    return { item: item.id, value: value + (which % (item.most - value + 1)) };
  }
  if (!item.isMany || given === undefined || !("codes" in given)) return undefined;
  const kept = given.codes.filter((code) => code !== noneCode);
  if (kept.includes(unsureCode)) return undefined;
  const findings = item.options.filter(({ isExclusive }) => isExclusive !== true).map(({ code }) => code);
  const added = findings[which % findings.length];
  return added === undefined ? undefined : { item: item.id, codes: [...new Set([...kept, added])] };
}

describe("rules", () => {
  const urgencyOf = (questionnaire: Questionnaire, ...changes: readonly IntakeAnswer[]) => {
    let answers = calmAnswers(questionnaire);
    for (const change of changes) answers = withAnswer(questionnaire, answers, change);
    return judgeIntake(questionnaire, answers, { region: "US" });
  };

  it("join findings that alone are less", () => {
    const fever = { item: "temperature", codes: ["fever"] };
    expect(urgencyOf(feverChild, fever).urgency).toBe("self-care");
    const newborn = urgencyOf(feverChild, fever, { item: "age", codes: ["newborn"] });
    expect(newborn.urgency).toBe("emergency");
    expect(newborn.reasons[0]?.says).toContain("under 3 months");
    expect(urgencyOf(chestPain, { item: "history", codes: ["heart"] }).urgency).toBe("emergency");
  });

  it("say whom to call", () => {
    expect(urgencyOf(chestPain, { item: "spread", codes: ["arm"] }).advice).toContain("911");
    expect(urgencyOf(mood, { item: "thoughts", codes: ["plan"] }).advice).toContain("988");
    expect(judgeIntake(mood, [], { region: "UK" }).advice).toContain("999");
  });

  it("read own words like any message", () => {
    const judged = judgeIntake(questionnaires.at(-1) ?? mood, [], {
      note: "I took 40 paracetamol an hour ago",
    });
    expect(judged.urgency).toBe("emergency");
    expect(["overdose", "poisoning"]).toContain(judged.kind);
  });
});

describe("answers", () => {
  it("to what is not asked any more are dropped", () => {
    const [, headache] = [0, questionnaires.find(({ id }) => id === "headache")];
    if (headache === undefined) throw new Error("there is no headache");
    const hurt = withAnswer(headache, calmAnswers(headache), { item: "begin", codes: ["injury"] });
    expect(isComplete(headache, hurt)).toBe(false);
    const full = withAnswer(headache, hurt, { item: "injury-signs", codes: ["out"] });
    expect(isComplete(headache, full)).toBe(true);
    const changed = withAnswer(headache, full, { item: "begin", codes: ["slow"] });
    expect(changed.some(({ item }) => item === "injury-signs")).toBe(false);
  });

  it.each([
    ["INTAKE_ITEM", [{ item: "shoe-size", value: 43 }]],
    [
      "INTAKE_REPEATED",
      [
        { item: "severity", value: 1 },
        { item: "severity", value: 2 },
      ],
    ],
    ["INTAKE_REPEATED", [{ item: "spread", codes: ["arm", "arm"] }]],
    ["INTAKE_ANSWER", [{ item: "severity", value: 11 }]],
    ["INTAKE_ANSWER", [{ item: "severity", value: 2.5 }]],
    ["INTAKE_ANSWER", [{ item: "severity", codes: ["arm"] }]],
    ["INTAKE_ANSWER", [{ item: "feel", codes: ["pressure", "touch"] }]],
    ["INTAKE_ANSWER", [{ item: "spread", codes: [] }]],
    ["INTAKE_CODE", [{ item: "spread", codes: ["moon"] }]],
    ["INTAKE_EXCLUSIVE", [{ item: "spread", codes: ["arm", "none"] }]],
  ] as const)("are refused with %s", (code, answers) => {
    expect(errorCode(() => checkAnswers(chestPain, answers))).toBe(code);
  });

  it("are refused where they are not asked", () => {
    const headache = questionnaires.find(({ id }) => id === "headache") ?? mood;
    const stray = [{ item: "injury-signs", codes: ["out"] }];
    expect(errorCode(() => checkAnswers(headache, stray))).toBe("INTAKE_DISABLED");
  });

  it("make a summary that says what was found, denied, unknown and not asked", () => {
    const answers = [
      { item: "now", codes: ["sweat"] },
      { item: "spread", codes: ["none"] },
      { item: "history", codes: ["unsure"] },
      { item: "severity", value: 7 },
    ];
    const judged = judgeIntake(chestPain, answers);
    const lines = summaryOf(chestPain, answers, judged).split("\n");
    expect(lines[1]).toMatch(/^Emergency/);
    expect(lines).toContain("- Do you have any of these now? Cold sweat, grey or very pale");
    expect(lines.slice(lines.indexOf("None of the list:"))).toContain("- Where else is the pain?");
    expect(lines.slice(lines.indexOf("Not sure:"))).toContain("- Which of these is true for you?");
    expect(lines.slice(lines.indexOf("Not asked or not answered:"))).toContain(
      "- What does it feel like most of all?",
    );
    expect(answeredRows(chestPain, answers).find(({ item }) => item === "severity")?.answer).toBe("7 of 10");
  });
});
