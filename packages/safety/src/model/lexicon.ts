/**
 * What single words are about, so that a model that learnt "belt" and "ribs" also reads "strap" and "sternum".
 * `word*` is any word that begins so. A word may be about several things.
 */
export const lexicon: Readonly<Record<string, string>> = {
  chest:
    "chest breastbone sternum sternal substernal retrosternal precordial ribcage ribs rib breastplate thorax",
  heart: "heart hearts cardiac coronary ticker heartbeat angina icd pacemaker defibrillator",
  pressure:
    "pressure tight tightness tightening tighten squeez* crush* heavy heaviness heavier constrict* clench* grip* gripping clamp* compress* pressing press weight band belt strap rope vice vise corset anvil elephant lorry truck car horse brick* boulder rock stone sitting kneeling standing parked fist bar cement piled",
  pain: "pain pains painful hurt hurts hurting ache aches aching achy sore soreness agony agonising agonizing cramp* throb* stabbing stab sting* discomfort tender tenderness burning burns killing twinge colic* ow ouch",
  severe:
    "severe severely terrible terribly awful unbearable excruciating intense intensely agonising agonizing worst horrible horrendous horrific extreme extremely massive violent violently unreal blinding splitting screaming ferocious incredible unbelievable badly worse worsening agony writh* doubled explosive exploded brutal dreadful",
  tearing: "tearing ripping shearing rips tears",
  sudden:
    "sudden suddenly abrupt* instant* immediately seconds overnight acute acutely unexpectedly nowhere blue thunder* thunderclap second",
  now: "now today tonight currently still minutes minute hour hours hrs hr mins morning just ago afternoon lunch breakfast midnight",
  radiate:
    "radiat* spread* shoot* travel* running runs moves moving moved creeping goes going migrat* down into",
  arm: "arm arms shoulder shoulders elbow wrist hand hands fingers finger thumb shoulderblade blades",
  jaw: "jaw jaws teeth tooth neck chin throat",
  sweat: "sweat* clammy diaphor* drench* soaked dripping perspir*",
  pale: "pale grey gray ashen white pallor pasty colourless putty ghost sheet milk waxy",
  blue: "blue bluish purple dusky cyanos* cyanotic cyanosed mottled mottling marbled blotchy",
  lips: "lips lip nails fingernails fingertips",
  faint:
    "faint fainted fainting lightheaded woozy dizzy dizziness giddy swoon* syncope presyncope blackout passed wobbly greying whoozy vertigo spinning",
  collapse: "collaps* keeled slumped dropped slump unconscious unresponsive floor crumpled",
  breath:
    "breath breathe breathes breathing breaths air breathless breathlessness dyspnea dyspnoea respir* puff puffed winded inhale inhaling panting pant pants gasp gasping gasps",
  cannot:
    "cant cannot couldnt unable wont hardly barely struggl* trouble difficulty difficult fighting battling isnt doesnt didnt no not hasnt havent never nothing without stopped lost losing impossible",
  noisy:
    "wheez* whistl* stridor crowing rattl* gurgl* grunt* raspy barking squeak* snor* gargl* rasp* hoarse",
  asthma: "asthma asthmatic inhaler puffer ventolin salbutamol albuterol nebuliser nebulizer nebs reliever",
  copd: "copd emphysema bronchitis obstructive",
  oxygen: "oxygen sats saturation oximeter spo2 saturations",
  effort: "ribs sucking retract* recession nostrils flar* accessory tummy bobbing exhausted tiring pulling",
  choke: "chok* stuck lodged wedged gag gagging heimlich airway windpipe",
  swallow: "swallow* swallowing gulp* drool* dribbl* saliva spit",
  face: "face facial mouth smile cheek eyelid lip forehead",
  droop:
    "droop* slid slipped sagg* sags lopsided crooked wonky slack skew* asymmetr* uneven dropped melted hanging twisted sliding",
  speech: "speech speak speaking speaks talk talking talks words word sentence* voice say language",
  garbled:
    "slur* garbl* jumbl* gibberish nonsense mush muddled mumbl* aphasi* dysarthri* porridge rubbish drunk",
  weak: "weak weakness numb numbness limp floppy dead paraly* tingl* lead jelly rubber wooden useless heavy hemipar* hemipleg* pins needles buckle* buckling giving feeling sensation dragging drags",
  side: "side sided left right half one unilateral",
  leg: "leg legs foot feet knee knees thigh thighs hip toes toe ankle ankles limb limbs",
  calf: "calf calves shin",
  vision: "vision sight see seeing saw visual blind blindness blurr* blurry sighted",
  eye: "eye eyes eyeball pupil pupils cornea",
  curtain:
    "curtain shadow veil shade blind grey floaters flashes flashing soot halos haloes sparkl* sparkly zigzag* spots stars lights",
  balance: "balance stagger* stumbl* unsteady walk walking straight veer* topple* falling",
  headache: "headache headaches migraine skull temple temples brain",
  head: "head heads forehead skull scalp",
  confused:
    "confus* disorient* delirious delirium muddled incoherent rambling ramble raving hallucin* agitat* recognise recognize riddles sense bewildered daft nonsense disoriented encephal* altered mental",
  drowsy:
    "drows* sleepy lethargic lethargy listless somnol* unrousable rouse rousable awake wake waking waken woken unconscious responsive respond responding response nodding dopey floppy limp unresponsive",
  seizure:
    "seizure* seizing convuls* fit fits fitting fitted jerk* twitch* epilep* shaking shook foaming stiffened tonic clonic",
  fever: "fever* febrile temperature temp pyrexia hot boiling feverish thermometer",
  chills: "chills shiver* rigor* shaking shakes shakes trembling",
  infection:
    "infection infected pus abscess cellulitis pneumonia wound septic sepsis uti catheter discharge foul smelly smells stinks rotten oozing",
  immune:
    "chemo chemotherapy transplant neutropen* immunosuppress* spleen methotrexate clozapine immune leukaemia leukemia hiv marrow",
  stiff: "stiff stiffness rigid rigidity locked lockjaw trismus spasm* arching clamped",
  neck: "neck chin nuchal",
  photophobia: "light lights photophobia bright brightness curtains",
  rash: "rash rashes spots spot blotches blotch marks petechia* purpur* bruise bruises bruising dots",
  glass: "glass fade fades fading blanch* press pressed pressing disappear tumbler",
  travel:
    "africa kenya ghana nigeria uganda india tanzania malawi congo thailand safari tropic* malaria abroad cambodia indonesia sierra gambia senegal angola vietnam returned",
  tick: "tick ticks camping hiking woods",
  yellow: "yellow jaundice* icter* icterus",
  swell:
    "swell* swollen puff* puffy balloon* huge enlarged bigger bulging edema oedema fat thick bloated distend* distension inflat*",
  tongue: "tongue lips lip throat uvula airway",
  hives: "hives welts urticaria itchy itching itch blotches nettle*",
  allergen:
    "nut nuts peanut* cashew* almond* hazelnut* sesame prawn* shrimp* shellfish crab lobster fish egg eggs milk kiwi strawberr* wasp bee hornet sting stung penicillin amoxicillin antibiotic antibiotics contrast latex ants allerg* anaphyl* epipen adrenaline epinephrine",
  bleed: "bleed* blood bloody bled haemorrh* hemorrh* clots clot nosebleed*",
  spurt:
    "spurt* pump* gush* pour* squirt* soak* flood* spray* everywhere puddle pool towels towel pads pad tampon* drenched",
  thinner:
    "warfarin apixaban eliquis rivaroxaban xarelto dabigatran clopidogrel thinner thinners anticoag* heparin coumadin haemophil* hemophil*",
  vomit: "vomit* throw throwing threw puk* sick nausea* nauseous retch* spew* barf*",
  coffee: "coffee grounds grains gritty",
  stool:
    "stool stools poo poos poop faec* feces motions bowel bowels toilet bottom rectum rectal diarrh* loose nappy",
  black: "black tar tarry tarlike liquorice sticky melaena melena",
  cough: "cough* sputum phlegm hack* hemopt* haemopt*",
  froth: "froth* foam* pink",
  wound:
    "cut cuts gash* sliced slash* slit wound stab stabbed severed amputat* chopped laceration deep bite bitten bit saw knife blade nail glass stitches",
  bone: "bone bones fracture* broken broke shattered skull dislocat*",
  fall: "fell fall fallen tumbled slipped ladder stairs roof knocked hit banged bumped smashed crash crashed accident trampled kicked struck thrown motorbike bike horse dived",
  crush: "trapped crushed pinned forklift tractor",
  deformed: "deformed angle wrong backwards sticking poking hanging twisted shorter bent",
  burn: "burn burned burnt burns scald* boiling blister* charred fire flames oil kettle steam acid bleach chemical caustic electr* shock lightning peeling smoke soot",
  heat: "heat heatstroke sunstroke sun marathon sauna sweating",
  cold: "cold freezing ice icy snow hypotherm* frostbit* frost",
  drown: "drown* pool bath pond lake river canal underwater water sea",
  belly: "belly stomach tummy abdomen abdominal gut guts tum epigastri* navel pelvic pelvis umbilic*",
  hard: "hard rigid board rock solid drum guarding rebound distended",
  flank: "flank loin groin kidney kidneys renal ureter*",
  moved: "moved moving migrated shifted lower quadrant appendi* bump jump jumping straighten",
  hernia: "hernia lump obstruct* wind gas feculent bile bilious green",
  pee: "pee peed peeing wee urine urinat* urination wet bladder nappies nappy diaper diapers water",
  diabetes:
    "diabet* insulin sugar sugars glucose ketone* ketoacidosis dka hypo hypos pump glucagon meter polyuria polydipsia thirst* thirsty",
  fruity: "fruity acetone pear sweet varnish polish",
  weightloss: "weight thinner thin gaunt",
  pregnant:
    "pregnan* gestation trimester expecting bump womb baby postpartum birth contractions labour labor waters delivered miscarr* ectopic fetal foetal antenatal",
  movement: "move moved moving movement movements kick kicks kicking kicked still",
  cord: "cord crowning push pushing head",
  baby: "baby babies newborn infant neonate fontanelle* fontanel* nappies breastfeed* bottle feed feeds feeding",
  child:
    "child children kid kids toddler son daughter boy girl grandson granddaughter niece nephew little lad",
  elderly: "grandma grandad grandpa granddad gran nan granny elderly grandmother grandfather",
  person:
    "he she him her husband wife partner mum mom dad mother father friend brother sister neighbour colleague he's hes shes man woman",
  self: "i im me my ive myself",
  testicle: "testic* testis balls ball nut nuts scrot* erection penis foreskin nads bollock*",
  saddle: "saddle genitals bum bottom buttocks wipe perine* anus groin crotch incontinen*",
  back: "back spine spinal disc sciatica lumbar",
  took: "took taken swallowed swallow necked downed ate eaten drank drunk drinks ingest* popped gobbled gulped licked injected snorted smoked overdos* od oded chewed",
  pills:
    "pill pills tablet tablets tabs capsule* paracetamol tylenol acetaminophen ibuprofen aspirin antidepress* sleeping painkiller* meds medication medicine codeine packet pack strip blister bottle box dose doses insulin methadone morphine digoxin lithium iron citalopram sertraline",
  many: "whole entire all handful loads lots many much extra double twice triple empty full too",
  drugs:
    "heroin fentanyl coke cocaine meth ketamine ecstasy mdma spice ghb gear opioid* cannabis pills weed edible*",
  alcohol: "vodka whisky whiskey alcohol alcoholic drinking booze drunk gin rum beer",
  withdrawal: "withdraw* quit stopped detox turkey",
  poison:
    "bleach cleaner antifreeze detergent pod pods poison* toxic petrol kerosene thinner pesticide weedkiller battery batteries magnet* disinfectant turpentine berries mushroom* toadstool* foxglove acid lye caustic mercury fumes chlorine ammonia rat screenwash methanol solvent sanitiser dishwasher laundry",
  animal: "snake snakes adder viper cobra rattlesnake scorpion spider jellyfish dog bat fox monkey fangs",
  co: "monoxide co boiler generator furnace heater stove garage exhaust barbecue bbq fumes alarm detector chimney",
  household: "everyone family all both us house home indoors inside flatmates",
  withdrawalsign: "shaking shakes tremor* trembling sweating hallucin* bugs spiders seeing hearing",
  chemicaleye: "splash* squirt* chemical bleach acid cement lime ammonia solvent superglue spray*",
  clotrisk:
    "flight flew plane surgery operation op replacement cast plaster immobil* bedridden pill contracept* cancer journey drive drove",
  steroid: "addison* steroid* hydrocortisone adrenal prednisolone",
  dialysis: "dialysis kidney potassium fistula",
  sickle: "sickle",
  die: "die dying dead death dies suicid* kill killing killed unalive kms end ending life live living alive exist hang hanging hanged overdose jump jumping",
  wish: "want wanna wish going gonna plan plans planning planned decided ready intend will hope need",
  method:
    "rope noose gun rifle shotgun pistol razor blade knife bridge roof ledge cliff train tracks platform balcony gas helium exhaust belt pills insulin",
  farewell: "goodbye goodbyes note notes letter letters farewell will sorry last final forever heaven",
  worthless: "worthless hopeless pointless burden useless empty nobody alone better without trapped",
  selfharm: "cut cutting harm harming burning myself herself himself purpose wrists wrist thighs razor blade",
  violence:
    "hit hits hitting beat beats beating punch* choked strangl* kick* raped rape assault* molest* abus* threaten* threatens violent attack* stab shoot gun knife weapon afraid scared hiding locked hurts touches",
  voices: "voices voice devil god demons radio tv spying followed chip implanted poisoned satan",
  urgenthelp: "help hlp emergency ambulance urgent asap 911 999 112 please",
  // What speaks against an emergency now.
  mild: "mild slight slightly little bit small minor minimal occasional occasionally sometimes tiny",
  fine: "fine ok okay well normal normally better improving improved happy playing plays healed healing gone usual smiling comfortable healthy stable",
  chronic: "years months chronic always usual recurrent again ongoing since seasonal yearly",
  ago: "ago last year previously used childhood former past history survived once",
  ask: "what whats how why when which should could would does is are can explain difference symptoms signs causes treatment prevent information meaning",
  hypothetical:
    "if someone somebody anyone suppose imagine case ever might people person general curious wondering wonder",
  study:
    "exam essay novel course class quiz homework school lecture presentation film book documentary training leaflet prevention research blog article poster",
  relativehistory: "family hereditary runs genetic inherited risk died aged grandparents uncle aunt cousin",
  errand:
    "appointment book booking repeat prescription refill form insurance clinic opening vaccine jab booster travel physio referral results thank thanks cream advice tips",
  therapy:
    "therapist therapy counsel* cope coping feelings anxious anxiety stress stressed worried relationship marriage divorce breakup confidence grief lonely",
  cold2: "cold sneez* runny snotty blocked stuffy sinus hay pollen sore sniff* congestion",
  skin: "skin cream dry flaky eczema acne mole wart verruca stye dandruff ulcer blister",
};
