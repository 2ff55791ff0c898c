import { flagsOf } from "../lexicon/lexicon.ts";
import { foldWord, wordFlags } from "../lexicon/words.ts";
import type { PatternRule } from "./rule.ts";

/** States and their abbreviations: not identifiers, but they end addresses. */
const STATE = String.raw`(?:A[LKZR]|C[AOT]|D[EC]|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[TA]|W[AVIY]|PR|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|Washington|West Virginia|Wisconsin|Wyoming|Ontario|Quebec|British Columbia|Alberta|Manitoba|Nova Scotia|ON|QC|BC|AB|NSW|VIC|QLD)`;
const SUFFIX = String.raw`(?:street|st|avenue|ave|av|road|rd|drive|dr|lane|ln|boulevard|blvd|court|ct|circle|cir|place|pl|way|terrace|ter|trail|trl|parkway|pkwy|highway|hwy|square|sq|loop|row|alley|aly|crescent|cres|close|path|pike|plaza|plz|point|pt|ridge|run|walk|view|vista|heights|hill|hills|gardens|grove|mews|turnpike|tpke|expressway|expy|freeway|crossing|xing|commons|landing|bend|cove|broadway|bypass|causeway|quay|wharf|esplanade|promenade|rise|green|park|mall|esp|glen|hollow|knoll|meadow|meadows|mill|mills|mountain|orchard|pass|isle|island|junction|lake|falls|ferry|field|fields|flats|ford|forest|fork|garden|gateway|harbor|haven|shore|spring|springs|station|stream|summit|trace|track|tunnel|union|valley|viaduct|village|ville|well|wells|creek|bluff|branch|bridge|brook|camp|canyon|cape|center|centre|cliff|club|corner|corners|course|crest|dale|dam|divide|drives|estate|estates|extension|strasse|straße|gasse|allee|laan|straat|gata|gatan|vägen|katu|utca|ulica)`;
const UNIT = String.raw`(?:[ ,\n]{1,3}(?:apt|apartment|suite|ste|unit|flat|fl|floor|rm|room|bldg|building|lot|trlr|spc|#|no|door|po box)\.?[ #]{0,2}[a-z]?-?\d{0,5}[a-z]?(?!\w)|[ ,]{1,2}#[ ]?[a-z]?\d{1,5}[a-z]?)?`;
const CITY = String.raw`(?:[ ,\n]{1,4}(?:in |,)?(?:[\p{L}][\p{L}'.-]{1,20}[ ]){0,3}[\p{L}][\p{L}'.-]{1,24})`;
const ZIP = String.raw`(?:\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z0-9]? ?\d[A-Z]{2})`;
const TAIL = String.raw`(?:${CITY}[,]?[ \n]{1,2}${STATE}(?:[., \n]{1,3}${ZIP})?(?![\p{L}\p{N}])|${CITY}[, \n]{1,3}\d{5}(?:-\d{4})?(?!\d)|${CITY}[, \n]{1,3}[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}(?!\w))?`;
const NAME_WORD = String.raw`(?:[\p{L}\p{N}][\p{L}\p{N}'-]{0,20}|\p{L}{1,2}\.)`;
const NUMBER = String.raw`\d{1,6}(?:[-/]\d{1,5})?[a-z]?(?: ?1/2)?`;

/** Words that follow numbers in medicine and are no streets. */
function isStreet(match: string): boolean {
  return !/^\d\/\d|^\d\d\/\d\d |^\d+[- ]?(?:mg|mcg|ml|year|yr|day|week|month|hour|minute|of|in|is|and|or|to|times|percent|units?|people|patients|lbs?|kg|pounds|years|days|weeks|months|hours|minutes|y)\b/i.test(
    match,
  );
}

const FACILITY =
  /(?:Hospital|Clinic|Medical Center|Health Center|Urgent Care|Family Practice|Family Medicine|Nursing Home|Assisted Living|Surgery Center|Cancer Center|Care Center|Hospice|Infirmary|Middle School|High School|Elementary School|Elementary)/;

const B = String.raw`(?<![\p{L}\p{N}/.$#-])`;

