import type { IdentifierLabel } from "../labels.ts";
import type { Content } from "./region.ts";

/** What a field's name says about its value; the first that matches wins. Names are in lower case words. */
const meanings: readonly (readonly [RegExp, IdentifierLabel | "date" | "birth" | "age"])[] = [
  [/\b(?:dob|birth ?date|date of birth|born(?: on)?)\b/, "birth"],
  [/\b(?:e ?mail|email address)\b/, "EMAIL"],
  [/\bfax\b/, "FAX"],
  [/\b(?:phone|telephone|tel|mobile|cell|pager|contact (?:no|number))\b/, "PHONE"],
  [/\b(?:ssn|social security(?: (?:no|number))?|sin|nino|nhs number|national id)\b/, "SSN"],
  [
    /\b(?:mrn|medical record(?: (?:no|number))?|chart (?:no|number)|patient (?:id|no|number|identifier))\b/,
    "MRN",
  ],
  [
    /\b(?:member|policy|subscriber|beneficiary|group|plan|insurance|medicare|medicaid) ?(?:id|no|number)\b/,
    "HEALTH_PLAN",
  ],
  [/\b(?:account|acct|iban|card) ?(?:id|no|number)?$/, "ACCOUNT"],
  [/\b(?:licen[cs]e|dea|npi|passport)(?: (?:id|no|number))?$/, "LICENSE"],
  [/\b(?:vin|plate|licen[cs]e plate)(?: (?:no|number))?$/, "VEHICLE"],
  [/\b(?:serial|udi|device) ?(?:id|no|number)?$/, "DEVICE"],
  [/\b(?:ip|ip address)$/, "IP"],
  [/\b(?:url|website|web site|homepage)$/, "URL"],
  [
    /\b(?:street|address(?: line)?(?: \d)?|addr|city|town|village|zip|zip ?code|post ?code|postal ?code|county|district|birth ?place)\b/,
    "LOCATION",
  ],
  [
    /\b(?:(?:first|given|last|family|middle|maiden|full|patient|provider|physician|doctor|nurse|clinician|mother|father|guardian|contact|emergency contact|next of kin|spouse|insured|subscriber) ?names?|surname|forename|lastname|firstname|nickname)\b/,
    "NAME",
  ],
  [
    /^(?:name|patient|physician|doctor|provider|clinician|nurse|author|referred by|attending|next of kin|guardian)$/,
    "NAME",
  ],
  [
    /\b(?:encounter|visit|case|study|subject|record|accession|order|claim|device|employee|user|account|patient|provider|person) ?(?:id|no|number|identifier)$/,
    "OTHER_ID",
  ],
  [/^(?:age|age (?:in )?(?:years|yrs|y)|patient age|age at \w+)$/, "age"],
  [/^(?:id|uuid|guid|identifier)$/, "OTHER_ID"],
  [
    /\b(?:date|datetime|timestamp|admitted|discharged|admission|discharge|(?:created|updated|recorded|collected|signed) at|time stamp)$/,
    "date",
  ],
];

/** What the name of a column or a key says about its values; free text when it says nothing. */
export function contentOfField(name: string): Content {
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/[_\-./\s]+/g, " ")
    .trim()
    .toLowerCase();
  const meaning = meanings.find(([pattern]) => pattern.test(words))?.[1];
  if (meaning === undefined) return { type: "text", ...(words !== "" && { context: name }) };
  if (meaning === "birth" || meaning === "date") return { type: "date", isBirth: meaning === "birth" };
  return meaning === "age" ? { type: "age" } : { type: "identifier", label: meaning };
}
