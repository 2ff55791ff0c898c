import type { Around, PatternRule } from "./rule.ts";

const MONTH = String.raw`(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?\.?|july?\.?|aug(?:ust|\.)?|sept?(?:ember|\.)?|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?|janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[ée]cembre|januar|februar|m[äa]rz|juni|juli|oktober|dezember|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|ottobre|dicembre|janeiro|fevereiro|março|maio|junho|julho|setembro|outubro|dezembro|januari|februari|maart|mei|augustus|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|listopada|grudnia|ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık|января|февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)`;
const DAY = String.raw`(?:0?[1-9]|[12]\d|3[01])`;
const ORDINAL = String.raw`(?:st|nd|rd|th|º|\.)?`;
const YEAR = String.raw`(?:1[89]|20)\d{2}`;
const WEEKDAY = String.raw`(?:(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\.?,?[ \n]{1,2}(?:the )?)?`;
const GAP = String.raw`[ ,.\n-]{0,3}`;
const ZONED = String.raw`(?:(?:T| (?=\d\d:\d\d))[0-2]\d:?[0-5]\d(?::?[0-5]\d)?(?:\.\d{1,6})?(?:Z|[+-]\d{2}:?\d{2})?)?`;

const WORD_DAY = String.raw`(?:twenty|thirty)?[ -]?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)`;
const WORD_NUMBER = String.raw`(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|oh|and)`;
const WORD_YEAR = String.raw`(?:,? (?:nineteen|twenty|two thousand)(?:[ -]${WORD_NUMBER}){0,3})`;

const HOLIDAY_NAMES = String.raw`(?:thanksgiving(?: day)?|christmas(?: eve| day)?|xmas(?: eve)?|boxing day|new year'?s(?: eve| day)?|labou?r day|memorial day|independence day|(?:the )?fourth of july|4th of july|veterans'? day|columbus day|president'?s'? day|mlk day|martin luther king(?: jr\.?)? day|juneteenth|valentine'?s(?: day)?|st\.? patrick'?s day|mother'?s day|father'?s day|halloween|easter(?: sunday| monday)?|good friday|palm sunday|ash wednesday|mardi gras|cinco de mayo|ramadan|eid(?: al-fitr| al-adha| al fitr| al adha)?|diwali|hanukkah|chanukah|yom kippur|rosh hashanah|passover|purim|kwanzaa|groundhog day|earth day|canada day|victoria day|bastille day|anzac day|australia day|lunar new year|chinese new year|black friday|super bowl sunday|all saints'? day|day of the dead|d[ií]a de los muertos|holi|vesak|nowruz|pentecost|epiphany|st\.? stephen'?s day|guy fawkes night|bonfire night|burns night|midsummer(?: day| eve)?)`;

const HOLIDAY = HOLIDAY_NAMES.replaceAll(" ", "[ \\n]");

const NOT_DATE_AFTER =
  /^ ?(?:[-/]\d|%|tab|tsp|cup|tbsp|pill|caps|strength|murmur|sys|pack|mile|hour|inch|pain|pt\b|point|vision|dose|mg|ml|cc|oz|lb|kg|cm|mm|in\b|dil|of a|of the|effort|pulse|reflex|bilat|extrem|on (?:the )?(?:pain|scale)|[a-z]{0,3}\/)/i;
const NOT_DATE_BEFORE =
  /(?:pain|score|scale|rated?|strength|reflex(?:es)?|pulses?|vision|acuity|bp|pressure|o[ds]|murmur|grade|power|motor|apgars?|gcs|ratio|took|take|about|visit|day|page|stage|dose|severity|intensity|level|phq-?\d|gad-?\d|effort|tone|lead|gravida|hcv|at)[ :=]{1,2}(?:(?:is|was|at|of|a|an|about|around|now|still|rated|are|bilat\w*) ){0,3}$/i;
const FRACTIONS = /^(?:1\/[2-8]|2\/[2-6]|3\/[3-6]|[0-5]\/5|\d{1,2}\/10|4\/4|6\/6)$/;
const DATE_CUE =
  /(?:on|since|from|until|till|by|before|after|of|dated?|seen|admit\w*|arriv\w*|discharg\w*|due|recheck|onset|was|is|to|dob|born|visit|appt|appointment|appointments|through|thru|and|surgery|procedure|between|started|ended|f\/u|drawn|collected|for|around)[ :]{1,2}$/i;

function isMonthDay(match: string, { before, after }: Around): boolean {
  const [month = 0, day = 0] = match.split(/[/-]/).map(Number);
  if (!((month <= 12 && day <= 31) || (month <= 31 && day <= 12)) || month === 0 || day === 0) return false;
  if (NOT_DATE_AFTER.test(after) || NOT_DATE_BEFORE.test(before)) return false;
  return FRACTIONS.test(match) ? DATE_CUE.test(before) && !/(?:is|was|to|and|of|from) $/i.test(before) : true;
}

function isMonthAlone(_match: string, { before }: Around): boolean {
  return !/\d[.:/-]$/.test(before);
}

/** "may 2020" is a month, "it may 12 hours" is not; "mar 5" is a date, "sun 5" is not. */
function isSpelt(match: string, { after }: Around): boolean {
  if (
    /^may\b/.test(match) &&
    /^(?: ?(?:mg|ml|hours?|days?|weeks?|times|percent|%|pills?|tablets?)|\.\d)/i.test(after)
  )
    return false;
  return true;
}

