/** Medicines by their generic names, brands and families, one group a line. */
export const medicines = `
paracetamol, acetaminophen, tylenol, panadol, calpol, apap
ibuprofen, advil, motrin, nurofen, brufen
naproxen, aleve, naprosyn, anaprox
aspirin, acetylsalicylic acid, asa, disprin, bayer aspirin
diclofenac, voltaren, voltarol, cataflam
celecoxib, celebrex
meloxicam, mobic
anti inflammatory, nsaid, nsaids, non steroidal anti inflammatory drug, nonsteroidal anti inflammatory drug
painkiller, analgesic, pain reliever, pain medicine, pain killer
opioid, narcotic, opiate, opioids
morphine, ms contin
oxycodone, oxycontin, percocet, roxicodone
hydrocodone, vicodin, norco, lortab
tramadol, ultram
codeine, co codamol
fentanyl, duragesic
methadone, dolophine
buprenorphine, suboxone, subutex
naloxone, narcan
water pill, diuretic, water tablet, diuretics
furosemide, lasix, frusemide
hydrochlorothiazide, hctz, microzide
spironolactone, aldactone
blood thinner, anticoagulant, blood thinners, anticoagulants
warfarin, coumadin
apixaban, eliquis
rivaroxaban, xarelto
dabigatran, pradaxa
heparin, low molecular weight heparin, enoxaparin, lovenox
clopidogrel, plavix
clot buster, thrombolytic, tissue plasminogen activator
ace inhibitor, angiotensin converting enzyme inhibitor, ace inhibitors
lisinopril, zestril, prinivil
ramipril, altace, tritace
enalapril, vasotec
angiotensin receptor blocker, arb, angiotensin ii receptor blocker
losartan, cozaar
valsartan, diovan
beta blocker, beta blockers, beta adrenergic blocking agent
metoprolol, lopressor, toprol
atenolol, tenormin
propranolol, inderal
bisoprolol, zebeta, cardicor
carvedilol, coreg
calcium channel blocker, calcium antagonist
amlodipine, norvasc, istin
diltiazem, cardizem
digoxin, lanoxin, digitalis
nitroglycerin, glyceryl trinitrate, gtn, nitro spray, nitrostat
amiodarone, cordarone, pacerone
statin, statins, cholesterol pill, hmg coa reductase inhibitor, cholesterol tablet
atorvastatin, lipitor
simvastatin, zocor
rosuvastatin, crestor
pravastatin, pravachol
ezetimibe, zetia
metformin, glucophage
insulin, insulin injection
insulin glargine, lantus, basaglar
insulin lispro, humalog
insulin aspart, novolog, novorapid
semaglutide, ozempic, wegovy, rybelsus
liraglutide, victoza, saxenda
sitagliptin, januvia
empagliflozin, jardiance
glipizide, glucotrol
gliclazide, diamicron
antacid, tums, rennie, maalox
proton pump inhibitor, ppi, acid suppressor
omeprazole, prilosec, losec
esomeprazole, nexium
pantoprazole, protonix
lansoprazole, prevacid
famotidine, pepcid
loperamide, imodium
laxative, stool softener, laxatives
senna, senokot
polyethylene glycol, miralax, macrogol, movicol
bismuth subsalicylate, pepto bismol
ondansetron, zofran
metoclopramide, reglan, maxolon
antihistamine, allergy pill, allergy tablet, antihistamines
cetirizine, zyrtec
loratadine, claritin, clarityn
fexofenadine, allegra
diphenhydramine, benadryl
decongestant, nasal decongestant
pseudoephedrine, sudafed
fluticasone, flonase, flixonase
cough medicine, cough syrup, antitussive
dextromethorphan, robitussin
guaifenesin, mucinex
salbutamol, albuterol, ventolin, proair, reliever inhaler, rescue inhaler, blue inhaler
inhaled steroid, inhaled corticosteroid, preventer inhaler
budesonide, pulmicort
montelukast, singulair
tiotropium, spiriva
epipen, adrenaline auto injector, epinephrine auto injector, adrenaline, epinephrine
steroid, corticosteroid, cortisone, steroids, corticosteroids
prednisone, prednisolone, deltasone
dexamethasone, decadron
hydrocortisone, cortef, cortaid
antibiotic, antibacterial, antibiotics
amoxicillin, amoxil
amoxicillin clavulanate, augmentin, co amoxiclav
penicillin, penicillin v, phenoxymethylpenicillin
azithromycin, zithromax, z pak
clarithromycin, biaxin
doxycycline, vibramycin
ciprofloxacin, cipro
levofloxacin, levaquin
trimethoprim sulfamethoxazole, bactrim, septra, co trimoxazole
nitrofurantoin, macrobid
metronidazole, flagyl
cephalexin, keflex, cefalexin
antiviral, antiviral medicine
aciclovir, acyclovir, zovirax
valacyclovir, valtrex, valaciclovir
oseltamivir, tamiflu
antifungal, fungal cream
fluconazole, diflucan
clotrimazole, lotrimin, canesten
antidepressant, antidepressants
ssri, ssris, selective serotonin reuptake inhibitor
sertraline, zoloft, lustral
fluoxetine, prozac
citalopram, celexa, cipramil
escitalopram, lexapro
paroxetine, paxil, seroxat
venlafaxine, effexor
duloxetine, cymbalta
bupropion, wellbutrin, zyban
trazodone, desyrel
amitriptyline, elavil
mirtazapine, remeron
tranquilizer, benzodiazepine, sedative, benzodiazepines
diazepam, valium
alprazolam, xanax
lorazepam, ativan
clonazepam, klonopin
sleeping pill, sleeping tablet, sleep aid
zolpidem, ambien
antipsychotic, neuroleptic
quetiapine, seroquel
olanzapine, zyprexa
risperidone, risperdal
aripiprazole, abilify
lithium, lithium carbonate
methylphenidate, ritalin, concerta
amphetamine, adderall
anticonvulsant, antiepileptic, seizure medicine
gabapentin, neurontin
pregabalin, lyrica
lamotrigine, lamictal
levetiracetam, keppra
valproate, depakote, valproic acid, epilim
carbamazepine, tegretol
topiramate, topamax
phenytoin, dilantin
levodopa, sinemet, carbidopa levodopa
donepezil, aricept
sumatriptan, imitrex, imigran
muscle relaxant, antispasmodic
cyclobenzaprine, flexeril
baclofen, lioresal
levothyroxine, synthroid, thyroxine, eltroxin
methimazole, tapazole, carbimazole
hormone replacement therapy, hrt, menopausal hormone therapy
oestrogen, estrogen, estradiol
birth control pill, the pill, oral contraceptive, contraceptive pill
morning after pill, emergency contraception, plan b, levonorgestrel
coil, iud, intrauterine device
sildenafil, viagra
tadalafil, cialis
finasteride, propecia, proscar
tamsulosin, flomax
oxybutynin, ditropan
allopurinol, zyloprim
colchicine, colcrys
methotrexate, trexall
hydroxychloroquine, plaquenil
adalimumab, humira
alendronate, fosamax, alendronic acid
bisphosphonate, bone strengthening medicine
tamoxifen, nolvadex
isotretinoin, accutane, roaccutane
benzoyl peroxide, acne cream
vitamin d, cholecalciferol, calciferol
vitamin b12, cobalamin, cyanocobalamin
vitamin c, ascorbic acid
vitamin b1, thiamine
vitamin b9, folic acid, folate
iron tablet, iron supplement, ferrous sulfate, ferrous sulphate
potassium supplement, potassium chloride
oral rehydration solution, rehydration salts, pedialyte, dioralyte
nicotine patch, nicotine replacement
varenicline, chantix, champix
botulinum toxin, botox
medical marijuana, cannabis, marijuana
medicine, medication, drug, medicament
over the counter, without a prescription, otc
`;
