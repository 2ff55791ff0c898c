import { isBuiltIn } from "./concepts.ts";
import { bodily } from "./lexicon/bodily.ts";
import { medicines } from "./lexicon/medicines.ts";
import type { WeighedWord } from "./ranker.ts";
import { stemmed } from "./tokens.ts";

/** Stems of single-word medicine names: never guessed from a misspelling, never left uncovered. */
const medicineNames: ReadonlySet<string> = new Set(
  medicines.split(/[,\n]/).flatMap((name) => {
    const stems = stemmed(name);
    return stems.length === 1 ? stems : [];
  }),
);

/** Endings of names of medicines and conditions: such a word matters even when no list knows it. */
const SHAPE =
  /(?:mab|nib|pril|sartan|statin|azol|cillin|mycin|cyclin|olol|idin|prazol|oxetin|triptan|gliptin|glifozin|gliflozin|glutid|parin|xaban|vir|zepam|zolam|cain|floxacin|profen|oxicam|setron|thiazid|semid|tadin|zin|itis|osis|emia|oma|pathi|algia|ectomi|plasti)$/;

/** Whether a stem is the name of a medicine. */
export function isMedicineName(term: string): boolean {
  return medicineNames.has(term);
}

/** Whether a stem looks like the name of a medicine or a condition. */
export function hasClinicalShape(term: string): boolean {
  return SHAPE.test(term);
}

/** Whether a word is a medicine's name, as typed or as corrected. */
export function isMedicine({ term, corrected }: WeighedWord): boolean {
  return isMedicineName(corrected ?? term);
}

/** Whether leaving a word out would change what is asked: a medicine or a condition by its name. */
export function mattersByName(word: WeighedWord): boolean {
  return isMedicine(word) || hasClinicalShape(word.term);
}

const bodilyStems: ReadonlySet<string> = new Set(stemmed(bodily));

/** Whether a stem is a word of body, senses and care. */
export function isBodily(term: string): boolean {
  return bodilyStems.has(term);
}

/** Whether a word belongs to medicine or the body, whatever the corpus. */
export function isMedical({ term, concepts }: WeighedWord): boolean {
  return isBodily(term) || hasClinicalShape(term) || [...concepts].some(isBuiltIn);
}
