import type { ReasonCode } from "./reasons.ts";

/** Words of a topic, by their beginnings; a `$` at the end asks for the whole word. Lower case, without accents. */
const stems: readonly (readonly [ReasonCode, string])[] = [
  [
    "TOPIC_MENTAL_HEALTH",
    `depress antidepress anxi$ anxiety anxious suicid bipolar schizo psychos psychot psychiat psychother therapist manic$ mania$ panic ptsd$ ocd$ adhd$ autis asperger
    anorex bulimi purging hallucinat paranoi delusion self-harm selfharm hopeless lonely grief grieving bereave counsel counsellor mental cutting$ overdos
    sertraline fluoxetine prozac zoloft citalopram escitalopram lexapro venlafaxine bupropion wellbutrin mirtazapine lithium lamotrigine quetiapine seroquel olanzapine risperidone
    aripiprazole clozapine haloperidol adderall ritalin methylphenidate ssri$ snri$ phq$ gad$ voices$ breakdown$ burnout insomnia trauma borderline dissociat
    depresion depressao depressione deprimid deprimee ansiedad angst$ angoiss suizid psychisch`,
  ],
  [
    "TOPIC_SUBSTANCE_USE",
    `alcohol drunk$ drinks$ drinker drinking binge booze vodka whiskey sober aa$ rehab detox relaps addict heroin cocaine crack$ meth$ methamphet amphetamin mdma$ ecstasy$ opioid opiate
    fentanyl oxycod oxycontin cannabis marijuana weed$ thc$ methadone buprenorphine suboxone naloxone narcan naltrexone disulfiram benzo$ benzos$ xanax
    ketamine lsd$ kratom injecting$ shooting$up vape vaping overdos withdrawal drugs$ alcoholi alkohol droga drogue drogen`,
  ],
  [
    "TOPIC_HIV",
    `hiv$ aids$ antiretrovir prep$ pep$ truvada biktarvy cd4 seropositiv undetectable vih$ sida$`,
  ],
  [
    "TOPIC_REPRODUCTIVE",
    `pregnan miscarr abort contracep birth-control ivf$ infertil fertil menstru period$ periods$ ovulat conceive conception vagin penis penile erectil erection sperm semen uter ovar
    cervi cervix hpv$ herpes chlamyd gonorr syphil std$ sti$ sexual sex$ intercourse orgasm libido condom plan-b morning-after iud$ gestation trimester fetus fetal foetus ectopic postpartum breastfe
    lactat menopaus endometri pcos$ hysterect vasectom transgender gender$ testost estrogen gravida obstet midwif embaraz enceinte schwanger gravida incinta abtreib`,
  ],
  [
    "TOPIC_GENETIC",
    `genetic gene$ genes$ genom dna$ brca mutation hereditar inherit carrier$ carries$ huntington cystic-fibrosis sickle trisomy karyotyp chromosom lynch$ thalass hemophil haemophil
    factor-v-leiden marfan fragile-x tay-sachs`,
  ],
  [
    "TOPIC_VIOLENCE",
    `violen abus assault rape$ raped$ rapist molest beat$ beats$ beaten chok strangl stalk threaten threatens weapon stabb gunshot shot$ punched kicked trafficking
    domestic neglect harass violaci vergewalt`,
  ],
  [
    "TOPIC_MINOR",
    `toddler infant newborn neonat baby$ babys$ babies$ child$ childs$ kid$ kids$ children$ boy$ girl$ schoolboy schoolgirl teen$ teens$ teenag adolesc pediatr paediatr minor$ preschool kindergart
    son$ sons$ daughter daughters grandson granddaughter grandchild nephew$ niece$ stepson stepdaughter twins$ nicu$ daycare creche hijo$ hija$ filho$ filha$ fils$ fille$ sohn$ tochter$ kind$ nino$ nina$ figlio$ figlia$ bebe$`,
  ],
];

interface Stems {
  readonly code: ReasonCode;
  readonly whole: ReadonlySet<string>;
  readonly phrases: readonly string[];
  readonly beginnings: ReadonlySet<string>;
}

const LONGEST = 14;
const SHORTEST = 3;

const topics: readonly Stems[] = stems.map(([code, list]) => {
  const all = list.split(/\s+/);
  const isPhrase = (stem: string): boolean => /.[-$]./.test(stem);
  return {
    code,
    whole: new Set(all.filter((stem) => stem.endsWith("$")).map((stem) => stem.slice(0, -1))),
    phrases: all.filter(isPhrase).map((stem) => ` ${stem.replaceAll(/[-$]/g, " ")}`),
    beginnings: new Set(all.filter((stem) => !stem.endsWith("$") && !isPhrase(stem))),
  };
});

const MINOR_AGE =
  /(?<![\p{L}\d.])(?:(?:[1-9]|1[0-7])[\s-]?(?:y\/?o|(?:yrs?|years?)[\s-]?olds?)(?!\p{L})|(?:[1-9]|1[0-7])\s?[MF](?![\p{L}\d%/])|(?:[1-9]|[12]\d|3[0-6])[\s-]?(?:m\/?o|mo|months?|weeks?|wks?|days?)[\s-]old)/iu;

/** "G2P1", "at 34 weeks", "HIV+": topics that no single word names. */
const wordings: readonly (readonly [ReasonCode, RegExp])[] = [
  ["TOPIC_MINOR", MINOR_AGE],
  ["TOPIC_HIV", /\bhiv\s?[+-]/i],
  ["TOPIC_REPRODUCTIVE", /\bG\d{1,2}\s?P\d|\b(?:at|now) \d{1,2}(?:\+\d)? weeks\b/i],
  [
    "TOPIC_VIOLENCE",
    /\b(?:hit|hits|hitting|slaps?|slapped|punch(?:es|ed)?|kick(?:s|ed)?|push(?:es|ed)|shov(?:es|ed)|grab(?:s|bed)|locks?|locked|scares?|follows|controls) (?:me|her|him|us|them|my)\b/i,
  ],
];

function isIn({ whole, beginnings }: Stems, word: string): boolean {
  if (whole.has(word)) return true;
  for (let length = SHORTEST; length <= Math.min(word.length, LONGEST); length += 1)
    if (beginnings.has(word.slice(0, length))) return true;
  return false;
}

/** Protected topics that a text touches, whoever it is about. `words` are those of the text, in order. */
export function topicsOf(text: string, words: readonly string[]): ReasonCode[] {
  const distinct = new Set(words);
  const joined = ` ${words.join(" ")}`;
  const out = topics
    .filter(
      (topic) =>
        [...distinct].some((word) => isIn(topic, word)) ||
        topic.phrases.some((phrase) => joined.includes(phrase)),
    )
    .map(({ code }) => code);
  return [...new Set([...out, ...wordings.flatMap(([code, pattern]) => (pattern.test(text) ? [code] : []))])];
}
