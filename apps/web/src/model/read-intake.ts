import { isBaseError } from "@cloister/bytes";
import type { Intake } from "@cloister/contracts/intake";
import {
  type AnsweredRow,
  answeredRows,
  higher,
  judgeIntake,
  questionnaires,
  type Urgency,
} from "@cloister/safety/intake";

/** In the body, between the summary and what the person added. */
export const ownWordsMark = "\nIn own words:\n";

/** What this device makes of the codes of a symptom check. */
export interface ReadIntake {
  /** The higher of what the sender's device judged and of what this one does. */
  readonly urgency: Urgency;
  readonly title: string;
  readonly isReviewed: boolean;
  readonly reasons: readonly string[];
  readonly rows: readonly AnsweredRow[];
}

/** Undefined where the codes are of a questionnaire, or a version of it, that is not known here, or do not fit it. */
export function readIntakeHere(intake: Intake): ReadIntake | undefined {
  const { answers } = intake;
  const questionnaire = questionnaires.find(
    ({ id, version }) => id === intake.questionnaire && version === intake.version,
  );
  if (questionnaire === undefined) return undefined;
  try {
    const judged = judgeIntake(questionnaire, answers, { reached: intake.urgency });
    const urgency = higher(judged.urgency, intake.urgency);
    const reasons = judged.reasons.filter(
      (reason) => reason.urgency === urgency && reason.code !== "earlier",
    );
    return {
      urgency,
      title: questionnaire.title,
      isReviewed: questionnaire.isReviewed,
      reasons: reasons.map(({ says }) => says),
      rows: answeredRows(questionnaire, answers),
    };
  } catch (error) {
    if (isBaseError(error)) return undefined;
    throw error;
  }
}
