import type { Token } from "../tokens.ts";

const wordSet = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

/** How names of diseases and of drugs end; the words that end so and are neither. */
const DISEASE_ENDING =
  /(?:itis|oma|omas|osis|emia|aemia|opathy|algia|plegia|rrhoea|rrhea|ectasis|sclerosis|thyroidism)$/;
const DRUG_ENDING =
  /(?:pril|sartan|olol|statin|azole|cillin|mycin|floxacin|prazole|formin|gliptin|gliflozin|oxaban|parin|zepam|zolam|dipine|sone|olone|solone|triptan|setron|dronate|profen|codone|morphone|tidine|thiazide|amide|mab|pam|done|lukast|terol|asone|cycline|oxetine|traline|alopram|apine|idone|barbital)$/;
const neither = wordSet(
  "diagnosis metamorphosis hypnosis comma aroma diploma done condone prone someone stone phone alone zone abandoned pyramid mythomania coma prognosis everyone anyone undone clone cyclone drone bone tone backbone milestone telephone smartphone amide",
);

const diseases = wordSet(
  `pneumonia flu influenza gout shingles measles mumps asthma cancer diabetes stroke clot clots clotting migraine migraines cataract glaucoma
  anxiety depression schizophrenia dementia epilepsy eczema psoriasis covid malaria tetanus sepsis angina infarction embolism aneurysm
  fracture sprain strain hernia ulcer ulcers gallstones stone stones infection infections uti cold virus tumour tumor reflux heartburn
  allergy anaemia anemia jaundice concussion miscarriage croup chickenpox scabies thrush ringworm autism adhd ptsd ocd disorder disease
  syndrome deficiency insufficiency failure torsion abscess sciatica lupus tuberculosis hepatitis hiv polyp cyst rupture ruptured tear
  attack appendix rheumatica polymyalgia crohns parkinsons alzheimers`,
);
/** What somebody "is". */
const states = wordSet(
  "diabetic anaemic anemic asthmatic epileptic bipolar autistic hypertensive depressed septic psychotic schizophrenic arthritic",
);
const drugs = wordSet(
  `ibuprofen aspirin paracetamol acetaminophen tylenol advil insulin warfarin metformin lithium codeine morphine digoxin
  methotrexate levothyroxine thyroxine sertraline citalopram fluoxetine prozac zoloft lantus humalog novorapid eliquis xarelto clopidogrel
  tramadol fentanyl oxycodone gabapentin pregabalin furosemide salbutamol albuterol antibiotic antibiotics antidepressant antidepressants
  statin statins steroid steroids opioid opioids tablet tablets pill pills capsule capsules medication medications medicine medicines meds dose
  doses prescription inhaler puffs naproxen diazepam valium xanax lamotrigine valproate carbamazepine syrup drops injection injections
  painkiller painkillers blood-thinner chemo thinner thinners`,
);

/** The same tokens with every disease, state and drug under one name. */
export function named(tokens: readonly Token[]): Token[] {
  return tokens.map((token) => {
    const { text, value } = token;
    if (value !== undefined || neither.has(text)) return token;
    if (drugs.has(text) || DRUG_ENDING.test(text)) return { ...token, text: "drug" };
    if (states.has(text)) return { ...token, text: "diseased" };
    if (diseases.has(text) || DISEASE_ENDING.test(text)) return { ...token, text: "disease" };
    return token;
  });
}
