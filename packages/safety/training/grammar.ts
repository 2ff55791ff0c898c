import type { Seeded } from "../../../tools/training/seeded.ts";

/** What `{P}` and its like stand for in the training texts. */
const slots: Readonly<Record<string, string>> = {
  P: "my husband|my wife|my mum|my mom|my dad|my father|mother|grandma|my grandad|my partner|my son|my daughter|my friend|my neighbour|a colleague|my brother|my sister|my flatmate|the old man next door|our aunt|nan|my boyfriend|someone here|a resident",
  C: "my toddler|my son|my daughter|my 2 year old|our little girl|my boy|the baby|my 4 year old|my grandson|my niece|our kid|a child in my class|my youngest",
  W: "20|24|28|30|32|34|36|38|39",
  Y: "3 week old|5 week old|six week old|2 month old|10 day old|7 week old baby|one month old|2 week old newborn|9 week old baby|11 week old",
  Yw: "4 weeks old|two months old|6 weeks|ten weeks old|12 days old",
  D: "psoriasis|lupus|gout|celiac disease|rheumatoid arthritis|fibromyalgia|kidney disease|hepatitis c|glaucoma|hypothyroidism|type 2 diabetes|parkinson's|multiple sclerosis|endometriosis|crohn's|ulcerative colitis|sleep apnea|tinnitus|heart failure|atrial fibrillation|copd|epilepsy|osteoporosis|prostate cancer|breast cancer|leukemia|a hernia|gallstones|kidney stones|shingles|sarcoidosis|neuropathy|scoliosis|vitiligo|rosacea|macular degeneration|marfan syndrome|down syndrome|sickle cell trait|cystic fibrosis|an aneurysm that is being watched|a fatty liver|lyme disease|hpv|herpes|pcos|meniere's|a pituitary tumor|raynaud's|spinal stenosis|dementia|cerebral palsy|autism|adhd|bipolar disorder|hemochromatosis|dystonia|myasthenia|a rare genetic disease",
  R: "metformin|lisinopril|levothyroxine|prednisone|sertraline|gabapentin|atorvastatin|amlodipine|omeprazole|tramadol|warfarin|methotrexate|lamotrigine|insulin|ambien|cetirizine|propranolol|xarelto|clopidogrel|hydroxychloroquine|adderall|losartan|botox|humira",
  A: "19|23|27|31|35|39|42|46|51|56|59|62|66|68|72|77|81|86",
  M: "man|woman",
  Mx: "Male|Female",
  K: "3-year-old|6-year-old|9-year-old|14-year-old|2-year-old girl|5-year-old boy|12-year-old girl|17-year-old",
};

/** Innermost `(a|b)` first. */
const GROUP = /\(([^()]*)\)/;
const SLOT = /\{(\w+)\}/;

/** One text of a line: `(a|b)` is one of them, `(a|)` may be left out, `{P}` is one of a slot. */
export function expand(line: string, random: Seeded): string {
  let text = line;
  for (let slot = SLOT.exec(text); slot !== null; slot = SLOT.exec(text)) {
    const values = slots[slot[1] ?? ""];
    if (values === undefined) throw new Error(`unknown slot in: ${line}`);
    text = text.replace(slot[0], random.pick(values.split("|")));
  }
  for (let group = GROUP.exec(text); group !== null; group = GROUP.exec(text)) {
    const choice = random.pick((group[1] ?? "").split("|"));
    text = text.replace(group[0], () => choice);
  }
  return text.replaceAll(/\s+/g, " ").replaceAll(" ,", ",").trim();
}

/** Lines of a file by their `# heading`. */
export function sectionsOf(file: string): { heading: string; line: string }[] {
  let heading = "";
  return file.split("\n").flatMap((line) => {
    if (line.startsWith("# ")) heading = line.slice(2);
    return line === "" || line.startsWith("# ") ? [] : [{ heading, line }];
  });
}
