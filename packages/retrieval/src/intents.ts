/** What a question wants to know about its subject. */
export interface Intent {
  readonly question: RegExp;
  /** Headings whose passages answer it. */
  readonly heading: RegExp;
  /** Sentences that answer it wherever they stand. */
  readonly sentence: RegExp;
}

const HELP_HEADING =
  /\b(?:when to|seek|call|get (?:medical|emergency)|see a (?:doctor|clinician)|emergency help|clinician (?:soon|now))\b/i;

/** Whether things go together: medicines, food, pregnancy. */
const combination: Intent = {
  question:
    /\b(?:(?<!what |much |many |often )(?:can|could|may|should) (?:i|he|she|we|they|you|my \w+) (?:still )?(?:take|have|use|drink|eat|give)|is (?:it|that|this) (?:ok|okay|safe|fine|alright|all right)|together|mix|combine|interact\w*|while (?:taking|on)|along with|alongside|safe (?:with|to take|in|during|for)|allowed|breast ?feed\w*|pregnan\w+)\b/i,
  heading: /take care|interact|pregnan|caution|what not/i,
  sentence: /\b(?:interact|avoid|together|pregnan|should not|ask before|safe)/i,
};

/** In order of how telling the question's words are; the first that matches is meant. */
const intents: readonly Intent[] = [
  {
    question: /\bside effects?|adverse|reactions? to\b/i,
    heading: /side effects?/i,
    sentence: /\bside effects?\b/i,
  },
  {
    question:
      /\bwhen (?:should|do|must|to)\b.*\b(?:doctor|gp|hospital|help|clinician|worr|seen|call|emergency|er)|\b(?:is (?:it|this|that) (?:serious|dangerous|an emergency)|should i (?:see|go|call|worry|be worried)|need (?:to see )?a doctor|warning signs?|red flags?)\b/i,
    heading: HELP_HEADING,
    sentence: /\b(?:call|see a|get (?:medical|urgent|emergency)|seek|emergency)\b/i,
  },
  {
    question:
      /\b(?:dose|dosage|dosing|how (?:much|many|often)|how (?:do|should|is|are|to) .*\b(?:take|taken|use|used|inject)|before or after food|with food|miss(?:ed)? (?:a|my) (?:dose|pill|tablet))\b/i,
    heading: /how it is taken|dose|how to (?:use|take)/i,
    sentence: /\b(?:take|dose|once|twice|daily|label)\b/i,
  },
  combination,
  {
    question: /\b(?:symptoms?|signs?|feel like|how (?:do|can|would) i (?:know|tell)|recogni[sz]e)\b/i,
    heading: /symptoms?|signs?/i,
    sentence: /\b(?:symptoms?|signs?)\b/i,
  },
  {
    question: /\b(?:causes?|caused|why|contagious|catch|spread|risk factors?|get from|run in)\b/i,
    heading: /causes?|risks?/i,
    sentence: /\b(?:caused?|because|spreads?|risk|contagious)\b/i,
  },
  {
    question: /\b(?:prevent\w*|avoid|protect|lower (?:my|the) risk|vaccin\w+|reduce the chance)\b/i,
    heading: /prevent|what helps|how to start|protect|vaccine/i,
    sentence: /\b(?:prevent|protect|lower|reduce|vaccin)/i,
  },
  {
    question:
      /\b(?:treat\w*|cure\w*|help\w*|remed\w+|get rid|relie\w+|ease|stop|do (?:for|about|if|when)|manage|first aid|what (?:can|could|should|to) (?:i |we |you |he |she )?(?:do|take|use|give)|what do i do|medicines? for|take for)\b/i,
    heading: /what helps|what to do|treat|how to start|meanwhile/i,
    sentence: /\b(?:helps?|treat|ease|relie|rest|drink|use|take)/i,
  },
];

const definition: Intent = { question: /^/, heading: /^$/, sentence: /\b(?:is|are|means|happens when)\b/ };

/** The start of a letter tells what it wants. */
const MAX_LENGTH = 2000;

/** What `question` wants to know; two medicines ask whether they go together, a bare subject what it is. */
export function intentOf(question: string, medicineCount: number): Intent {
  if (medicineCount > 1) return combination;
  const start = question.slice(0, MAX_LENGTH);
  return intents.find((intent) => intent.question.test(start)) ?? definition;
}

/** Whether an intent is to learn what the subject is. */
export function isDefinition(intent: Intent): boolean {
  return intent === definition;
}

/** Whether a passage is a procedure, whose steps mean something only in order and without gaps. */
export function isProcedure(heading: string | undefined): boolean {
  return heading !== undefined && /^(?:what to do|until help arrives|how to start)\b/i.test(heading);
}

/** Whether a passage tells when to get help. */
export function tellsWhenToGetHelp(heading: string | undefined): boolean {
  return heading !== undefined && HELP_HEADING.test(heading);
}