export const placeRules: readonly PatternRule[] = [
  // Numbered houses, roads and sectors, as South Asia writes them: "House 14, Road 7, Dhanmondi, Dhaka".
  {
    label: "LOCATION",
    needs: /house|flat|plot|door|h\.? ?no|d\.? ?no/i,
    pattern:
      /(?<![\p{L}\p{N}])(?:house|flat|plot|door|h\.? ?no\.?|d\.? ?no\.?)[ .#:]{0,2}(?:no\.? ?)?[a-z]?-?\d{1,4}[a-z]?(?:[-/]\d{1,4}){0,3}(?:, ?[\p{L}\d][\p{L}\d .'-]{1,30}){1,5}/giu,
  },
  // A six-digit code after the places that it is of: "Andheri West, Mumbai 400053".
  {
    label: "LOCATION",
    needs: /\d{6}|\d{3} \d{3}/,
    pattern:
      /(?<![\p{L}\p{N}])(?:[A-Z]-?\d{1,4}, )?\p{Lu}[\p{L}'-]{1,20}(?:,? \p{Lu}[\p{L}'-]{1,20}){0,7}[ ,-]{1,3}\d{3} ?\d{3}(?!\d)/gu,
    accept: (match) => {
      const word = /([\p{L}'-]+)[ ,-]+[\d ]+$/u.exec(match)?.[1] ?? "";
      return (flagsOf(foldWord(word)) & wordFlags.place) !== 0 && match.includes(",");
    },
  },
  // Without a word for street: "812 N Pecos, Las Cruces".
  {
    label: "LOCATION",
    needs: /\d/,
    pattern: new RegExp(`${B}\\d{1,5} (?:N|S|E|W|NE|NW|SE|SW)\\.? \\p{Lu}\\p{Ll}{2,20}(?=[,.\\n]|$)`, "gu"),
  },
  // HL7's address: street^other^city^state^ZIP.
  {
    label: "LOCATION",
    needs: /\^/,
    pattern: /(?<=[|^])\d{1,6} [^|^\n]{2,40}\^[^|\n]{0,80}/g,
  },
  // Capitals before a word for a house that cares, teaches or prays.
  {
    label: "LOCATION",
    needs: FACILITY,
    pattern: new RegExp(
      String.raw`(?<![\p{L}\p{N}'-])(?:St\.? )?(?:\p{Lu}[\p{L}'&-]{1,20} (?:of |and |& |the ){0,2}){1,4}${FACILITY.source}(?: in \p{Lu}[\p{L}'-]+)?(?![\p{L}])`,
      "gu",
    ),
    accept: (match) =>
      !/^(?:The|A|An|My|Your|Our|Any|This|That|Go|Call|In|At|To|Is|Which|What|Your|General|Local|Walk|Urgent|Primary|Emergency|University|Community|Public|Mental|Private|Children's|State) (?:\p{Ll}|Hospital|Clinic|Medical Center|Health Center|School|University)/u.test(
        match,
      ) && !/^(?:National|American|World|World Health|Centers?|Department|Institutes?) /.test(match),
  },
  {
    label: "LOCATION",
    needs: /\d/,
    pattern: new RegExp(
      `${B}(?:(?:flat|unit|apt|suite|apartment)[ #]{1,2}\\w{1,4},? )?(?:(?:plot|house|block|villa|lot|door|no\\.?)[ #]{1,2})?${NUMBER}[ \\n](?:(?:n|s|e|w|ne|nw|se|sw|north|south|east|west)\\.?[ \\n])?(?:${NAME_WORD}[ \\n]){1,3}${SUFFIX}\\.?(?![\\p{L}\\p{N}])(?:[ ,]{1,2}(?:n|s|e|w|ne|nw|se|sw)(?![\\p{L}\\p{N}'.]))?${UNIT}${TAIL}`,
      "giu",
    ),
    accept: isStreet,
  },
  {
    label: "LOCATION",
    needs: /box/i,
    pattern: new RegExp(`${B}p\\.? ?o\\.? ?box[ #:\\n]{1,3}\\d{1,6}(?!\\d)${TAIL}`, "giu"),
  },
  {
    label: "LOCATION",
    needs: /\d/,
    pattern: new RegExp(
      `${B}(?:rr|rural route|hc|route|rte|county road|cr|highway|hwy|state route|sr|us|interstate)[ -]\\d{1,4}(?: ?,? (?:box|mile|exit)[ #]{1,2}\\d{1,5})(?!\\d)${TAIL}`,
      "giu",
    ),
  },
  // A number before or after a street of another country: "Rue de la Gare 12", "12 rue Victor Hugo", "Hauptstraße 5".
  {
    label: "LOCATION",
    needs: /\d/,
    pattern:
      /(?<![\p{L}\p{N}])(?:(?:\d{1,5}[a-z]?,? )?(?:rue|chemin|quai|viale|piazza|vicolo|calle|c\/|avenida|avda\.?|carrera|camino|rua|praça|ulica|ul\.|улица|ул\.|проспект|пр\.|jalan|jl\.|jln)[ ](?:(?:de|la|las|los|del|della|delle|des|du|da|do|dos|le|el|al|di|san|santa|st\.|d')[ ]?){0,3}[\p{L}][\p{L}'.-]{1,24}(?:[ -][\p{L}][\p{L}'.-]{1,24}){0,2}(?:,? (?:n[°º.]? ?)?\d{1,5}[a-z]?(?:,? \d{1,2}[°ºªoa]? ?[a-z](?!\p{L}))?)?)(?:,? \d{4,5})?(?![\p{L}\p{N}]|[.:/-]\d)/giu,
    accept: (match) => /\d/.test(match),
  },
  // Words that English has too: what follows them must be a name.
  {
    label: "LOCATION",
    needs: /\d/,
    pattern:
      /(?<![\p{L}\p{N}])(?:\d{1,5}[a-z]?,? )?(?:[Vv]ia|[Aa]venue|[Aa]v\.|[Bb]oulevard|[Bb]d|[Pp]lace|[Ii]mpasse|[Cc]orso|[Pp]aseo|[Pp]laza|[Tt]ravessa|[Ll]argo)[ ](?:(?:de|la|las|los|del|della|delle|des|du|da|do|dos|le|el|al|di|d')[ ]?){0,3}\p{Lu}[\p{L}'.-]{1,24}(?:[ -]\p{Lu}[\p{L}'.-]{1,24}){0,2}(?:,? (?:n[°º.]? ?)?\d{1,5}[a-z]?)?(?![\p{L}\p{N}]|[.:/-]\d)/gu,
    accept: (match) => /\d/.test(match),
  },
  {
    label: "LOCATION",
    needs: /\d/,
    pattern:
      /(?<![\p{L}\p{N}])[\p{L}][\p{L}.-]{1,24}(?:straße|strasse|str\.|gasse|weg|platz|allee|damm|ufer|straat|laan|plein|gracht|kade|gata|gatan|vägen|gade|vej|gate|veien|katu|tie|utca|út)[ ]\d{1,4}[a-z]?(?:,? \d{4,5} \p{L}{2,24})?(?![\p{L}\p{N}])/giu,
  },
  {
    label: "LOCATION",
    needs: /\d/,
    pattern: new RegExp(
      `(?<=(?<![\\p{L}])(?:zip|zipcode|zip code|postal code|postcode|post code|zip\\+4|plz|cp|zip/postal)(?:[ :=#"'|,]{1,4}|[ ](?:is|was|of|in|for|code|being)[ ]){1,3})${ZIP}(?![\\p{L}\\p{N}])`,
      "giu",
    ),
  },
  {
    label: "LOCATION",
    needs: /\d/,
    pattern: new RegExp(`(?<=[, ]${STATE}[ ,.\\n]{1,3})\\d{5}(?:-\\d{4})?(?![\\w-])`, "gu"),
  },
  {
    label: "LOCATION",
    needs: /\d/,
    pattern:
      /(?<![\p{L}\p{N}-])(?:[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]\d[A-Z]\d)(?![\p{L}\p{N}-])/gu,
  },
  { label: "LOCATION", pattern: /(?<![\w.-])-?\d{1,3}\.\d{4,8}, ?-?\d{1,3}\.\d{4,8}(?![\w.])/g },
];