const B = String.raw`(?<![\p{L}\p{N}_/.-])`;
const E = String.raw`(?![\p{L}\p{N}_]|[-/]\d)`;

function spelt(body: string): RegExp {
  return new RegExp(B + body + E, "giu");
}

const DAY_WORDS = /first|second|third|(?:four|fif|six|seven|eigh|nin|ten|eleven|twelf|teen|tie)th/i;

export const dateRules: readonly PatternRule[] = [
  {
    label: "DATE",
    pattern: new RegExp(
      String.raw`(?<![\w/.-])${YEAR}([-/.])(?:0?[1-9]|1[0-2])\1${DAY}${ZONED}(?![\d-])`,
      "g",
    ),
  },
  {
    label: "DATE",
    pattern: new RegExp(
      String.raw`(?<![\w/.-])${DAY}([-/.]) ?${DAY}\1 ?(?:${YEAR}|\d{2})(?![\d/-]|\.\d)`,
      "g",
    ),
  },
  {
    label: "DATE",
    pattern: new RegExp(
      String.raw`(?<![\w/.-])(?:0[1-9]|1[0-2]) (?:0[1-9]|[12]\d|3[01]) ${YEAR}(?![\w/-])`,
      "g",
    ),
  },
  {
    label: "DATE",
    pattern: new RegExp(String.raw`(?<![\w/.-])(?:1[0-2]|0?[1-9])[/-]${YEAR}(?![\d/-])`, "g"),
  },
  { label: "DATE", pattern: new RegExp(String.raw`(?<![\w/.-])${YEAR}[/-](?:0[1-9]|1[0-2])(?![\d/-])`, "g") },
  {
    label: "DATE",
    pattern: new RegExp(String.raw`(?<![\w/.-])${YEAR}年 ?(?:1[0-2]|0?[1-9])月(?: ?${DAY}日)?`, "g"),
  },
  {
    label: "DATE",
    pattern: new RegExp(
      String.raw`(?<![\w.-])(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[0-2]\d[0-5]\d(?:[0-5]\d)?)?(?![\w-])`,
      "g",
    ),
  },
  {
    label: "DATE",
    pattern: new RegExp(String.raw`(?<![\w/.$%-]|\d )(?:\d{1,2})/(?:\d{1,2})(?![\w/%]|[.-]\d)`, "g"),
    accept: isMonthDay,
  },
  {
    label: "DATE",
    pattern: spelt(
      `(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\\.?,?[ \\n](?:the )?(?:\\d{1,2}/\\d{1,2}(?:/\\d{2,4})?|${DAY}(?:st|nd|rd|th))`,
    ),
  },
  // "on the 22nd": a day of the month that everybody knows.
  {
    label: "DATE",
    needs: /\d(?:st|nd|rd|th)/i,
    pattern: new RegExp(
      String.raw`(?<=(?<!\p{L})(?:on|by|until|till|since|from|before|after|due|around|for|to|through|and) )the ${DAY}(?:st|nd|rd|th)(?=[.,;:!?)\n]|$| (?:at|and|of (?:this|next|last|the) month|with|if|i|we|but|so|or|because|please|pls|thanks?)(?!\p{L}))`,
      "giu",
    ),
  },
  // Month first: "March 3rd, 2021", "Mar 3", "March 2021"; an optional weekday before and time after.
  {
    label: "DATE",
    pattern: spelt(`${WEEKDAY}${MONTH}[ .\\n-]{1,2}(?:the )?${DAY}${ORDINAL}(?:${GAP}(?:${YEAR}|'\\d{2}))?`),
    accept: isSpelt,
  },
  {
    label: "DATE",
    pattern: spelt(
      `(?:last|this past|next|this coming) (?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|${MONTH})`,
    ),
    accept: (match, { after }) =>
      !/ (?:mar|may|sun|sat|dec|jan|mai)$/i.test(match) && !/^ (?:before|of)\b/i.test(after),
  },
  {
    label: "DATE",
    pattern: spelt(
      `${WEEKDAY}(?:the )?${DAY}${ORDINAL}[ .\\n/-]{0,2}(?:of |de |d')?${MONTH}(?:(?:${GAP}|,? of | de(?:l)? )(?:${YEAR}|'?\\d{2}))?`,
    ),
    accept: isMonthAlone,
  },
  {
    label: "DATE",
    pattern: spelt(`${MONTH}(?:[ ,.\\n-]{1,2}| of | de )(?:${YEAR}|'\\d{2})`),
    accept: isSpelt,
  },
  {
    label: "DATE",
    needs: DAY_WORDS,
    pattern: spelt(`${WEEKDAY}${MONTH} (?:the )?${WORD_DAY}${WORD_YEAR}?`),
    accept: (match) => !match.startsWith("may "),
  },
  {
    label: "DATE",
    needs: DAY_WORDS,
    pattern: spelt(`(?:the )?${WORD_DAY}(?: day)? of ${MONTH}(?:${WORD_YEAR}|,? ${YEAR})?`),
  },
  {
    label: "DATE",
    pattern: spelt(`(?:(?:last|this past|this|next) )?${HOLIDAY}(?:[ ,]{1,2}(?:of |in )?${YEAR})?`),
    accept: (_match, { after }) => !/^ (?:disease|factor|tree|island|rose)/i.test(after),
  },
];
