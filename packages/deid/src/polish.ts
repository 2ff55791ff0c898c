import type { Span } from "./labels.ts";
import { flagsOf } from "./lexicon/lexicon.ts";
import { foldWord, wordFlags } from "./lexicon/words.ts";
import { isMeasured } from "./rules/ages.ts";
import { isFunctional } from "./rules/tongues.ts";

/** States and countries are no identifiers (45 CFR 164.514(b)(2)(i)(B) speaks of places smaller than a state). */
const LARGE_PLACES = new Set(
  "alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada|new hampshire|new jersey|new mexico|north carolina|north dakota|ohio oklahoma oregon pennsylvania|rhode island|south carolina|south dakota|tennessee texas utah vermont virginia washington|west virginia|wisconsin wyoming|mexico canada india germany france poland kenya brazil vietnam turkey japan italy spain ghana peru philippines nigeria ukraine england ireland china scotland wales australia|new zealand|south africa|egypt russia iran iraq israel pakistan bangladesh nepal greece portugal sweden norway denmark finland netherlands belgium austria switzerland cuba haiti jamaica colombia argentina chile ecuador venezuela guatemala honduras|el salvador|costa rica|panama thailand indonesia malaysia singapore korea|south korea|taiwan cambodia laos morocco algeria tunisia libya sudan ethiopia somalia uganda tanzania rwanda congo cameroon senegal mali zimbabwe zambia angola mozambique afghanistan albania armenia azerbaijan bahrain belarus benin bhutan bolivia bosnia botswana bulgaria burma burundi chad croatia cyprus czechia eritrea estonia fiji gabon gambia guinea guyana hungary iceland jordan kazakhstan kosovo kuwait kyrgyzstan latvia lebanon lesotho liberia lithuania madagascar malawi maldives malta mauritius moldova mongolia montenegro myanmar namibia nicaragua niger oman palestine paraguay qatar romania samoa serbia slovakia slovenia suriname syria tajikistan togo tonga turkmenistan uruguay uzbekistan yemen|sri lanka|saudi arabia|ivory coast|sierra leone|burkina faso|dominican republic|puerto rico|usa us|united states|u.s|america uk|united kingdom|europe asia africa"
    .split("|")
    .flatMap((group) =>
      /^(?:new|north|south|west|rhode|el|costa|puerto|united|sri|saudi|ivory|sierra|burkina|dominican) /.test(
        group,
      )
        ? [group]
        : group.split(" "),
    ),
);
const STATE_CODES =
  /^(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY])$/i;
