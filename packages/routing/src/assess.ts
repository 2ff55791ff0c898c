import { isKnownWord, judgeCase } from "./case/judge.ts";
import { quasiIdentifiersOf } from "./quasi.ts";
import { identifierReason, type ReasonCode } from "./reasons.ts";
import { isReadable } from "./text/language.ts";
import { wordsOf } from "./text/words.ts";
import { topicsOf } from "./topics.ts";
import { higherOf, type Sensitivity } from "./values.ts";

/** All that would travel: the message and whatever goes with it. Attacker-controlled text. */
export interface Inquiry {
  readonly text: string;
  /** Earlier messages of the conversation that go along. */
  readonly history?: readonly string[];
  /** Passages that retrieval or a tool added. */
  readonly retrieved?: readonly string[];
  readonly fileNames?: readonly string[];
  /** Files whose contents are not among the texts above. */
  readonly attachmentsCount?: number;
  /** Whether a patient's record is linked. */
  readonly isPatientLinked?: boolean;
}

/** The port to the detector of identifiers: what it finds in a text. It may throw: then nothing leaves. */
export type DetectIdentifiers = (text: string) => Iterable<{ readonly label: string }>;

/** What a request is, before anybody asks where it may go. */
export interface Assessment {
  readonly sensitivity: Sensitivity;
  /** Something is unknown, or points at somebody without being a span: no surrogate can help. */
  readonly isCloudBarred: boolean;
  /** Most telling first; no code twice. */
  readonly reasons: readonly ReasonCode[];
}

const barring: ReadonlySet<ReasonCode> = new Set<ReasonCode>([
  "DETECTOR_FAILED",
  "LANGUAGE_UNKNOWN",
  "ATTACHMENT_UNREAD",
  "CASE_UNSURE",
  "QUASI_ROLE",
  "QUASI_SINGULAR",
]);

/** The assessment when it failed or took too long: as sensitive as can be. */
export const failedAssessment: Assessment = {
  sensitivity: "sensitive",
  isCloudBarred: true,
  reasons: ["DETECTOR_FAILED"],
};

/** What one text says. */
interface Reading {
  readonly identifiers: readonly ReasonCode[];
  readonly cases: readonly ReasonCode[];
  readonly quasi: readonly ReasonCode[];
  readonly topics: readonly ReasonCode[];
  readonly unread: readonly ReasonCode[];
}

function readText(text: string, detect: DetectIdentifiers): Reading {
  const words = wordsOf(text);
  const cases = [...judgeCase(text, words)];
  return {
    identifiers: Array.from(detect(text), ({ label }) => identifierReason(label)),
    cases,
    quasi: quasiIdentifiersOf(text, cases.length > 0),
    topics: topicsOf(
      text,
      words.map((word) => word.text),
    ),
    unread: isReadable(text, words, isKnownWord) ? [] : ["LANGUAGE_UNKNOWN"],
  };
}

/** A file's name as words: "ana_ruiz-HIV.pdf" is "ana ruiz HIV pdf". */
const asWords = (fileName: string): string => fileName.replaceAll(/[_\-.+]/g, " ");

function textsOf({ text, history = [], retrieved = [], fileNames = [] }: Inquiry): string[] {
  return [text, ...history, ...retrieved, ...fileNames.flatMap((name) => [name, asWords(name)])];
}

/** Options of {@link assess}. */
export interface AssessOptions {
  /** A question about a kind of patient ("a 60-year-old with asthma") counts as this. Default `contextual`. */
  readonly describedPatients?: "public" | "contextual";
}

/**
 * How sensitive a request is, judged on all that would travel. Adding anything to a request never lowers the answer, and
 * a fault of the detector gives {@link failedAssessment}. Linear in the length of the texts.
 */
export function assess(
  inquiry: Inquiry,
  detect: DetectIdentifiers,
  { describedPatients = "contextual" }: AssessOptions = {},
): Assessment {
  let readings: Reading[];
  try {
    readings = textsOf(inquiry).map((text) => readText(text, detect));
  } catch {
    // Whatever went wrong, the texts were not checked.
    return failedAssessment;
  }
  const hasFiles = (inquiry.attachmentsCount ?? 0) > 0 || (inquiry.fileNames ?? []).length > 0;
  return judge(readings, {
    linked: inquiry.isPatientLinked === true,
    hasFiles,
    isDescribedPublic: describedPatients === "public",
  });
}

interface Surroundings {
  readonly linked: boolean;
  readonly hasFiles: boolean;
  readonly isDescribedPublic: boolean;
}

function judge(
  readings: readonly Reading[],
  { linked, hasFiles, isDescribedPublic }: Surroundings,
): Assessment {
  const all = (part: keyof Reading): ReasonCode[] => readings.flatMap((reading) => reading[part]);
  const described = all("cases").filter((code) => code === "DESCRIBED_PATIENT");
  const about: ReasonCode[] = [
    ...(linked ? (["PATIENT_LINKED"] as const) : []),
    ...all("cases").filter((code) => code !== "DESCRIBED_PATIENT"),
    ...all("unread"),
    ...(hasFiles ? (["ATTACHMENT_UNREAD"] as const) : []),
  ];
  const isCase = about.length > 0 || (described.length > 0 && !isDescribedPublic);
  const pointing = [...all("identifiers"), ...all("quasi")];
  const topics = isCase || pointing.length > 0 ? all("topics") : [];
  const sensitivity: Sensitivity =
    pointing.length > 0 || topics.length > 0 ? "sensitive" : isCase ? "contextual" : "public";
  const found = [...pointing, ...topics, ...about, ...described];
  const reasons = found.length === 0 ? (["QUESTION_GENERAL"] as const) : [...new Set(found)];
  return { sensitivity, reasons, isCloudBarred: reasons.some((code) => barring.has(code)) };
}

/** What a request is in a conversation that was as sensitive as `earlier` before: it never becomes less so. */
export function raisedBy(
  assessment: Assessment,
  earlier: Pick<Assessment, "sensitivity" | "isCloudBarred"> | undefined,
): Assessment {
  if (earlier === undefined) return assessment;
  const sensitivity = higherOf(assessment.sensitivity, earlier.sensitivity);
  const isCloudBarred = assessment.isCloudBarred || earlier.isCloudBarred;
  if (sensitivity === assessment.sensitivity && isCloudBarred === assessment.isCloudBarred) return assessment;
  const own = assessment.reasons.filter((code) => code !== "QUESTION_GENERAL");
  return { sensitivity, isCloudBarred, reasons: [...own, "CONVERSATION_EARLIER"] };
}
