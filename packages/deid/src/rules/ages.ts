import type { Around, PatternRule } from "./rule.ts";

const OLD = String.raw`(?:9\d|1[01]\d|12[0-5])`;
const UNIT = String.raw`(?:[- \n]{0,2}(?:years?|yrs?|yr?s?)\.?[- \n]{1,2}(?:old|of[- ]age|young)|[- \n]?y[./ ]{0,2}o\b\.?|[- ]?yrs?\b\.?(?: old)?(?=[ ,.;]|$)|[- ]years?[- ]olds?|[- ]?(?:años|anni|anos|ans|jahre?|lat|лет|jaar|år|yaşında(?:yım)?|tuổi)(?!\p{L})| ?(?:岁|歳|세|살))`;
const UNITS_WORD = String.raw`(?:one|two|three|four|five|six|seven|eight|nine|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)`;
const WORDS = String.raw`(?:ninet(?:y|ieth)(?:[- \n]{1,2}${UNITS_WORD})?|(?:a|one)[- ]hundred(?:(?:[- ]and)?[- ](?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))?)`;
const MEASURE =
  /^ ?(?:%|percent|mg|mcg|ml|lbs?|kg|pounds|kilos|bpm|beats|degrees|over|\/|mm|cm|units?|times|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|seconds?|feet|miles|dollars|points?|calories|grams?|on (?:room|o2|oxygen|ra)|:\d|\.\d|-\d|,\d|°|f\b|c\b|patients|people|cases|out of|of (?:the|them)|to \d|x\b|tabs?|tablets|pills|puffs|meq|mmol|iu\b|kcal|k\b|systolic|diastolic)/i;
const SUBJECT =
  /(?:\b(?:i|i'm|im|he|he's|hes|she|she's|shes|mom|mother|mum|dad|father|gran\w*|nana|papa|pop|aunt\w*|uncle|wife|husband|sister|brother|partner|patient|pt|who|mr|mrs|ms|lady|gentleman|man|woman|resident|veteran|neighbou?r|friend|abuela|abuelo|oma|opa|nonna|nonno|bubbe|zayde|lola|nan|relative|spouse|widow(?:er)?|in-law|you)\b|(?<![\p{L}.])\p{Lu}[\p{Ll}'-]+|[^\p{ASCII}])/u;
const NOT_SUBJECT =
  /\b(?:bp|pressure|pulse|hr|rate|sat|sats|o2|oxygen|spo2|sugars?|glucose|weight|weighs?|temp|temperature|score|level|ldl|hdl|cholesterol|a1c|hba1c|count|fever|room|dose|percentile|egfr|gfr|map|creatinine|height|reading|average|total|cost|page|bed|unit|apartment|apt)\b/i;

function clauseBefore(before: string): string {
  return before.slice(
    Math.max(before.lastIndexOf(". "), before.lastIndexOf("\n"), before.lastIndexOf("; ")) + 1,
  );
}

/** Whether a unit follows a number, or its clause is about something measured: "his weight is 94". */
export function isMeasured({ before, after }: Around): boolean {
  return MEASURE.test(after) || /^[\p{L}\p{N}]/u.test(after) || NOT_SUBJECT.test(clauseBefore(before));
}

/** "Grandma is 96 and lives alone", "she turned 93 in May": a person, a verb, a number, and no measure. */
function isBareAge(_match: string, around: Around): boolean {
  if (isMeasured(around)) return false;
  const clause = clauseBefore(around.before);
  return (
    /(?:turn(?:s|ed|ing)?|no wait|make that)[ ,]{1,2}$/.test(clause) ||
    SUBJECT.test(clause) ||
    SUBJECT.test(clause.toLowerCase())
  );
}

const KIN = String.raw`(?:grand\p{L}{2,6}|gran|nana|nan|mom|mum|mother|dad|father|aunt\p{L}{0,3}|uncle|husband|wife|papa|pops?|pt|patient|resident|client|abuel[ao]|nonn[ao]|om[aá]|opa|lol[ao])`;

const HIGH = /9\d|1[012]\d|ninet|hundred/i;

