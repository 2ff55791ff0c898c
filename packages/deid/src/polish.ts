import type { Span } from "./labels.ts";

/** States and countries are no identifiers (45 CFR 164.514(b)(2)(i)(B) speaks of places smaller than a state). */
const LARGE_PLACES = new Set(
  "alabama alaska arizona arkansas california colorado connecticut delaware florida georgia hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota mississippi missouri montana nebraska nevada|new hampshire|new jersey|new mexico|north carolina|north dakota|ohio oklahoma oregon pennsylvania|rhode island|south carolina|south dakota|tennessee texas utah vermont virginia washington|west virginia|wisconsin wyoming|mexico canada india germany france poland kenya brazil vietnam turkey japan italy spain ghana peru philippines nigeria ukraine england ireland china scotland wales australia|new zealand|south africa|egypt russia iran iraq israel pakistan bangladesh nepal greece portugal sweden norway denmark finland netherlands belgium austria switzerland cuba haiti jamaica colombia argentina chile ecuador venezuela guatemala honduras|el salvador|costa rica|panama thailand indonesia malaysia singapore korea|south korea|taiwan cambodia laos morocco algeria tunisia libya sudan ethiopia somalia uganda tanzania rwanda congo cameroon senegal mali zimbabwe zambia angola mozambique|puerto rico|usa us|united states|u.s|america uk|united kingdom|europe asia africa"
    .split("|")
    .flatMap((group) =>
      /^(?:new|north|south|west|rhode|el|costa|puerto|united) /.test(group) ? [group] : group.split(" "),
    ),
);
const STATE_CODES =
  /^(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY])$/i;
/** Words that stand where names do, and are none by themselves. */
const NO_NAMES = new Set(
  "monday tuesday wednesday thursday friday saturday sunday january february december november october september mrn dob ssn npi dea pmh psh hpi ros dx tx rx hx fx sx vin ssn iv po bp hr rr bmi ekg ecg mri ct icu er ed pcp ent obgyn pt ot rn md do np pa phd pharmd lpn cna dds dr mr mrs ms prof doctor nurse patient facebook instagram twitter whatsapp zoom mychart google epic medicare medicaid the a an and or but if i me my you he she it we they them his her their your our this that these those what which who whom when where why how yes no not ok okay um uh ah oh well so yeah right sure thanks thank please sorry hello hi hey dear regards sincerely best love here there now then today tomorrow yesterday is are was were be been being am do does did has have had will would can could should may might must shall to of in on at by for with from about into over after before under again just only also very really pretty too as than because since until while mother father mom dad sister brother son daughter wife husband aunt uncle grandma grandpa covid flu insulin home everything something nothing anyone someone everyone ward name dob phone address plan age sex date time place device driver buddy sweetie kiddo honey sweetheart guys folks xo xoxo lol sn kin mail site desk roman lab labs med meds diet plan status".split(
    " ",
  ),
);
/** A classification's code, with or without its name. */
const CLASSIFIED =
  /(?:^|[^\p{L}])(?:icd(?:-?1[01]|-?9)?(?:-cm)?|cpt|drg|ndc|hcpcs|loinc|snomed)[ :#]{1,2}[a-z]?[\d.]+\w?$/iu;
const TITLE_BEFORE =
  /(?<![\p{L}\p{N}])(?:(?:dr|mr|mrs|ms|mx|prof|rev|fr|sr|sra|srta|dra|hr|fr|herr|frau|mme|mlle|m|sgt|capt|lt|col)\.?|miss|doctor|professor|nurse|señora?|madame|monsieur)[ \n]{1,2}$/iu;
const STATE_AFTER =
  /^(?:,[ \n]?|[ \n])(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY]|D\.C\.)(?![\p{L}\p{N}])/u;
const STATE_AFTER_COMMA = /^,[ \n]?(?:new york|washington(?: state)?|ontario|quebec)(?![\p{L}\p{N}])/iu;

/** Whether a span of the tagger's is nothing that needs masking. */
function isNothing(text: string, span: Span): boolean {
  const words = text
    .slice(span.start, span.end)
    .toLowerCase()
    .replaceAll(/[\s.]+/g, " ")
    .replace(/^the /, "")
    .trim();
  const before = text.slice(Math.max(0, span.start - 12), span.start);
  if (/^(?:19|20)\d\d$/.test(words) || CLASSIFIED.test(text.slice(Math.max(0, span.start - 10), span.end)))
    return true;
  if (span.label === "LOCATION")
    return LARGE_PLACES.has(words) || STATE_CODES.test(words) || NO_NAMES.has(words);
  return (
    span.label === "NAME" &&
    (NO_NAMES.has(words) ||
      (LARGE_PLACES.has(words) &&
        !/^(?:georgia|virginia|kenya|india|chad|jordan|america|israel|chile|ireland|england|france|german)/.test(
          words,
        ))) &&
    !TITLE_BEFORE.test(before)
  );
}

/** "sister Ana" is Ana. */
const RELATION =
  /^(?:(?:my|his|her|our|the) )?(?:sister|brother|mother|father|mom|mum|dad|wife|husband|son|daughter|aunt|uncle|cousin|niece|nephew|grandma|grandpa|grandmother|grandfather|friend|partner|neighbou?r|patient|pt|nurse|doctor)[ \n](?=\p{Lu}\p{Ll})/u;

function withTitle(text: string, span: Span): Span {
  const { end, label } = span;
  const start = span.start + (RELATION.exec(text.slice(span.start, end))?.[0].length ?? 0);
  const title = TITLE_BEFORE.exec(text.slice(Math.max(0, start - 12), start));
  return { start: start - (title?.[0].length ?? 0), end, label };
}

function withState(text: string, { start, end, label }: Span): Span {
  const after = text.slice(end, end + 24);
  const state = STATE_AFTER.exec(after) ?? STATE_AFTER_COMMA.exec(after);
  return { start, end: end + (state?.[0].length ?? 0), label };
}

/** Takes in what belongs to an identifier: the title before a name, the state after a city; drops what is none. */
export function polish(text: string, spans: readonly Span[]): Span[] {
  return spans
    .filter((span) => !isNothing(text, span))
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
