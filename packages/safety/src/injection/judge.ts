/** How far one sentence of a text speaks for an injection. */
export interface SentenceScores {
  /** It tells the assistant to drop its rules, change its role or show what it was told. */
  readonly override: number;
  /** It sets the assistant a task. */
  readonly task: number;
  /** Somebody speaks of himself in it, or to somebody. */
  readonly isPersonal: boolean;
}

/** Up to so many sentences a text is a prompt, from more a document. */
const PROMPT_SENTENCES = 3;
const OVERRIDE_IN_PROMPT = -0.2;
const OVERRIDE_IN_DOCUMENT = 0.5;
/** Nobody in a document about something else sets tasks, while people who write letters ask for things. */
const TASK_IN_DOCUMENT = -0.35;
const TASK_IN_LETTER = 0.8;

/** What a text does by the scores of its sentences. All tasks are harmless where the whole text is one. */
export function judgeSentences(sentences: readonly SentenceScores[]): { override: boolean; task: boolean } {
  const isPrompt = sentences.length <= PROMPT_SENTENCES;
  const personalCount = sentences.filter(({ isPersonal }) => isPersonal).length;
  const overrideThreshold = isPrompt ? OVERRIDE_IN_PROMPT : OVERRIDE_IN_DOCUMENT;
  const isTask = ({ task, isPersonal }: SentenceScores): boolean => {
    const isAmongPersonal = personalCount > (isPersonal ? 1 : 0);
    return task >= (isAmongPersonal ? TASK_IN_LETTER : TASK_IN_DOCUMENT);
  };
  return {
    override: sentences.some(({ override }) => override >= overrideThreshold),
    task: sentences.length >= PROMPT_SENTENCES && sentences.some(isTask),
  };
}
