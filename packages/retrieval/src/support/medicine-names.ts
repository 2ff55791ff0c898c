/*
 * Names of medicines that no list knows: international non-proprietary names end in a few stems, and so do a
 * few ordinary words.
 */

const SHAPE =
  /^[a-z]{3,}(?:in|ine|ol|ide|one|imus|oin|pam|lam|ane|xel|stim|ase|avir|cept|tide|relin|phen|statin|mab|nib|azid|terone|trexate|platin|tere|xate|lenol|gest|arin|ithium|proate|diol)$/;

const ordinary: ReadonlySet<string> = new Set(
  `medicine urine routine decline determine examine combine imagine machine vaccine saline caffeine nicotine define
  refine online outline headline examined again certain remain contain pain explain brain obtain maintain strain sprain
  margin origin skin chin within vitamin protein gelatin begin gain main plain grain train rain chain fountain mountain
  captain villain contain retain sustain thin twin ruin cousin basin robin alcohol control cholesterol school protocol
  pool tool cool symbol gasol carol patrol petrol provide decide inside outside beside aside guide side wide hide ride
  slide divide collide coincide reside alongside worldwide oxide suicide pesticide peptide alone everyone someone anyone
  none phone telephone hormone bone backbone stone gone done one zone tone cone alone gallstone ozone microphone
  increase decrease disease base case phase release purchase ease phrase database please erase lease chase crease
  plane lane membrane insane crane humane hurricane accept except concept program gram
  spine mine fine line nine wine shine airline baseline intestine quarantine adrenaline discipline masculine feminine
  heroin hairline deadline magazine sunshine valentine pine dine vine keyhole insulin melanin hemoglobin haemoglobin
  fibrin keratin toxin bilirubin albumin elastin myelin join coin groin suggest digest largest biggest longest
  youngest strongest highest lowest lung tamper chlorine iodine bromide chloride fluoride glucoside carbohydrate`
    .trim()
    .split(/\s+/),
);

/** Whether a word, lower case, reads like the name of a medicine. */
export function soundsLikeMedicine(word: string): boolean {
  return SHAPE.test(word) && !ordinary.has(word);
}
