import type { ReasonCode } from "../reasons.ts";
import type { Sentence } from "./sentences.ts";

const KIN =
  "mother|mum|mom|mam|mommy|mummy|mama|father|dad|daddy|papa|parents?|wife|husband|hubby|spouse|partner|boyfriend|girlfriend|fianc[eé]e?|son|daughter|sons|daughters|child|children|kid|kids|baby|babies|toddler|newborn|infant|boy|girl|twins?|brother|sister|siblings?|sis|bro|grand(?:ma|pa|mother|father|parents?|son|daughter|child|kids?|mum|dad)|gran|granny|nan|nana|aunt|auntie|uncle|niece|nephew|cousin|friend|neighbou?r|colleague|coworker|co-worker|roommate|flatmate|housemate|boss|teacher|student|employee|client|patients?|resident|in-laws?|stepson|stepdaughter|stepmother|stepfather|ex|teen|teenager|fetus|foetus|unborn";

/** Words that may stand between "my" and whose it is: "my late, very ill, 4 year old". */
const BETWEEN = "(?:[\\p{L}\\d'’.,-]{1,14}\\s{1,3}){0,4}?";

const patterns: readonly (readonly [ReasonCode, RegExp])[] = [
  [
    "CASE_RELATIVE",
    new RegExp(
      `(?<![\\p{L}\\d])(?:my|our|me|his|her|their)\\s{1,3}${BETWEEN}(?:${KIN})(?:['’]?s)?(?![\\p{L}\\d])`,
      "iu",
    ),
  ],
  [
    "CASE_RELATIVE",
    /\bthis (?:[a-z]{2,12} ){0,2}(?:patient|man|woman|child|infant|baby|boy|girl|person|kid|lady|gentleman|fellow|resident|client)\b/i,
  ],
  ["CASE_RELATIVE", /\b(?:this|another|one of (?:my|our)|the) (?:lady|gentleman|pt|guy|bloke|chap|fella)\b/i],
  [
    "CASE_SELF",
    /^\W{0,3}(?:will|did|was|am|have|had) i\b|\bwhat (?:did|do) (?:they|he|she|the (?:doctor|nurse|surgeon|letter|report)) (?:mean|say|find|tell|want)\b|\bi(?:['’]?m| am) (?:so|very|really|always|still|not|only|now|getting|losing|unable)\b/i,
  ],
  [
    "CASE_SELF",
    /\b(?:i['’]?ve (?:been|had|got|just|recently|always|never)|i was (?:diagnosed|told|prescribed|given|put on|admitted|born)|i(?:['’]m| am) (?:an? )?\d{1,3}\b|i(?:['’]m| am) (?:pregnant|diabetic|allergic|scared|worried|suffering|bleeding|depressed|on (?:day|week)|having|feeling|experiencing|taking)|i (?:feel|felt|suffer|woke|noticed|fell|took|started|stopped|weigh|can['’]?t stop|keep (?:having|getting|feeling)|have been|had (?:a|an|my|surgery))\b|my (?:name is|symptoms?|blood pressure|bp|period|chest|head|stomach|belly|tummy|back|knees?|legs?|arms?|feet|foot|hands?|eyes?|ears?|throat|skin|heart|lungs?|results?|labs?|scans?|mri|x-?ray|biopsy|diagnosis|cancer|diabetes|asthma|surgery|operation|pain|rash|fever|cough|therapist|psychiatrist|appointment|prescription|medications?|meds|pills?|tablets?|insurance|chart|records?|mrn|dob|date of birth|pregnancy|condition|disease|illness|depression|anxiety|weight|bmi|a1c|hba1c|stitches|wound|scar|cast|mole|tooth|teeth|nose|toes?|fingers?|stools?|urine|pee|stent|pacemaker|implant|ulcer|tumou?r|lump|sugars?|migraines?|allergies|symptom|case|situation|age)\b)/i,
  ],
  [
    "CASE_SHORTHAND",
    /(?<![\d/.])\d{1,3}\s?(?:y\/?o|yo|yrs? old|y\.o\.|m\/?o|mo old|wk old)(?![a-z])|(?<![\d/.#-])(?:[1-9]|[1-9]\d|1[01]\d)\s?[MF](?![\p{L}\d/%°])|(?<![\p{L}\d])(?:c\/o|s\/p|h\/o|hx of|pmh|pmhx|nkda|nkfa|sob x|a&o ?x|poc|ros|hpi|cc:|dx:|rx:|sx:|imp:|o\/e|p\/w|b\/g|adm w)(?![\p{L}\d])|(?<![\p{L}\d])pts?\s(?:w\/|with|is|has|was|reports?|states?|denies|c\/o|on|needs|presents?|presented|seen|who|in|for)(?![\p{L}])/iu,
  ],
  [
    "CASE_SHORTHAND",
    /\b(?:the|this|said|a) patient (?:is|was|has|had|reports?|reported|states?|denies|denied|presents?|presented|complains?|underwent|remains?|tolerated|continues|returns?|will|feels|endorses|came|got|says|wants|went)\b|\b(?:patient|resident) (?:reports?|states?|denies|presents?|presented|complains?|is a|was seen|seen|has been|tolerated)\b/i,
  ],
  [
    "CASE_SHORTHAND",
    /(?<!(?:under|over|than|to|least|above|below|aged|or|and|by|about)\s{1,2})\b\d{1,3}[\s-]?(?:years?|yrs?|months?|weeks?|days?)[\s-]?old\s?(?:[a-z]{3,12}\s){0,2}(?:man|woman|male|female|boy|girl|gentleman|lady|patient|infant|child|student|teacher|farmer|nurse|driver)?\s?(?:[,.;:]|who|with|presents?|presented|presenting|comes|came|is|was|has|had|on|seen|admitted|in (?:for|the|clinic|er|ed))(?![a-z])/i,
  ],
  [
    "CASE_SHORTHAND",
    /^(?:elderly|young|middle-aged|obese|pregnant|\d{1,3}s?)\s(?:[a-z]{3,12}\s){0,2}(?:man|woman|male|female|boy|girl|gentleman|lady|patient)\b/i,
  ],
  ["CASE_RELATIVE", new RegExp(`(?<![\\p{L}\\d])(?:${KIN}) of (?:mine|ours|hers|his)(?![\\p{L}\\d])`, "iu")],
  // "I skipped it": what somebody did. Not what anybody may have meant, wanted or forgotten.
  [
    "CASE_SELF",
    /\bi (?!need|want|forgot|wonder|heard|read|meant|learned|asked|used to|tried to|opened|clicked|received)(?:[a-z]{2,12}ed|took|had|got|went|was|ate|fell|lost|found|saw|felt|broke|hurt|cut|hit|told|became|began|came|gave|left|slept|threw|woke)\b|\bi (?:[a-z]{2,8} ){0,3}(?:take|taking|stop|stopping|start|keep|swallow) (?:this|these|them|both)\b/i,
  ],
  [
    "CASE_RECORD",
    /\b(?:summari[sz]e|shorten|rewrite|translate|explain|interpret|review|check|draft|write|read|dictate|proofread|edit|code|format|turn|prepare|clean up)\s(?:up\s|for me\s|me\s)?(?:(?:this|these|that|my|her|his|their|(?<!\b(?:you|to|one|doctors)\s[a-z]{4,9}\s)the|(?:the )?following)\s(?:[a-z-]{2,14}\s){0,2}(?:notes?|letters?|reports?|summary|results?|charts?|records?|discharge|referral|labs?|scans?|ecg|ekg|history|consult(?:ation)?|encounter|visit|handover|message|e-?mail|prescription|transcript|case|list)|an?\s(?:[a-z-]{2,14}\s){0,2}(?:note|letter|discharge summary|referral|reply|prescription))\b|\b(?:shorten|review|check|see|explain|interpret|read|summari[sz]e)\b.{0,60}\b(?:below|attached|enclosed|above)\b|\b(?:from|with|about|in) (?:this|these) (?:description|history|results?|labs|findings|readings|numbers|report|letter)\b/i,
  ],
  [
    "CASE_RECORD",
    /\b(?:chief complaint|history of present|past medical history|assessment (?:and|&|\/) ?plan|discharge summary|impression and plan|dear (?:dr|doctor|colleague)|thank you for (?:referring|seeing))\b|\bre:/i,
  ],
];

/** "BP 90/60", "hb 9.2", "creatinine 2.1", "temp of 38.4": what is measured on somebody. */
const MEASURED =
  /(?<![\p{L}\d])(?:bp|hr|rr|spo2|sats?|temp(?:erature)?|hb|hgb|hba1c|a1c|wbc|wcc|plt|platelets|crp|esr|inr|ptt|na|k|cr|creat(?:inine)?|bun|egfr|gfr|alt|ast|alp|bili(?:rubin)?|tsh|t4|ldl|hdl|glucose|bsl|bgl|sugar|troponin|bnp|d-dimer|lactate|ferritin|psa|gcs|bmi|weight|pulse|potassium|sodium|cd4|viral load|phq-?9|gad-?7)\s?(?:is|was|of|at|=|:|-|now|came back)?\s?(?:high |low |at |about )?\d/giu;
const MEASUREMENTS_MIN = 2;

const asSet = (words: string): ReadonlySet<string> => new Set(words.split(" "));
const asking = asSet(
  "what how why when is are can could should does do did will would which has was any where",
);
const pronouns = asSet("he she him her his hers");
/** Somebody whom a pronoun in the same sentence may mean without pointing at anybody. */
const antecedents = asSet(
  "person people patient patients someone somebody anyone woman women man men child children baby girl boy or doctor provider mother father parent every each who physician nurse teen adult infant partner",
);

/** "What is the cause of her pain?": a question with a pronoun that nobody in it explains. */
function pointsByPronoun(words: readonly string[]): boolean {
  return (
    asking.has(words[0] ?? "") &&
    words.some((word) => pronouns.has(word)) &&
    !words.some((word) => antecedents.has(word))
  );
}

/** What wordings say that a text is somebody's case. Linear in the text: every repetition is bounded. */
export function caseReasons(text: string, sentences: readonly Sentence[]): Set<ReasonCode> {
  const out = new Set<ReasonCode>();
  for (const { text: sentence, words } of sentences) {
    for (const [code, pattern] of patterns) if (!out.has(code) && pattern.test(sentence)) out.add(code);
    if (pointsByPronoun(words)) out.add("CASE_RELATIVE");
  }
  let count = 0;
  for (const _ of text.matchAll(MEASURED)) {
    count += 1;
    if (count >= MEASUREMENTS_MIN) break;
  }
  if (count >= MEASUREMENTS_MIN) out.add("CASE_MEASURED");
  return out;
}
