/** How a question that is nobody's may begin. */
const GENERAL_START =
  /^\W{0,3}(?:(?:please|kindly|can you|could you|quick question|latest|current|updated?|recommended|standard|typical|best|first[- ]line|optimal|appropriate)\b[\s,:]{0,3}){0,3}(?:what|which|is|are|does|do|can|could|should|would|how|when|why|who|where|under|considering|management|manage|managing|recommendations?|recommended|guidelines?|guidance|treatments?|treating|prognosis|prognostic|effectiveness|efficacy|effects?|safety|risks?|dosage|dosing|dose|differentials?|differential|diagnostic|approach|steps?|evidence|criteria|indications?|contraindications?|side effects|options|protocols?|strateg(?:y|ies)|practices?|follow-up|explain|provide|give|list|outline|describe|compare|need info|info)\b/i;

/** "a 55-year-old Asian male patient": somebody that a sentence brings up for the first time. */
const DESCRIBED =
  /\b(?:an?|any|the average|the typical|in|for|of)\s+(?:[a-z-]{3,15}\s+){0,2}\d{1,3}[\s-]?(?:years?|yrs?|y|months?|mos?|weeks?|wks?|days?)[\s-]?(?:old|o)\b(?:[\s-]+(?:[a-z]{3,12}\s+){0,3}(?:patients?|males?|females?|m[ae]n|wom[ae]n|boys?|girls?|child(?:ren)?|adults?|infants?|bab(?:y|ies)|newborns?|teen(?:ager)?s?|person|individuals?)\b)?/gi;

/** "a patient" in a general question is any. */
const SOME_PATIENT = /\ban? (?:[a-z-]{3,15} ){0,2}patient\b/gi;

/** Speaks of somebody who is there: then the person who is described is that one. */
const POINTING =
  /\b(?:he|she|his|her|him|hers|my|our|i|i'm|we|this|presents?|presented|complain(?:s|ed|ing)|admitted|came|comes|brought|pt|c\/o|s\/p|h\/o)\b/i;

/**
 * A question about a kind of patient ("treatment for a 40-year-old man with asthma"), with the person taken for many, or
 * nothing where no sentence is one. A note, a pronoun or a story makes the person somebody.
 */
export function withoutDescribed(sentence: string): string | undefined {
  if (!GENERAL_START.test(sentence) || POINTING.test(sentence)) return undefined;
  const many = sentence.replace(DESCRIBED, " patients").replace(SOME_PATIENT, "patients");
  return many === sentence ? undefined : many;
}
