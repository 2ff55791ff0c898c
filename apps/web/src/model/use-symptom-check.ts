import type { IntakeDraft } from "@cloister/client";
import type { ConversationId } from "@cloister/contracts/ids";
import { regionOf } from "@cloister/safety";
import {
  answerTo,
  enabledItems,
  type IntakeAnswer,
  type IntakeJudgement,
  type Item,
  judgeIntake,
  type Questionnaire,
  questionnaires,
  summaryOf,
  withAnswer,
} from "@cloister/safety/intake";
import { useEffect, useRef, useState } from "react";
import { useModel } from "./client-model.ts";
import { ownWordsMark } from "./read-intake.ts";
import { goTo } from "./route.ts";
import { type Task, useTask } from "./use-task.ts";

/** What is on the screen of a symptom check. */
export type CheckStage =
  | { readonly name: "choose" }
  | {
      readonly name: "question";
      readonly item: Item;
      readonly answer: IntakeAnswer | undefined;
      readonly number: number;
      readonly count: number;
    }
  | { readonly name: "result" };

/** A check that was begun. */
export interface BegunCheck {
  readonly questionnaire: Questionnaire;
  readonly judged: IntakeJudgement;
  readonly note: string;
  /** The person wants the note to be sent too. It is read on this device in any case. */
  readonly sendsNote: boolean;
  /** Exactly what would be sent: the words, and beside them the codes of the answers. */
  readonly body: string;
}

/** A symptom check in one conversation; what was answered is kept on the device until it is sent or dropped. */
export interface SymptomCheck {
  readonly stage: CheckStage;
  readonly begun: BegunCheck | undefined;
  readonly problem: string | undefined;
  readonly sending: Task<[]>;
  readonly begin: (questionnaire: Questionnaire) => void;
  readonly answer: (answer: IntakeAnswer) => void;
  readonly next: () => void;
  readonly back: () => void;
  readonly setNote: (note: string) => void;
  readonly sendNote: (sendsNote: boolean) => void;
  readonly restart: () => void;
}

export function useSymptomCheck(conversation: ConversationId, country: string): SymptomCheck {
  const { client } = useModel();
  const [draft, setDraft] = useState(() => known(client.intakeDraft(conversation)));
  const [at, setAt] = useState(() => firstOpen(draft));
  const [sendsNote, sendNote] = useState(false);
  const saving = useTask((next: IntakeDraft | undefined) => client.saveIntakeDraft(conversation, next));
  const questionnaire = draft && questionnaireOf(draft);
  const region = regionOf(country);
  const begun = draft && questionnaire && begunCheck(questionnaire, draft, { region, sendsNote });
  useNoteAdvice(begun?.judged.urgency);

  const keep = (next: IntakeDraft | undefined) => {
    setDraft(next);
    void saving.run(next);
  };
  const sending = useTask(async () => {
    if (draft === undefined || begun === undefined) return;
    const { questionnaire: id, version, answers } = draft;
    const intake = { questionnaire: id, version, answers, urgency: begun.judged.urgency };
    await client.sendText({ conversation, body: begun.body, intake });
    await client.saveIntakeDraft(conversation, undefined);
    goTo({ view: "conversation", conversation });
  });

  return {
    stage: stageOf(draft, at),
    begun,
    problem: saving.error,
    sending,
    begin: ({ id, version }) => {
      setAt(0);
      keep({ questionnaire: id, version, answers: [], urgency: "self-care" });
    },
    answer: (answer) => {
      if (draft === undefined || questionnaire === undefined) return;
      const answers = withAnswer(questionnaire, draft.answers, answer);
      const { urgency } = judgeIntake(questionnaire, answers, { reached: draft.urgency });
      // What asked for today or for now stays, whatever is answered later.
      const isHigh = urgency === "emergency" || urgency === "urgent";
      keep({ ...draft, answers, ...(isHigh && { urgency }) });
    },
    next: () => setAt(at + 1),
    back: () => (at === 0 ? keep(undefined) : setAt(at - 1)),
    sendNote,
    setNote: (note) => draft && keep({ ...draft, note }),
    restart: () => {
      setAt(0);
      keep(undefined);
    },
  };
}

/** A draft of questions that this version does not ask any more is no draft. */
function known(draft: IntakeDraft | undefined): IntakeDraft | undefined {
  return draft !== undefined && questionnaireOf(draft) !== undefined ? draft : undefined;
}

function questionnaireOf({ questionnaire, version }: IntakeDraft): Questionnaire | undefined {
  return questionnaires.find((each) => each.id === questionnaire && each.version === version);
}

function itemsOf(draft: IntakeDraft): readonly Item[] {
  const questionnaire = questionnaireOf(draft);
  return questionnaire === undefined ? [] : enabledItems(questionnaire, draft.answers);
}

/** Where somebody who comes back goes on. */
function firstOpen(draft: IntakeDraft | undefined): number {
  if (draft === undefined) return 0;
  const items = itemsOf(draft);
  const open = items.findIndex(({ id }) => answerTo(draft.answers, id) === undefined);
  return open === -1 ? items.length : open;
}

function stageOf(draft: IntakeDraft | undefined, at: number): CheckStage {
  if (draft === undefined) return { name: "choose" };
  const items = itemsOf(draft);
  const item = items[at];
  if (item === undefined) return { name: "result" };
  const answer = answerTo(draft.answers, item.id);
  return { name: "question", item, answer, number: at + 1, count: items.length };
}

function begunCheck(
  questionnaire: Questionnaire,
  { answers, note = "", urgency }: IntakeDraft,
  { region, sendsNote }: { readonly region: ReturnType<typeof regionOf>; readonly sendsNote: boolean },
): BegunCheck {
  const own = note.trim();
  const judged = judgeIntake(questionnaire, answers, {
    region,
    reached: urgency,
    ...(own !== "" && { note: own }),
  });
  const summary = summaryOf(questionnaire, answers, judged);
  const body = own === "" || !sendsNote ? summary : `${summary}${ownWordsMark}${own}`;
  return { questionnaire, judged, note, sendsNote, body };
}

/** Has the log note, once for a check, that advice to get help was shown. */
function useNoteAdvice(urgency: IntakeJudgement["urgency"] | undefined): void {
  const { client } = useModel();
  const noted = useRef(false);
  useEffect(() => {
    if (urgency === undefined) noted.current = false;
    if (noted.current || (urgency !== "emergency" && urgency !== "urgent")) return;
    noted.current = true;
    // The advice stands whether or not it can be noted.
    client.recordEmergencyShown().catch(() => undefined);
  }, [client, urgency]);
}
