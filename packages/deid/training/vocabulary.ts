/** Words of the templates' own, by slot; written for this package. */
const list = (text: string): readonly string[] => text.split("|");

export const relations = list(
  "wife|husband|mother|father|mom|dad|mum|son|daughter|sister|brother|aunt|uncle|cousin|niece|nephew|grandmother|grandfather|partner|friend|neighbor|fiancé|stepson|caregiver|roommate|mother-in-law|granddaughter|spouse|twin",
);
export const symptoms = list(
  "chest pain|a headache|shortness of breath|dizziness|nausea|a rash|back pain|knee pain|a sore throat|fever|a cough|blurry vision|swelling in my legs|fatigue|constipation|diarrhea|palpitations|numbness|a fever of 101|trouble sleeping|stomach cramps|heartburn|night sweats|ear pain|weight loss|joint stiffness|itching|tingling|hair loss|bleeding gums|vomiting|belly pain|neck stiffness|a runny nose|muscle aches|hives|chills|hoarseness|bruising|cold hands|leg cramps",
);
export const diagnoses = list(
  "diabetes|hypertension|COPD|asthma|CHF|atrial fibrillation|gout|CKD stage 3|migraine|osteoarthritis|depression|anxiety|hypothyroidism|breast cancer|GERD|pneumonia|DVT|lupus|psoriasis|epilepsy|anemia|sleep apnea|IBS|PCOS|HIV|hepatitis C|multiple sclerosis|type 2 diabetes|CAD|a UTI|endometriosis|cirrhosis|melanoma|dementia|glaucoma|heart failure|obesity|sepsis|BPH|ADHD|bipolar disorder|stage IV lung cancer|HTN|HLD|DM2|osteoporosis",
);
export const brands = list(
  "Tylenol|Advil|Motrin|Aleve|Zyrtec|Claritin|Benadryl|Nexium|Prilosec|Pepcid|Zantac|Lipitor|Crestor|Zocor|Norvasc|Diovan|Cozaar|Coreg|Lopressor|Toprol|Lasix|Bumex|Coumadin|Eliquis|Xarelto|Pradaxa|Plavix|Brilinta|Januvia|Jardiance|Farxiga|Invokana|Trulicity|Ozempic|Wegovy|Mounjaro|Victoza|Lantus|Humalog|Novolog|Levemir|Glucophage|Amaryl|Synthroid|Armour|Prozac|Zoloft|Lexapro|Celexa|Paxil|Cymbalta|Effexor|Wellbutrin|Remeron|Trazodone|Abilify|Seroquel|Zyprexa|Risperdal|Latuda|Vraylar|Lamictal|Depakote|Keppra|Topamax|Tegretol|Neurontin|Lyrica|Xanax|Ativan|Klonopin|Valium|Ambien|Lunesta|Adderall|Ritalin|Concerta|Vyvanse|Strattera|Norco|Vicodin|Percocet|OxyContin|Ultram|Suboxone|Humira|Enbrel|Remicade|Stelara|Cosentyx|Otezla|Xeljanz|Rinvoq|Dupixent|Skyrizi|Taltz|Entyvio|Keytruda|Opdivo|Herceptin|Avastin|Gleevec|Ibrance|Tamoxifen|Arimidex|Femara|Singulair|Advair|Symbicort|Spiriva|Flovent|Ventolin|ProAir|Breo|Trelegy|Flonase|Nasonex|Allegra|Mucinex|Sudafed|Robitussin|Imodium|Miralax|Colace|Dulcolax|Linzess|Viagra|Cialis|Flomax|Proscar|Avodart|Premarin|Mirena|Nexplanon|Yasmin|Plan B|Clomid|Augmentin|Zithromax|Z-Pak|Cipro|Levaquin|Bactrim|Keflex|Flagyl|Valtrex|Zovirax|Tamiflu|Paxlovid|Truvada|Biktarvy|Descovy|Harvoni|Aubagio|Tecfidera|Gilenya|Copaxone|Ocrevus|Tysabri|Aricept|Namenda|Sinemet|Mirapex|Requip|Imitrex|Maxalt|Aimovig|Botox|Fosamax|Prolia|Boniva|Evista|Entresto|Lanoxin|Cordarone|Multaq|Ranexa|Imdur|Zetia|Repatha|Praluent|Vascepa|Chantix|Zofran|Reglan|Phenergan|Protonix|Carafate|Accutane|Retin-A|Eucrisa|Aldactone|Diamox|Demerol|Dilaudid|Toradol|Celebrex|Mobic|Voltaren|Prograf|CellCept|Imuran|Rituxan|Epogen|Neupogen|Procrit|Lovenox|EpiPen|Narcan|Savella|Belsomra|Provigil|Nuvigil|Buspar|Vistaril|Inderal|Tenormin|Zestril|Prinivil|Vasotec|Altace|Benicar|Micardis|Avapro|Hyzaar|Catapres|Minipress",
);
export const generics = list(
  "metformin|lisinopril|amlodipine|atorvastatin|levothyroxine|omeprazole|losartan|gabapentin|sertraline|prednisone|amoxicillin|azithromycin|warfarin|insulin|ibuprofen|acetaminophen|hydrochlorothiazide|metoprolol|furosemide|tramadol|clopidogrel|pantoprazole|montelukast|escitalopram|fluoxetine|trazodone|bupropion|duloxetine|methotrexate|allopurinol|colchicine|cephalexin|doxycycline|albuterol|tamsulosin|spironolactone|apixaban|semaglutide|empagliflozin|buprenorphine|naloxone|lamotrigine|topiramate|quetiapine|aspirin|lithium|vancomycin|heparin|digoxin|amiodarone|aspirin 81|vitamin D|melatonin",
);
export const doses = list(
  "10 mg|5 mg daily|20 mg twice a day|500 mg|1 tablet|half a tablet|2 puffs|10 units|81 mg daily|0.5 mg|40mg qd|1/2 tablet at night|25 mcg|100 mg TID|5 ml|one pill|1000 mg bid|2-4 mg|as needed",
);
export const vitals = list(
  "BP 128/82|BP 140/90|HR 88|pulse 72|temp 98.6|T 37.2|SpO2 97%|O2 sat 95%|RR 16|A1c 7.2%|LDL 142|weight 182 lbs|BMI 31.4|glucose 212|pain 6/10|creatinine 1.3|eGFR 55|INR 2.3|Hgb 9.8|K 4.1|EF 45%|ferritin 12|TSH 3.4|WBC 11.2|height 5'6\"|fever of 102.4",
);
export const labs = list(
  "A1c|CBC|TSH|lipid panel|biopsy|MRI|CT|chest x-ray|colonoscopy|mammogram|blood test|urine culture|EKG|echo|PSA|vitamin D level|Pap|strep test|ultrasound",
);
export const signs = list(
  "Babinski sign|Murphy's sign|Apgar score|Glasgow Coma Scale|Gleason score|Pap smear|Foley catheter|Trendelenburg position|Framingham risk score|Romberg test|Homans sign|McBurney's point|Kernig sign|Brudzinski sign|Tinel sign|Phalen test|Lachman test|McMurray test|Rinne test|Weber test|Allen test|Valsalva maneuver|Ranson criteria|Wells score|Child-Pugh class|Mallampati score|Bishop score|Braden scale|Snellen chart|Doppler|Holter monitor|Swan-Ganz catheter|Hickman line|Kussmaul breathing|Cheyne-Stokes breathing|Cullen sign|Grey Turner sign|Chvostek sign|Trousseau sign|Heberden nodes|Roth spots|Janeway lesions|Osler nodes|Kayser-Fleischer rings|Nissen fundoplication|Whipple procedure|Mohs surgery|Epley maneuver|Heimlich maneuver|Dix-Hallpike test|Borg scale|Likert scale|Rorschach|Barthel index|Karnofsky status|Ashworth scale|Tanner stage|Bristol stool chart|Coombs test|Schirmer test|Mantoux test|Western blot|Gram stain|Wright stain",
);
export const eponyms = list(
  "Parkinson's disease|Alzheimer's|Alzheimer's disease|Crohn's disease|Hodgkin lymphoma|Graves' disease|Hashimoto's thyroiditis|Bell's palsy|Raynaud phenomenon|Raynaud's|Addison's disease|Cushing's syndrome|Huntington's disease|Down syndrome|Turner syndrome|Marfan syndrome|Ehlers-Danlos syndrome|Tourette syndrome|Lyme disease|Barrett esophagus|Barrett's esophagus|Sjögren's syndrome|Guillain-Barré syndrome|Wilson's disease|Kawasaki disease|Ménière's disease|Paget's disease|Behçet's disease|Peyronie's disease|Dupuytren's contracture|Baker's cyst|Achilles tendinitis|Epstein-Barr virus|West Nile virus|Rocky Mountain spotted fever|Ebola|Zika|Lou Gehrig's disease|Legionnaires' disease|Hansen's disease|Wegener's granulomatosis|Henoch-Schönlein purpura|Takayasu arteritis|Still's disease|Reye syndrome|Rett syndrome|Prader-Willi syndrome|Angelman syndrome|Klinefelter syndrome|Fanconi anemia|Gaucher disease|Fabry disease|Pompe disease|Tay-Sachs|Niemann-Pick disease|von Willebrand disease|Christmas disease|Chagas disease|Stevens-Johnson syndrome|Kaposi sarcoma|Ewing sarcoma|Wilms tumor|Burkitt lymphoma|Merkel cell carcinoma|Hirschsprung disease|Meckel diverticulum|Zollinger-Ellison syndrome|Mallory-Weiss tear|Boerhaave syndrome|Conn syndrome|Sheehan syndrome|Asherman syndrome|Lynch syndrome|Gilbert syndrome|Charcot foot|Charcot-Marie-Tooth disease|Friedreich ataxia|Wernicke encephalopathy|Korsakoff syndrome|Lewy body dementia|Pick disease|Creutzfeldt-Jakob disease|Brugada syndrome|Wolff-Parkinson-White|Prinzmetal angina|Buerger disease|Osgood-Schlatter disease|Scheuermann kyphosis|Legg-Calvé-Perthes|Colles fracture|Jones fracture|Lisfranc injury|Morton's neuroma|De Quervain tenosynovitis|Horner syndrome|Adie pupil|Stargardt disease|Fuchs dystrophy|Bowen disease|Darier disease|Norwegian scabies|German measles|Spanish flu|Asperger's|Munchausen syndrome|Stockholm syndrome|Bartter syndrome|Gitelman syndrome|Alport syndrome|Goodpasture syndrome|Berger disease|Coxsackie virus|Norwalk virus|Lassa fever|Marburg virus|Haglund deformity|Sever's disease|Hurler syndrome|Noonan syndrome|Williams syndrome|Edwards syndrome|Patau syndrome|Sturge-Weber|Kleine-Levin syndrome|Ramsay Hunt syndrome|Ludwig angina|Vincent angina|Quinsy|Pott disease|Ekbom syndrome|Dravet syndrome|Lennox-Gastaut|Rasmussen encephalitis",
);
export const occupations = list(
  "teacher|nurse|welder|farmer|plumber|truck driver|retired engineer|baker|carpenter|accountant|cook|student|teller|miner|bus driver|cleaner|lawyer|chef|mechanic|clerk|firefighter|painter",
);
export const organisations = list(
  "Walmart|the post office|Amazon|a bakery|Google|the school district|IBM|Target|Boeing|the city council|Costco|UPS|Ford|the library|Siemens|Toyota|Starbucks|a law firm|the university|Nestlé",
);
export const countries = list(
  "Mexico|Canada|India|Germany|France|Poland|Kenya|Brazil|Vietnam|Turkey|Japan|Italy|Spain|Ghana|Peru|the Philippines|Nigeria|Ukraine|England|Ireland|China",
);
export const states = list(
  "California|Texas|Ohio|Florida|New York|Illinois|Georgia|Michigan|Nebraska|Vermont|Oregon|Arizona|Maine|Kansas|Iowa|Utah|Washington|Virginia|North Carolina|Pennsylvania|TX|CA|OH|FL|NY|IL|GA|MI|NE|WA|NC|MA|CO|MN|TN",
);
export const facilities = list(
  "Mayo Clinic|the Mayo Clinic|Cleveland Clinic|Johns Hopkins|Mass General|Mount Sinai|Mt. Sinai|Cedars-Sinai|Kaiser|Kaiser Permanente|Stanford|Baylor|UCLA|UCSF|Duke|Emory|Vanderbilt|NYU Langone|Brigham and Women's|MD Anderson|Sloan Kettering|Children's National|Sutter Health|Northwestern Memorial|Yale New Haven|Tufts|Scripps|Banner|Geisinger|Intermountain|Walter Reed|Bellevue|Guy's and St Thomas'|Charité|Addenbrooke's|Massachusetts General Hospital|Houston Methodist|Rush|Ochsner|UPMC|UAB|Mercy|St. Jude|Dana-Farber|Bascom Palmer|the VA|CVS on Main|Walgreens on 5th|City Hospital|General Hospital|City Clinic|OHSU|UPenn|UIC|UCSD|LIJ|NYP|MUSC|BIDMC|CHOP|St. Al's|Swedish|Legacy|Providence|Harborview|Grady|Cook County|Parkland|Shriners|City of Hope|Central Hospital|the downtown clinic",
);
export const facilityHeads = list(
  "Mercy|Sunrise|Lakeside|Riverside|Hillcrest|Providence|Good Samaritan|Sacred Heart|Holy Cross|Trinity|Unity|Bayview|Northside|Westside|Eastgate|Greenfield|Oakwood|Cedar|Maple Grove|Harbor|Summit|Valley|Pinnacle|Beacon|Evergreen|Sunnyside|Grace|Hope|Liberty|Heritage|Pioneer|Mountain View|Lakeview|Silver Lake|Clearwater|Stonebridge|Redwood|Blue Ridge|Prairie|Coastal|Queen Elizabeth|King's|Royal|Southgate|Midtown|Parkview|Ridgeview|Kindred|Blessing",
);
export const facilityTails = list(
  "Hospital|General Hospital|Memorial Hospital|Medical Center|Clinic|Urgent Care|Family Practice|Health Center|Community Hospital|Regional Medical Center|University Hospital|Children's Hospital|Surgery Center|Cancer Center|Nursing Home|Rehab|Rehabilitation Center|Hospice|Family Medicine|Pediatrics|Dental|Eye Institute|Cardiology Associates|Pharmacy|Health System|Infirmary|Veterans Hospital|Care Center|Walk-in Clinic|Imaging|Women's Health|Psychiatric Center|Medical Group|Manor|Heart Institute|Orthopedics|Wellness Center|Assisted Living|Dialysis|Internal Medicine|Polyclinic|Sanatorium|Birth Center|Regional|General|Memorial|Methodist|Baptist|Presbyterian|Regional Hospital|Healthcare|Health|Middle School|High School|Elementary|Community College|University|Church|Hearing Center|Sleep Center|Dermatology|OB/GYN|Walgreens|ER",
);
export const saints = list(
  "Mary|Luke|Joseph|Francis|Anthony|Vincent|John|Elizabeth|Anne|Jude|Michael|Peter|Thomas|Catherine|Agnes|Barnabas|Mark|Matthew|Clare|Bernard",
);
export const streetNames = list(
  "Oak|Maple|Elm|Cedar|Main|Church|Park|River|Lake|Hill|Mill|Sunset|Highland|Washington|Lincoln|Jefferson|2nd|3rd|5th|42nd|First|Willow|Birch|Walnut|Chestnut|Franklin|Spring|Meadow|Forest|Ridge|College|Market|Center|Union|Locust|Dogwood|Sycamore|Magnolia|Cherry|Poplar|Juniper|Old Mill|Country Club|Martin Luther King|Rosewood|Bay|Ocean|Pine Ridge|Fox Hollow|King|Queen",
);
export const streetTails = list(
  "St|Street|Ave|Avenue|Rd|Road|Dr|Drive|Ln|Lane|Blvd|Ct|Court|Way|Place|Terrace|Circle|Trail|Pkwy|Loop|Sq|Row|Crescent|Close",
);
/** Names in Latin letters from scripts and languages that the word lists hold only in their own. */
export const romanised = {
  given: list(
    "Wei|Xin|Jing|Hui|Ming|Xiaoyu|Jiahui|Yifan|Haoran|Meiling|Zhihao|Yuxuan|Siyu|Qiang|Fang|Lei|Hiroshi|Yuki|Sakura|Kenji|Haruto|Aiko|Naoko|Takeshi|Emiko|Ren|Ji-woo|Min-jun|Seo-yeon|Hyun|Eun-ji|Jae|Soo-jin|Dong-hyun|Mohammed|Ahmed|Fatima|Aisha|Omar|Youssef|Layla|Khalid|Hassan|Zainab|Abdullah|Noor|Tariq|Samira|Priya|Arjun|Deepti|Rahul|Anjali|Lakshmi|Sanjay|Ananya|Vikram|Kavita|Rohan|Ekaterina|Dmitri|Olga|Svetlana|Nikolai|Yuri|Anastasia|Vladimir|Tatiana|Oksana|Kwame|Kofi|Ama|Chidi|Ngozi|Adaeze|Tunde|Thandiwe|Sipho|Amara|Leilani|Kai|Keanu|Malia|Tamar|Nino|Giorgi|Ara|Anahit|Somchai|Malee|Nguyet|Thanh|Linh|Duc|Aroha|Tane|Siobhan|Niamh|Eoin|Caoimhe|Xochitl|Itzel|Nayeli",
  ),
  surnames: list(
    "Wang|Li|Zhang|Chen|Liu|Yang|Huang|Zhao|Wu|Zhou|Xu|Sun|Ma|Zhu|Lin|Tanaka|Suzuki|Sato|Watanabe|Yamamoto|Nakamura|Kobayashi|Kato|Yoshida|Kim|Park|Lee|Choi|Jung|Kang|Cho|Yoon|Al-Farsi|Haddad|Khoury|Mansour|El-Sayed|Abdallah|Hassan|Rahman|Hussain|Khan|Malik|Begum|Patel|Singh|Kaur|Sharma|Gupta|Iyer|Reddy|Nair|Kapoor|Chatterjee|Banerjee|Ivanova|Petrov|Kuznetsov|Smirnova|Volkov|Kovalenko|Shevchenko|Mensah|Boateng|Okafor|Adeyemi|Nkosi|Dlamini|Mwangi|Kamau|Abebe|Tesfaye|Kealoha|Kahale|Begay|Yazzie|Tsosie|Gelashvili|Hovhannisyan|Srisai|Tran|Pham|Hoang|Ngo|Ó Briain|Ní Dhomhnaill|Quispe|Mamani|Santos|Dela Cruz|Bautista|Wirawan|Sutanto|Safitri|Hartono",
  ),
} as const;
export const wordNames = {
  given: list(
    "Mark|Bill|Frank|Grace|Hope|Faith|Joy|May|June|April|Rose|Summer|Dawn|Grant|Chase|Drew|Art|Rich|Will|Jack|Pat|Sue|Rob|Dale|Glen|Cliff|Heath|Jade|Ruby|Pearl|Amber|Violet|Daisy|Lily|Ivy|Iris|Olive|Autumn|Skip|Chip|Gene|Guy|Max|Miles|Norm|Page|Penny|Ray|Rusty|Sandy|Star|Sunny|Wade|Ward|Angel|Christian|Destiny|Earnest|Harmony|Mercy|Patience|Prudence|Virtue|Constance|Melody|River|Sky|Storm|Blaze|Buck|Bud|Candy|Carol|Cherry|Crystal|Eve|Fern|Ginger|Hazel|Holly|Honey|Lance|Mason|Nick|Peg|Robin|Sage|Trip|Van|Woody",
  ),
  surnames: list(
    "Rich|Price|Day|Post|Case|Bright|Frost|Sharpe|May|Moody|Small|Little|Long|Short|Young|Old|White|Black|Brown|Green|Gray|Gold|Silver|Stone|Wood|Woods|Field|Hill|Rivers|Lake|Brook|Pond|Snow|Rain|Winter|Summers|Showers|Weeks|Knight|King|Bishop|Pope|Abbott|Cook|Baker|Butcher|Carpenter|Mason|Potter|Smith|Hunter|Fisher|Shepherd|Farmer|Gardner|Porter|Page|Ward|Pain|Payne|Heart|Hand|Head|Foot|Bone|Back|Blood|Love|Hope|Joy|Power|Strong|Wise|Swift|Savage|Bliss|Grim|Church|Temple|Bell|Banks|Waters|Marsh|Moss|Reed|Bush|Berry|Rice|Bean|Pepper|Salt|Ham|Fish|Drake|Crane|Swan|Bird|Wolf|Fox|Lamb|Bull|Pace|Cross|Rush|Dash|Gates|Park|Parks|Street|Lane|Rhodes|Walls|House|Castle|Self|Early|Sweet|Best|Good|Goodman|Friend|Law|Judge|Sargent|Major|Battle|Cash|Pounds|Cost|Nichols|Dollar|Free|Noble|Ruff|Blunt|Crisp|Dull|Eager|Fine|Flood|Outlaw|Rash|Sick|Doctor|Fever|Means|Person|Man|Chance|Counts|Cure|Dye|English|French|German|Holiday|Ill|Mark|Minor|Merry|Patient|Pill",
  ),
} as const;
/** Places written by hand for what the lists lack. */
export const months = list(
  "January|February|March|April|May|June|July|August|September|October|November|December",
);