export const ageRules: readonly PatternRule[] = [
  { label: "AGE90", needs: HIGH, pattern: new RegExp(String.raw`(?<![\w.$/-])${OLD}${UNIT}(?![\w])`, "giu") },
  {
    label: "AGE90",
    needs: HIGH,
    pattern: new RegExp(
      String.raw`(?<![\w-])${WORDS}(?:[- \n]{1,2}(?:years?|yrs?)[- \n]{1,2}(?:old|of[- ]age|young)|[- ]y[./]?o\b|[- ]year[- ]olds?)(?![\w])`,
      "giu",
    ),
  },
  {
    label: "AGE90",
    needs: HIGH,
    pattern: new RegExp(
      String.raw`(?<![\w])(?:age[ds]?|age ?\((?:years?|yrs?)\)|age\/sex|age at (?:onset|exam)|edad|alter|[âa]ge|et[àa]|age at (?:visit|death|admission))(?:[ :=#"'|,]{1,4}|[ ]is[ ]|[ ]of[ ]){1,2}(?<id>(?:${OLD}|${WORDS})(?: ?(?:years?|yrs?|y)(?![\p{L}]))?)(?![\w%/]|\.\d)(?! ?(?:%|months|days|weeks|hours))`,
      "giu",
    ),
  },
  {
    label: "AGE90",
    needs: HIGH,
    pattern: new RegExp(
      String.raw`(?<![\w.$/:-])${OLD}(?: ?y(?:rs?)?)?[- ]?(?:M|F|m|f|W|\/ ?[MFmf]|male|female|yom|yof|y\/o\/[mf])(?![\w/.])`,
      "gu",
    ),
  },
  {
    label: "AGE90",
    needs: HIGH,
    pattern: new RegExp(
      String.raw`(?<=(?:'m|'s|'re|(?<![\p{L}])(?:im|hes|shes|is|was|turn(?:s|ed|ing)?|being|be|at|am|reached|reaching|nearly|almost|just|now|already|hit|hits|approaching|over|past))[ \n](?:(?:already|now|about|almost|nearly|only|just|over|a|an|the|around|turning|going to be|age|gonna be|about to turn|like) ){0,2}|(?<![\p{L}])(?:no wait|make that|i mean|sorry|correction)[, ]{1,2})(?:${OLD}|${WORDS})(?![\w/%°]|[.,:-]\d)`,
      "giu",
    ),
    accept: isBareAge,
  },
  {
    label: "AGE90",
    needs: HIGH,
    pattern: new RegExp(
      String.raw`(?<![\w])(?<id>(?:9\d|1[01]\d)(?:st|nd|rd|th)|${WORDS}) (?=birthday|bday|b-day|year(?! (?:of|in|at) (?!life)))`,
      "giu",
    ),
  },
  // Straight after whom it is of: "grandpa 96 fell", "pt 91 w/ afib", "a man of 94".
  {
    label: "AGE90",
    needs: HIGH,
    pattern: new RegExp(
      String.raw`(?<=(?<!\p{L})(?:${KIN},? |\p{L}{0,6}(?:man|woman|lady|male|person) of |HPI: |A ))${OLD}(?![\w/%.°-])`,
      "giu",
    ),
    accept: (_match, around) => !isMeasured(around),
  },
  {
    label: "AGE90",
    needs: HIGH,
    pattern: new RegExp(
      String.raw`(?<=(?<!\p{L})at )${OLD}(?=,? (?:he|she|i|they|you|my|dad|mom|gran\p{L}*)(?!\p{L}))`,
      "giu",
    ),
  },
  // In brackets or between commas after a name: "Ana Ruiz (94)", "Ana Ruiz, 94, fell".
  {
    label: "AGE90",
    needs: HIGH,
    pattern: new RegExp(
      String.raw`(?<=\p{L}{1,2} ?\((?:(?:now|age|aged|[mf],?) )?)${OLD}(?:,? ?[mf])?(?=\))`,
      "gu",
    ),
  },
  {
    label: "AGE90",
    needs: HIGH,
    pattern: new RegExp(String.raw`(?<=\p{Lu}[\p{Ll}'-]{1,20}, )${OLD}(?=,)`, "gu"),
  },
];
