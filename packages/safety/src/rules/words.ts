import type { WordClasses } from "../patterns.ts";

/** Sets of words that many wordings share. */
export const wordClasses: WordClasses = {
  cant: "cant/cannot/couldnt/unable/struggl*/hard/hardly/barely/difficult/difficulty/difficulties/trouble/fighting/fight/problem/problems",
  cannot: "cant/cannot/couldnt/unable/wont/hardly/barely/not/struggl*/doesnt/isnt",
  breathe: "breath/breathe/breathes/breathing/breaths",
  pain: "pain/pains/painful/hurt/hurts/hurting/ache/aches/aching/sore/agony/cramp/cramps/cramping/discomfort/ow",
  badpain: "pain/pains/hurt/hurts/hurting/ache/aches/agony/discomfort/burning/burns",
  severe:
    "severe/severely/terrible/terribly/awful/unbearable/excruciating/intense/agonising/agonizing/worst/horrible/horrendous/extreme/extremely/crushing/stabbing/tearing/splitting/massive/violent/incredible/badly/agonizingly/searing/blinding/ferocious",
  sudden: "sudden/suddenly/abrupt*/overnight/instantly/acute/acutely/unexpectedly",
  belly: "pelvic/pelvis/ovary/abdomen/abdominal/belly/stomach/tummy/tum/gut/guts",
  side: "side/sided/half",
  limb: "arm/arms/leg/legs/hand/hands/limb/foot/fingers",
  weak: "weak/weakness/numb/numbness/limp/floppy/heavy/droop*/jelly/wood/wooden/rubber/lead/useless/paralysed/paralyzed/paralysis/dead/tingl*/hemiparesis/hemiplegia",
  face: "face/mouth/smile/lip/cheek/facial",
  chest: "chest/breastbone/sternum/ribs/ribcage/rib/breastplate/substernal/retrosternal/heart",
  weight:
    "truck/lorry/car/elephant/horse/brick/bricks/boulder/rock/stone/weight/anvil/ton/tonne/belt/strap/rope/band/vice/vise/clamp/fist/corset/bus",
  kill: "kill/killing/hurt/hurting/harm/harming/stab/stabbing/shoot/shooting/strangle/strangling/smother/smothering/suffocate/suffocating/drown/drowning/shake/shaking/poison/poisoning/attack/attacking",
  close:
    "baby/child/children/kid/kids/son/daughter/wife/husband/partner/mother/mum/mom/father/dad/brother/sister/family/boss/neighbour/neighbor/flatmate/roommate/people/someone/somebody/everyone/him/her/them/girlfriend/boyfriend/coworker*/colleague*/parents/classmate*/teacher",
  drug: "cocaine/heroin/crack/meth/speed/ketamine/mdma/ecstasy/molly/fentanyl/spice/gear/coke/ghb/acid/lsd/something/pills/drugs/stuff",
  baby: "baby/babies/newborn/infant/neonate/babys",
  child:
    "child/children/kid/kids/toddler/son/daughter/boy/girl/grandson/granddaughter/baby/infant/newborn/twins/niece/nephew/grandchild/one",
  person:
    "he/she/they/him/her/husband/wife/partner/mum/mom/mother/dad/father/son/daughter/baby/child/kid/boy/girl/toddler/brother/sister/friend/mate/flatmate/roommate/boyfriend/girlfriend/grandma/grandpa/grandad/granddad/gran/granny/nan/grandmother/grandfather/uncle/aunt/neighbour/neighbor/man/woman/colleague/patient/cousin/someone/somebody/hes/shes/guy",
  took: "took/taken/take/taking/swallow*/ate/eaten/drank/ingest*/popped/downed/necked",
  swallowed: "drank/drunk/drink/drinking/swallow*/ate/eaten/eating/ingest*/licked/sipped/gulped/chew*",
  pills:
    "pill/pills/tablet/tablets/tabs/capsule/capsules/medicine/medicines/medication/medications/meds/paracetamol/tylenol/acetaminophen/ibuprofen/advil/aspirin/antidepress*/sleeping/painkiller*/opioid*/codeine/xanax/valium/insulin/panadol/drugs/dose/doses/antihistamine*/benadryl/metformin/percocet/oxycontin/oxycodone/oxy/melatonin/lithium/tramadol/morphine/fentanyl/heroin/beta/warfarin/digoxin/sertraline/prozac/zoloft",
  now: "now/today/tonight/currently/right",
  blue: "blue/bluish/purple/grey/gray/mottled/cyanosis/cyanotic/cyanosed",
  fever: "fever/feverish/febrile/pyrexia/fevers",
  vomit: "vomit*/throwing/throw/threw/puk*/sick/barf*",
  swell:
    "swelling/swollen/swell/swells/swelled/puffy/puffing/puffed/huge/fat/thick/balloon*/enormous/edema/oedema",
};
