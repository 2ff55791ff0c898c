import { adviceFor } from "../advice.ts";
import { checkRedFlags } from "../red-flags.ts";
import { emergencyNumbers, type Region } from "../regions.ts";
import type { EmergencyKind } from "../rules/kinds.ts";
import { answerTo, checkAnswers, chosenOptions, hasCode, isComplete } from "./answers.ts";
import {
  higher,
  type IntakeAnswer,
  type Item,
  type Questionnaire,
  type Urgency,
  urgencies,
} from "./kinds.ts";

/** Something that raised the urgency. */
export interface IntakeReason {
  /** The local concept `questionnaire.item.code`, or the rule's id. */
  readonly code: string;
  readonly urgency: Urgency;
  /** In plain words. */
  readonly says: string;
}

/** What answers come to. */
export interface IntakeJudgement {
  readonly urgency: Urgency;
  readonly kind: EmergencyKind;
  /** What raised it, the gravest first. */
  readonly reasons: readonly IntakeReason[];
  /** One to three plain sentences with the region's numbers. */
  readonly advice: string;
}

/** What else counts besides the answers. */
export interface IntakeContext {
  readonly region?: Region;
  /** What the person adds in own words; read here, and it only raises. */
  readonly note?: string;
  /** What earlier answers of this check came to: answers that are taken back do not lower it. */
  readonly reached?: Urgency;
}

/** The local code of a concept. */
export function localCode(questionnaire: Questionnaire, item: string, code: string): string {
  return `${questionnaire.id}.${item}.${code}`;
}

/**
 * Judges answers, complete or not. Rules only raise: no answer, remark or later change lowers what another
 * one raised, and an unanswered question is never taken for a "no".
 * @throws BaseError family `Decode` when the answers do not fit, `SAFETY_TEXT` for a note too long
 */
export function judgeIntake(
  questionnaire: Questionnaire,
  answers: readonly IntakeAnswer[],
  { region, note, reached = "self-care" }: IntakeContext = {},
): IntakeJudgement {
  checkAnswers(questionnaire, answers);
  const reasons = [
    ...questionnaire.items.flatMap((item) => itemReasons(questionnaire, item, answerTo(answers, item.id))),
    ...ruleReasons(questionnaire, answers),
    ...(isComplete(questionnaire, answers) ? [] : [unanswered]),
    ...(reached === "self-care" ? [] : [earlier(reached)]),
  ];
  const said = note === undefined ? undefined : checkRedFlags(note, region === undefined ? {} : { region });
  if (said && said.urgency !== "routine") reasons.push(ofNote(said.urgency));
  const gravest = reasons.toSorted((a, b) => urgencies.indexOf(b.urgency) - urgencies.indexOf(a.urgency));
  const urgency = reasons.map((reason) => reason.urgency).reduce(higher, "self-care");
  const kind = said?.kind !== undefined && said.urgency === urgency ? said.kind : questionnaire.kind;
  return { urgency, kind, reasons: gravest, advice: adviceOn(urgency, kind, region) };
}

const unanswered: IntakeReason = {
  code: "unanswered",
  urgency: "routine",
  says: "not every question is answered",
};

function earlier(urgency: Urgency): IntakeReason {
  return { code: "earlier", urgency, says: "an earlier answer in this check, changed since, said so" };
}

function ofNote(urgency: Urgency): IntakeReason {
  return { code: "note", urgency, says: "what was added in own words" };
}

function itemReasons(
  questionnaire: Questionnaire,
  item: Item,
  answer: IntakeAnswer | undefined,
): readonly IntakeReason[] {
  if (answer === undefined) return [];
  if (item.kind === "scale") {
    if (!("value" in answer)) return [];
    const raised = item.raises.find(({ from }) => answer.value >= from);
    if (raised === undefined) return [];
    const code = localCode(questionnaire, item.id, String(answer.value));
    return [{ code, urgency: raised.to, says: `${item.text} ${answer.value} of ${item.most}` }];
  }
  const codes = "codes" in answer ? answer.codes : [];
  return chosenOptions(item.options, codes).flatMap(({ code, text, raises }) =>
    raises === undefined
      ? []
      : [{ code: localCode(questionnaire, item.id, code), urgency: raises, says: `${item.text} ${text}` }],
  );
}

function ruleReasons(questionnaire: Questionnaire, answers: readonly IntakeAnswer[]): IntakeReason[] {
  return questionnaire.rules
    .filter(({ all }) => all.every((needed) => hasCode(answers, needed)))
    .map(({ id, raises, says }) => ({ code: `${questionnaire.id}.${id}`, urgency: raises, says }));
}

function adviceOn(urgency: Urgency, kind: EmergencyKind, region: Region | undefined): string {
  const numbers = emergencyNumbers(region);
  const ifWorse = `If it gets worse, or you are unsure, call your care team, or ${numbers.emergency} in an emergency.`;
  if (urgency === "routine") {
    return `A clinician should look at this in the next days; nothing you chose says that it must be today. ${ifWorse}`;
  }
  if (urgency === "self-care") {
    return `Nothing you chose says that you need care now. That is no diagnosis. ${ifWorse}`;
  }
  return adviceFor({ kind, urgency }, numbers);
}
