/** Why a request is what it is and goes where it goes: a code, and the words that finish "it …" or stand alone. */
const table = [
  ["HAS_NAME", "it mentions a name"],
  ["HAS_LOCATION", "it mentions a place"],
  ["HAS_DATE", "it mentions a date"],
  ["HAS_AGE90", "it mentions an age over 89"],
  ["HAS_PHONE", "it mentions a telephone number"],
  ["HAS_FAX", "it mentions a fax number"],
  ["HAS_EMAIL", "it mentions an e-mail address"],
  ["HAS_SSN", "it mentions a social security number"],
  ["HAS_MRN", "it mentions a medical record number"],
  ["HAS_HEALTH_PLAN", "it mentions a health plan number"],
  ["HAS_ACCOUNT", "it mentions an account number"],
  ["HAS_LICENSE", "it mentions a licence number"],
  ["HAS_VEHICLE", "it mentions a vehicle"],
  ["HAS_DEVICE", "it mentions a device's number"],
  ["HAS_URL", "it mentions a web address"],
  ["HAS_IP", "it mentions an internet address"],
  ["HAS_BIOMETRIC", "it mentions a fingerprint, voice or other body print"],
  ["HAS_PHOTO", "it mentions a picture of somebody"],
  ["HAS_OTHER_ID", "it mentions a number that stands for somebody"],
  ["QUASI_ROLE", "it mentions an office or a role that one person holds"],
  ["QUASI_SINGULAR", "it mentions something that is true of one person only"],
  ["TOPIC_MENTAL_HEALTH", "it is about somebody's mental health"],
  ["TOPIC_SUBSTANCE_USE", "it is about somebody's use of alcohol or drugs"],
  ["TOPIC_HIV", "it is about somebody and HIV"],
  ["TOPIC_REPRODUCTIVE", "it is about somebody's sexual or reproductive health"],
  ["TOPIC_GENETIC", "it is about somebody's genes"],
  ["TOPIC_MINOR", "it is about a child"],
  ["TOPIC_VIOLENCE", "it is about violence against somebody"],
  ["CASE_SELF", "somebody writes about themselves"],
  ["CASE_RELATIVE", "it is about somebody's relative or patient"],
  ["CASE_SHORTHAND", "it reads like a note about a patient"],
  ["CASE_MEASURED", "it holds somebody's measurements"],
  ["CASE_RECORD", "it asks about a record or a letter"],
  ["CASE_LIKELY", "it seems to be somebody's case"],
  ["CASE_UNSURE", "it may be somebody's case"],
  ["DESCRIBED_PATIENT", "it describes a patient"],
  ["PATIENT_LINKED", "a patient's record is linked"],
  ["ATTACHMENT_UNREAD", "something is attached that is not read here"],
  ["LANGUAGE_UNKNOWN", "it is in a language that is not read here"],
  ["DETECTOR_FAILED", "it could not be checked for identifiers"],
  ["CONVERSATION_EARLIER", "an earlier message of this conversation was sensitive"],
  ["QUESTION_GENERAL", "it is a general question"],
  ["CLOUD_OFF", "the organisation does not allow cloud models"],
  ["CLOUD_BARRED", "cloud models never get requests of this kind"],
  ["VENDOR_UNFIT", "no vendor has a valid record"],
  ["CONSENT_MISSING", "nobody agreed to a cloud model"],
  ["RESIDUE_FOUND", "something that may identify somebody could not be replaced"],
  ["CHOICE_STRICTER", "a stricter place was chosen"],
] as const;

/** A reason by its code. */
export type ReasonCode = (typeof table)[number][0];

/** The words for each reason. */
export const reasonWords: ReadonlyMap<ReasonCode, string> = new Map(table);

const mention = "it mentions ";

/** What an identifier is called, by the detector's label: "a name". */
export function identifierWords(label: string): string {
  return (reasonWords.get(identifierReason(label)) ?? mention).slice(mention.length);
}

/** Labels of identifiers as the detector gives them; one that is unknown here counts as some other number. */
export function identifierReason(label: string): ReasonCode {
  const code = `HAS_${label}`;
  return table.map(([known]) => known).find((known) => known === code) ?? "HAS_OTHER_ID";
}
