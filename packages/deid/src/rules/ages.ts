import type { Around, PatternRule } from "./rule.ts";

const OLD = String.raw`(?:9\d|1[01]\d|12[0-5])`;
const UNIT = String.raw`(?:[- \n]{0,2}(?:years?|yrs?|yr?s?)\.?[- \n]{1,2}(?:old|of[- ]age|young)|[- \n]?y[./ ]{0,2}o\b\.?|[- ]?yrs?\b\.?(?: old)?(?=[ ,.;]|$)|[- ]years?[- ]olds?)`;
const UNITS_WORD = String.raw`(?:one|two|three|four|five|six|seven|eight|nine|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)`;
const WORDS = String.raw`(?:ninet(?:y|ieth)(?:[- \n]{1,2}${UNITS_WORD})?|(?:a|one)[- ]hundred(?:(?:[- ]and)?[- ](?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))?)`;
const MEASURE =
  /^ ?(?:%|percent|mg|mcg|ml|lbs?|kg|pounds|kilos|bpm|beats|degrees|over|\/|mm|cm|units?|times|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|seconds?|feet|miles|dollars|points?|calories|grams?|on (?:room|o2|oxygen|ra)|:\d|\.\d|-\d|,\d|°|f\b|c\b|patients|people|cases|out of|of (?:the|them)|to \d|x\b|tabs?|tablets|pills|puffs|meq|mmol|iu\b|kcal|k\b|systolic|diastolic)/i;
const SUBJECT =
  /(?:\b(?:i|i'm|im|he|he's|she|she's|mom|mother|mum|dad|father|gran\w*|nana|papa|pop|aunt\w*|uncle|wife|husband|sister|brother|partner|patient|pt|who|mr|mrs|ms|lady|gentleman|man|woman|resident|veteran|neighbou?r|friend|abuela|abuelo|oma|opa|nonna|nonno|bubbe|zayde|lola|nan|relative|spouse|widow(?:er)?|in-law|you)\b|(?<![\p{L}.])\p{Lu}[\p{Ll}'-]+|[^\p{ASCII}])/u;
const NOT_SUBJECT =
  /\b(?:bp|pressure|pulse|hr|rate|sat|sats|o2|oxygen|spo2|sugar|glucose|weight|weighs?|temp|temperature|score|level|ldl|hdl|cholesterol|a1c|hba1c|count|fever|room|dose|percentile|egfr|gfr|map|creatinine|height|reading|average|total|cost|page|bed|unit|apartment|apt)\b/i;

/** "Grandma is 96 and lives alone", "she turned 93 in May": a person, a verb, a number, and no measure. */
function isBareAge(_match: string, { before, after }: Around): boolean {
  if (MEASURE.test(after) || /^[\p{L}\p{N}]/u.test(after)) return false;
  const clause = before.slice(
    Math.max(before.lastIndexOf(". "), before.lastIndexOf("\n"), before.lastIndexOf("; ")) + 1,
  );
  return !NOT_SUBJECT.test(clause) && (SUBJECT.test(clause) || SUBJECT.test(clause.toLowerCase()));
}

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
      String.raw`(?<![\w])(?:age[ds]?|age \(years?\)|edad|alter|[âa]ge|et[àa]|age at (?:visit|death|admission))(?:[ :=#"'|,]{1,4}|[ ]is[ ]|[ ]of[ ]){1,2}(?<id>${OLD}|${WORDS})(?![\w.%/]\d?)(?! ?(?:%|months|days|weeks|hours))`,
      "giu",
    ),
  },
  {
    label: "AGE90",
    needs: HIGH,
    pattern: new RegExp(
      String.raw`(?<![\w.$/:-])${OLD}[- ]?(?:M|F|m|f|W|male|female|yom|yof|y\/o\/[mf])(?![\w/.])`,
      "gu",
    ),
  },
  {
    label: "AGE90",
    needs: HIGH,
    pattern: new RegExp(
      String.raw`(?<=(?:'m|'s|'re|(?<![\p{L}])(?:im|is|was|turn(?:s|ed|ing)?|being|be|at|am|reached|reaching|nearly|almost|just|now|already|hit|hits|approaching|over|past))[ \n](?:(?:already|now|about|almost|nearly|only|just|over|a|an|the|around|turning|going to be|age|gonna be|about to turn) ){0,2})(?:${OLD}|${WORDS})(?![\w/%°]|[.,:-]\d)`,
      "giu",
    ),
    accept: isBareAge,
  },
  {
    label: "AGE90",
    needs: HIGH,
    pattern: new RegExp(
      String.raw`(?<![\w])(?<id>(?:9\d|1[01]\d)(?:st|nd|rd|th)|${WORDS.replace("ninet(?:y|ieth)", "ninet(?:y|ieth)")}) (?=birthday)`,
      "giu",
    ),
  },
  // In brackets or between commas after a name: "Ana Ruiz (94)", "Ana Ruiz, 94, fell".
  { label: "AGE90", needs: HIGH, pattern: new RegExp(String.raw`(?<=\p{L}{2} ?\()${OLD}(?=\))`, "gu") },
  {
    label: "AGE90",
    needs: HIGH,
    pattern: new RegExp(String.raw`(?<=\p{Lu}[\p{Ll}'-]{1,20}, )${OLD}(?=,)`, "gu"),
  },
];
