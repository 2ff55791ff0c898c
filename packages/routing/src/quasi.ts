import type { ReasonCode } from "./reasons.ts";

const ROLES =
  "mayor|governor|senator|congress(?:man|woman)|councill?or|minister|prime minister|president|vice president|ambassador|judge|sheriff|police chief|fire chief|archbishop|priest|pastor|vicar|imam|rabbi|king|queen|prince|princess|ceo|cfo|chair(?:man|woman)|headmaster|headmistress|headteacher|head teacher|school principal|dean|rector|chancellor|head coach|coach|goalkeeper|quarterback|striker|captain|champion|medall?ist|olympian|anchor(?:man|woman)?|newsreader|news anchor|weather(?:man|woman)|celebrity|singer|actor|actress|rapper|youtuber|influencer|footballer|astronaut|nobel laureate|whistleblower|first lady|postmaster|postman|town clerk|lighthouse keeper|chief (?:of|executive|surgeon|nurse)[a-z ]{0,12}|head of (?:state|surgery|cardiology|the department)|director of [a-z]{3,14}";

/** "the mayor", "our parish priest", "a famous singer", "the goalkeeper of the national team": one person holds it. */
const ROLE = new RegExp(
  `\\b(?:the|our|my|his|her|their|local|former|current|famous|well-known|retired|ex-)\\s{1,2}(?:[a-z-]{3,14}\\s{1,2}){0,2}(?:${ROLES})(?:'s)?(?![\\p{L}-])`,
  "iu",
);

/** An event that others heard of, and who was in it. */
const EVENT =
  /\b(?:survived the|survivors? of the|victims? of the (?:\p{L}{3,14}\s){0,3}(?:crash|fire|attack|shooting|disaster|bombing|flood|explosion|accident)|(?:was|were|been|is|are) (?:in|on|all over) the (?:news|newspapers?|papers|tv|television|headlines)|on the front page|made (?:the )?headlines|won the lottery)\b/iu;

/** Of one person only: a place or group so small, or something so rare, that it points at somebody. */
const SINGULAR =
  /\b(?:the only (?:\p{L}{3,14}\s){0,3}(?:in|at|on|with|who|of|known|ever|case|patient|survivor)|only (?:known )?(?:case|patient|survivor|person|one) (?:in|of|with)|(?:first|oldest|youngest|tallest|heaviest) (?:person|patient|man|woman|girl|boy|child|one|case|resident) (?:in|to|ever|of)|one of (?:the )?(?:two|three|four|five|\d) (?:people|patients|cases|persons|families)|(?:in|from|of) (?:our|my|a|the|this|that) (?:small |tiny |little )?(?:village|hamlet|island|town|reservation|tribe|parish|commune|valley|congregation)|world record|conjoined|septuplets|sextuplets|quintuplets|quadruplets)\b/iu;

/**
 * What may point at one person without being a listed identifier (45 CFR 164.514(b)(2)(ii)). That something is true of one
 * person only counts where the text is somebody's case; an office names its holder,
 * and an event that was in the news names who was in it. Linear in the text.
 */
export function quasiIdentifiersOf(text: string, isCase: boolean): ReasonCode[] {
  const out: ReasonCode[] = [];
  if (ROLE.test(text)) out.push("QUASI_ROLE");
  if (EVENT.test(text) || (isCase && SINGULAR.test(text))) out.push("QUASI_SINGULAR");
  return out;
}
