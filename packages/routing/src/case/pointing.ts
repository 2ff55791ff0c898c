const asSet = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** Words that point at somebody, or at something that happened at a time. Without one, a sentence tells of nobody. */
const pointing = asSet(
  `i im ive id ill me my mine myself we weve were us our ours ourselves he hes she shes her hers him his they theyre them their theirs
  this these that those thats one ones somebodys
  pt pts bed ward room clinic case consult referred admitted seen known
  mother father parent parents wife husband hubby son daughter baby babys kid kids toddler brother sister gran grandma granddad grandfather
  grandmother nan uncle aunt niece nephew cousin friend neighbor neighbour colleague coworker partner boyfriend girlfriend man woman
  lady gentleman girl boy male female guy client resident widow teacher farmer student
  today yesterday tonight last since ago now still again already yet currently lately recently overnight tomorrow monday tuesday wednesday thursday friday saturday sunday suddenly sudden started stopped
  dear hello worried scared please help`,
);

/** Words for what somebody feels or has at the moment: enough to point where nothing asks in general. */
const felt = asSet(
  `morning afternoon evening night week weeks month months pain pains painful hurt hurts hurting ache aches aching sore swollen swelling bleeding bleed bleeds blood bloody vomiting vomit
  vomited puking fever feverish rash rashes dizzy numb numbness tingling itchy itching itch lump lumps cough coughing breath breathe
  breathing breathless wheezing burning burns tired weak weakness sick ill nausea nauseous faint fainted collapsed collapse unconscious
  stiff cramps cramping diarrhea diarrhoea constipated sweating sweaty shaking shaky swallowed drank ate fell hit cut stung bitten
  broke broken twisted blocked stuck red blue black green yellow pale hot cold feels feel felt weird bad worse better severe awful
  terrible unbearable left right both bilateral side chest stomach belly tummy back knee leg arm foot hand head eye ear throat neck
  hip shoulder jaw face skin lips cant cannot wont not no nothing never lesion lesions stable improving afebrile resectable negative
  positive palpable tender clear soft got had having been woke gave took takes taking on`,
);
const asking = asSet(
  `what whats how why when which who where is are does do can could should would will has have did was at in for among if whose
  explain describe define list name give tell show compare summarise summarize outline write make create draft compose prepare design
  translate calculate find suggest`,
);
const DIGITS = "#";
const PAST = /ed$/;

/** Of these somebody tells something, unless they ask. */
const persons = asSet(
  "i im ive me my we our us he hes she shes her his him mother father mum dad nan gran husband wife son daughter hubby",
);

/** How a sentence speaks: tells of somebody, points at somebody perhaps, asks in general, or is a bare list of words. */
export type Manner = "telling" | "pointing" | "asking" | "bare";

const isIn = (words: ReadonlySet<string>, word: string): boolean =>
  words.has(word) || words.has(word.replace(/s$/, ""));

/** The manner of a sentence's words. Attacker-controlled: it only decides how much the classifier must say for a case. */
export function mannerOf(words: readonly string[]): Manner {
  const isAsking = asking.has(words[0] ?? "");
  if (!isAsking && words.some((word) => isIn(persons, word))) return "telling";
  if (words.some((word) => isIn(pointing, word))) return "pointing";
  if (isAsking) return "asking";
  const isTelling = words.some((word) => felt.has(word) || word === DIGITS || PAST.test(word));
  return isTelling ? "pointing" : "bare";
}
