export { answerTo, checkAnswers, enabledItems, isComplete, withAnswer } from "./answers.ts";
export { type FhirResponse, questionnaireToFhir, responseFromFhir, responseToFhir } from "./fhir.ts";
export { type IntakeContext, type IntakeJudgement, type IntakeReason, judgeIntake } from "./judge.ts";
export {
  type ChoiceItem,
  higher,
  type IntakeAnswer,
  type Item,
  type Option,
  type Questionnaire,
  type ScaleItem,
  type Urgency,
  urgencies,
} from "./kinds.ts";
export { questionnaires } from "./questionnaires/all.ts";
export { type AnsweredRow, answeredRows, summaryOf, urgencyWords } from "./summary.ts";