/** Words that stand where names do, and are none by themselves. */
const NO_NAMES = new Set(
  "monday tuesday wednesday thursday friday saturday sunday january february december november october september mrn dob ssn npi dea pmh psh hpi ros dx tx rx hx fx sx vin ssn iv po bp hr rr bmi ekg ecg mri ct icu er ed pcp ent obgyn pt ot rn md do np pa phd pharmd lpn cna dds dr mr mrs ms prof doctor nurse patient facebook instagram twitter whatsapp zoom mychart google epic medicare medicaid the a an and or but if i me my you he she it we they them his her their your our this that these those what which who whom when where why how yes no not ok okay um uh ah oh well so yeah right sure thanks thank please sorry hello hi hey dear regards sincerely best love here there now then today tomorrow yesterday is are was were be been being am do does did has have had will would can could should may might must shall to of in on at by for with from about into over after before under again just only also very really pretty too as than because since until while mother father mom dad sister brother son daughter wife husband aunt uncle grandma grandpa covid flu insulin home everything something nothing anyone someone everyone ward name dob phone address plan age sex date time place device driver buddy sweetie kiddo honey sweetheart guys folks xo xoxo lol sn kin mail site desk roman lab labs med meds diet plan status cheers ciao merci gracias danke respectfully english spanish french german russian polish arabic mandarin portuguese tagalog somali hmong hispanic asian caucasian catholic muslim jewish doc u trop adt nyha ekg nsr bnp ua cbc cmp cxr heent perrl rrr ctab gi cv gu msk neuro cards abx vanc zosyn snf ppx code full floor room bed unit wing".split(
    " ",
  ),
);
/** Classifications' codes, alone or in a row. */
const CLASSIFIED =
  /(?<![\p{L}])(?:icd(?:-?1[01]|-?9)?(?:-cm)?|cpt|drg|ndc|hcpcs|loinc|snomed|nyha|asa|killip)[ :#]{1,2}(?:[a-z]?[\d.-]+\w{0,2}|[iv]{1,3})(?:, ?[a-z]?[\d.-]+\w{0,2})*/giu;
/** What the word before it is named after a physician, not a patient. */
const EPONYM_AFTER =
  /^(?:(?:'s?)?[ \n-](?:[A-Z][a-z]+ )?(?:disease|syndrome|signs?|triad|palsy|phenomenon|thyroiditis|lymphoma|contracture|esophagus|law|criteria|man(?:eu|oeu)ver|neuroma|ataxia|chorea|encephalopathy|nodes|nodules|rings?|bodies|lesions|spots|virus|reflex|dystrophy|sarcoma|fasciitis|purpura|arteritis|granulomatosis|tremor|aphasia|diverticulum|breathing|segment|revenge|wort)|(?:[ \n-](?:test|score|risk score|scale|fracture|hernia|procedure|operation|catheter|drain|tube|position|point|cyst|tumou?r|cells?|stain|index|classification|anemia|ulcer|duct|gland|pouch|clamp|retractor|scissors|blade|fundoplication|surgery|line|monitor|smear|coma)))(?![\p{L}])/iu;
const TITLE_BEFORE =
  /(?<![\p{L}\p{N}])(?:(?:dr|mr|mrs|ms|mx|prof|rev|fr|sr|sra|srta|dra|hr|fr|herr|frau|mme|mlle|m|sgt|capt|lt|col)\.?|miss|doctor|professor|nurse|señora?|madame|monsieur)[ \n]{1,2}$/iu;
const STATE_AFTER =
  /^(?:,[ \n]?|[ \n])(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY]|D\.C\.)(?![\p{L}\p{N}])/u;
const STATE_AFTER_COMMA = /^,[ \n]?(?:new york|washington(?: state)?|ontario|quebec)(?![\p{L}\p{N}])/iu;

/** One word, or two joined by a hyphen, that texts on medicine know, or that no list has as a given name. */
function isEponymous(words: string): boolean {
  return (
    /^[\p{L}'-]+$/u.test(words) &&
    words
      .split("-")
      .every(
        (word) =>
          (flagsOf(foldWord(word)) & wordFlags.medical) !== 0 ||
          (flagsOf(foldWord(word)) & wordFlags.given) === 0,
      )
  );
}

const LISTED = wordFlags.given | wordFlags.surname | wordFlags.place | wordFlags.placePart;
const ORDINARY = wordFlags.common | wordFlags.rare | wordFlags.medical;

/** Words that dictionaries know and no list of names or places does. */
function isOrdinary(words: string): boolean {
  const all = words.match(/[\p{L}\p{M}]+/gu) ?? [];
  return (
    all.length > 0 &&
    all.every((word) => {
      const flags = flagsOf(foldWord(word));
      return (flags & LISTED) === 0 && (flags & ORDINARY) !== 0;
    })
  );
}

/** Names of states and countries that people bear too. */
const BORNE_BY_PEOPLE =
  /^(?:georgia|virginia|kenya|india|chad|jordan|america|israel|chile|ireland|england|france|german)/;

/** Whether a span of the tagger's is nothing that needs masking. */
function isNothing(text: string, { start, end, label }: Span, isStrict: boolean): boolean {
  const words = text
    .slice(start, end)
    .toLowerCase()
    .replaceAll(/[\s.]+/g, " ")
    .replace(/^the /, "")
    .trim();
  if (/^(?:(?:19|20)\d\d[ ,/-]*)+$/.test(words)) return true;
  // "Oh": a code of a few letters would have a surrogate that is a word of the next text.
  if (label === "OTHER_ID" && !/\d|\p{L}{5}/u.test(words)) return true;
  if (label === "AGE90")
    return (
      !/9\d|1[012]\d|ninet|hundred/.test(words) ||
      isMeasured({ before: text.slice(Math.max(0, start - 48), start), after: text.slice(end, end + 48) })
    );
  // A pain of 8/10, or the "/10" of it.
  if (label === "DATE")
    return (
      /[\d/]/.test(text[start - 1] ?? "") ||
      /^\d{1,2}\/(?:5|10)$|^(?:\d{3}|[4-9]\d)\/\d/.test(words) ||
      !/\d|\p{L}{3}/u.test(words)
    );
  const isTitled = TITLE_BEFORE.test(text.slice(Math.max(0, start - 12), start));
  if (!isTitled && EPONYM_AFTER.test(text.slice(end, end + 24)) && isEponymous(words)) return true;
  if (!isTitled && ((!isStrict && isOrdinary(words)) || isFunctional(words))) return true;
  if (label === "LOCATION") return LARGE_PLACES.has(words) || STATE_CODES.test(words) || NO_NAMES.has(words);
  if (label !== "NAME" || isTitled) return false;
  return NO_NAMES.has(words) || (LARGE_PLACES.has(words) && !BORNE_BY_PEOPLE.test(words));
}

/** "sister Ana" is Ana. */
const RELATION =
  /^(?:(?:my|his|her|our|the) )?(?:sister|brother|mother|father|mom|mum|dad|wife|husband|son|daughter|aunt|uncle|cousin|niece|nephew|grandma|grandpa|grandmother|grandfather|friend|partner|neighbou?r|patient|pt|nurse|doctor)[ \n](?=\p{Lu}\p{Ll})/u;

/** The next field's name, run into this one: "Petrov, SSN". */
const NEXT_FIELD =
  /[\s,;:|/-]+(?:ssn|dob|mrn|npi|dea|phone|tel|fax|cell|address|age|sex|e-?mail|date|plan|id|room|bed)$/iu;

function withTitle(text: string, span: Span): Span {
  const mention = text.slice(span.start, span.end);
  const start = span.start + (RELATION.exec(mention)?.[0].length ?? 0);
  const end = span.end - (NEXT_FIELD.exec(mention)?.[0].length ?? 0);
  const title = TITLE_BEFORE.exec(text.slice(Math.max(0, start - 12), start));
  return { start: start - (title?.[0].length ?? 0), end, label: span.label };
}

function withState(text: string, { start, end, label }: Span): Span {
  const after = text.slice(end, end + 24);
  const state = STATE_AFTER.exec(after) ?? STATE_AFTER_COMMA.exec(after);
  return { start, end: end + (state?.[0].length ?? 0), label };
}

/** Takes in what belongs to an identifier: the title before a name, the state after a city; drops what is none. */
export function polish(text: string, spans: readonly Span[], isStrict: boolean): Span[] {
  const codes = [...text.matchAll(CLASSIFIED)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  return spans
    .filter(
      (span) =>
        !isNothing(text, span, isStrict) &&
        !codes.some(({ start, end }) => start < span.end && end > span.start),
    )
    .map((span) => {
      if (span.label === "NAME") return withTitle(text, span);
      return span.label === "LOCATION" ? withState(text, span) : span;
    });
}

/** Neighbouring spans of one place ("Central Clinic in Chicago") or one name become one. */
export function joinNeighbours(text: string, spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    const gap = last === undefined ? "" : text.slice(last.end, span.start);
    const joins =
      last?.label === span.label &&
      ((span.label === "LOCATION" && /^(?:,? in |, | )$/.test(gap)) ||
        (span.label === "NAME" && /^ ?$/.test(gap)));
    if (last !== undefined && joins) joined[joined.length - 1] = { ...last, end: span.end };
    else joined.push(span);
  }
  return joined;
}
