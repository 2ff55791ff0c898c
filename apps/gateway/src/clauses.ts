/*
 * What a model must not tell a patient, whoever asked: doses, to stop a medicine, a diagnosis, a licence it
 * does not have. Plain patterns over one clause and what came before; they err towards withholding.
 */

const word =
  "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|hundred|thousand|dozen|couple|half|halves|third|thirds|quarter|quarters";
const number = String.raw`(?:\d+(?:[.,/⁄]\d+)?|(?:${word})\b)(?:\s+(?:of\s+)?(?:an?\s+)?)?`;
const unit = String.raw`(?:mg|mcg|μg|micrograms?|milligrams?|g|grams?|ml|millilit(?:er|re)s?|units?|iu|tablets?|pills?|capsules?|puffs?|drops?)\b`;
const amount = `${number}${unit}`;
const medicine = String.raw`(?:medicines?|medications?|meds|tablets?|pills?|insulin|treatment|dose|doses|drugs?|injections?)`;
const rules: readonly (readonly [rule: string, pattern: RegExp])[] = [
  [
    "DOSE",
    new RegExp(
      String.raw`\b(?:take|use|inject|give|swallow|have|try|increase|reduce|double|start|dose|dosage)\b[^.!?\n]{0,80}\b${amount}`,
      "i",
    ),
  ],
  [
    "DOSE",
    new RegExp(
      String.raw`\b${amount}[^.!?\n]{0,40}\b(?:daily|a day|per day|every|hours?|twice|times)\b`,
      "i",
    ),
  ],
  [
    "STOP_MEDICINE",
    new RegExp(
      String.raw`(?<!\b(?:not|never|don't|don’t|before you|without)\s)\b(?:stop|quit|skip|discontinue)\b[^.!?\n]{0,40}\b${medicine}\b`,
      "i",
    ),
  ],
  [
    "DIAGNOSIS",
    /\b(?:you(?: definitely| certainly| clearly| surely)? (?:are suffering from|have been diagnosed)|you (?:definitely|certainly|clearly|surely) have|your diagnosis is|i (?:can )?diagnose|this is (?:definitely|certainly|clearly))\b/i,
  ],
  [
    "LICENCE",
    /\b(?:as your|i am (?:a|your)|i'm (?:a|your)|i’m (?:a|your)) (?:\w+ )?(?:doctor|physician|nurse|clinician|therapist|pharmacist)\b/i,
  ],
];

/** How much of what came before a pattern may need. */
const reach = 200;

/** The rule that forbids a clause, if one does. */
export function forbiddenBy(clause: string, before: string): string | undefined {
  const said = plain(clause);
  const text = plain(before.slice(-reach)) + said;
  const since = text.length - said.length;
  return rules.find(([, pattern]) => reaches(pattern.exec(text), since) || pattern.test(said))?.[0];
}

/** One form for each way to write the same: "５ ㎎", "½". An ellipsis would become three full stops. */
function plain(text: string): string {
  return text.replaceAll("…", " ").normalize("NFKC");
}

/** Only what ends in the new clause counts: what came before was let through already. */
function reaches(match: RegExpExecArray | null, since: number): boolean {
  return match !== null && match.index + match[0].length > since;
}
