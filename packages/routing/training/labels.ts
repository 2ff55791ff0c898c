/** Points at somebody: what tells the cases among clinicians' questions, by hand-made wordings. */
const POINTS =
  /\b(?:(?:she|he|her|him|his|my|this (?:patient|man|woman|child|boy|girl|baby|infant|lady|person|kid|guy|old)|the patient|patient's|i (?:had|saw|have|got|gave))\b|\d{1,3}[- ](?:year|month|week|day)s?[- ]old (?!children|adults|patients|people|s\b))/i;
const TELLS =
  /^(?:young|elderly|old|obese|patient|pt|woman|man|girl|boy|baby|infant|child|lady|newborn|got|gave|had)\b/i;
const ASKS =
  /^(?:what|which|is|are|does|do|can|could|should|how|when|why|who|where|in (?:adults|patients|people|children))\b[^.!]*\?$/i;
const FIRST_PERSON = /\b(?:i|me|i'm|we|us|our|mine)\b/i;
const KIND_OF_PATIENT = /\ban? (?:\w+ )?(?:\d|patient)/i;

/** How a clinician's question (RQE) is labelled: somebody's case, nobody's, or unclear. */
export function labelOfQuestion(text: string): "case" | "general" | "unclear" {
  if (POINTS.test(text) && !KIND_OF_PATIENT.test(text)) return "case";
  if (TELLS.test(text)) return "case";
  if (!ASKS.test(text) || KIND_OF_PATIENT.test(text) || /\b(?:patient|this|these|i|we)\b/i.test(text))
    return "unclear";
  return "general";
}

/** How a summary of a letter (MeQSum) is labelled. */
export function labelOfSummary(text: string): "case" | "general" | "unclear" {
  if (/\b(?:my|our)\b/i.test(text)) return "case";
  if (/\b(?:she|he|her|him|his|\d+ (?:year|month)s? old)\b/i.test(text)) return "unclear";
  return FIRST_PERSON.test(text) && !/^(?:where|how) can i (?:find|get)/i.test(text) ? "unclear" : "general";
}
