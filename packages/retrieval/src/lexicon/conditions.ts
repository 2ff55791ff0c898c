/** Conditions, one group a line: names that mean the same to a reader, lay words first. */
export const conditions = `
heart attack, myocardial infarction, acute coronary syndrome, coronary thrombosis, cardiac infarction
high blood pressure, hypertension, raised blood pressure, elevated blood pressure
low blood pressure, hypotension
heart failure, congestive heart failure, cardiac failure, weak heart, chf
irregular heartbeat, arrhythmia, dysrhythmia, abnormal heart rhythm, heart rhythm disorder
atrial fibrillation, afib, a fib, auricular fibrillation
slow heartbeat, bradycardia, slow heart rate
fast heartbeat, tachycardia, rapid heart rate, racing heart, heart racing, rapid heartbeat
heart disease, cardiovascular disease, cardiac disease
coronary artery disease, coronary heart disease, ischaemic heart disease, ischemic heart disease, clogged arteries, blocked arteries, cad
hardening of the arteries, atherosclerosis, arteriosclerosis
angina, angina pectoris
cardiac arrest, heart stopped, heart stops
stroke, cerebrovascular accident, brain attack, cva
mini stroke, transient ischaemic attack, transient ischemic attack, tia, ministroke
brain bleed, intracranial haemorrhage, intracranial hemorrhage, cerebral haemorrhage, cerebral hemorrhage, bleeding in the brain
blood clot, thrombus, thrombosis
deep vein thrombosis, dvt, clot in the leg, blood clot in the leg
pulmonary embolism, blood clot in the lung, clot in the lung, lung clot
varicose veins, varicosities
swollen veins in the rectum, haemorrhoids, hemorrhoids, piles
peripheral artery disease, peripheral arterial disease, peripheral vascular disease, poor circulation
aortic aneurysm, bulging aorta
high cholesterol, hypercholesterolaemia, hypercholesterolemia, hyperlipidaemia, hyperlipidemia, dyslipidemia, raised cholesterol
high blood sugar, hyperglycaemia, hyperglycemia, high glucose
low blood sugar, hypoglycaemia, hypoglycemia, low glucose, hypo
diabetes, diabetes mellitus, sugar diabetes
type 1 diabetes, juvenile diabetes, insulin dependent diabetes, type i diabetes
type 2 diabetes, adult onset diabetes, type ii diabetes, non insulin dependent diabetes
gestational diabetes, diabetes in pregnancy, pregnancy diabetes
prediabetes, borderline diabetes, impaired glucose tolerance
diabetic ketoacidosis, dka
kidney failure, renal failure, kidneys shutting down, end stage renal disease
kidney disease, renal disease, nephropathy, chronic kidney disease, ckd
kidney stones, renal calculi, nephrolithiasis, renal stones, urolithiasis
kidney infection, pyelonephritis
bladder infection, cystitis, urinary tract infection, uti, urine infection, water infection
enlarged prostate, benign prostatic hyperplasia, bph, prostate enlargement
incontinence, urinary incontinence, leaking urine, bladder leakage, loss of bladder control
bed wetting, bedwetting, enuresis, nocturnal enuresis
overactive bladder, urge incontinence
impotence, erectile dysfunction
acid reflux, gastroesophageal reflux disease, gastro oesophageal reflux disease, gerd, gord, heartburn, reflux
stomach ulcer, peptic ulcer, gastric ulcer, duodenal ulcer
stomach flu, gastroenteritis, stomach bug, tummy bug, gastric flu, norovirus
food poisoning, foodborne illness, food borne illness
irritable bowel syndrome, ibs, spastic colon, irritable bowel
inflammatory bowel disease, ibd
crohn disease, crohn's disease, regional enteritis, crohns
ulcerative colitis, inflamed colon
gluten intolerance, celiac disease, coeliac disease, celiac sprue
lactose intolerance, milk intolerance
gallstones, cholelithiasis, gall stones
gallbladder inflammation, cholecystitis
liver disease, hepatic disease
liver scarring, cirrhosis
fatty liver, hepatic steatosis, nonalcoholic fatty liver disease, nafld
hepatitis, liver inflammation
yellow skin, jaundice, yellowing of the skin, icterus
appendicitis, inflamed appendix, infected appendix
diverticulitis, inflamed pouches in the colon
pancreatitis, inflamed pancreas
hernia, rupture in the groin
intestinal worms, pinworms, threadworms, helminths
cold, common cold, upper respiratory infection, head cold
flu, influenza, the flu, grippe
covid, covid 19, coronavirus, sars cov 2
pneumonia, lung infection, chest infection
bronchitis, chest cold
asthma, reactive airway disease, bronchial asthma
chronic obstructive pulmonary disease, copd, emphysema, smoker's lung
collapsed lung, pneumothorax
tuberculosis, tb
whooping cough, pertussis
croup, laryngotracheobronchitis, barking cough
hay fever, allergic rhinitis, seasonal allergies, pollen allergy
allergy, allergic, allergic reaction, hypersensitivity
severe allergic reaction, anaphylaxis, anaphylactic shock, anaphylactic reaction
sinus infection, sinusitis, rhinosinusitis
sore throat, pharyngitis, throat infection
strep throat, streptococcal pharyngitis, strep
tonsillitis, inflamed tonsils, infected tonsils
ear infection, otitis media, middle ear infection
swimmer's ear, otitis externa, outer ear infection
ringing in the ears, tinnitus
hearing loss, deafness, hard of hearing, loss of hearing
glandular fever, mononucleosis, mono, kissing disease, infectious mononucleosis
mumps, epidemic parotitis
measles, rubeola
german measles, rubella
chickenpox, varicella, chicken pox
shingles, herpes zoster, zoster
cold sore, fever blister, oral herpes, herpes labialis
genital herpes, herpes simplex type 2
sexually transmitted infection, sexually transmitted disease, sti, std, venereal disease
genital warts, condyloma
yeast infection, candidiasis, thrush, candida infection
bacterial vaginosis, vaginal bacteria
aids, acquired immunodeficiency syndrome, hiv, human immunodeficiency virus
lyme disease, borreliosis, tick borne infection
malaria, marsh fever
rabies, hydrophobia
lockjaw, tetanus
blood poisoning, sepsis, septicaemia, septicemia, septic shock
meningitis, inflammation of the brain lining
brain inflammation, encephalitis
bone infection, osteomyelitis
skin infection, cellulitis
boil, furuncle, skin abscess
flesh eating disease, necrotizing fasciitis
eczema, atopic dermatitis, dermatitis
hives, urticaria, nettle rash, welts
acne, pimples, zits, spots on the face
rosacea, facial redness
psoriasis, scaly skin plaques
ringworm, tinea, tinea corporis
athlete's foot, tinea pedis, foot fungus
jock itch, tinea cruris
nail fungus, onychomycosis
scabies, itch mites
head lice, pediculosis, nits
wart, verruca
diaper rash, nappy rash, diaper dermatitis
prickly heat, heat rash, miliaria
bedsore, pressure ulcer, pressure sore, decubitus ulcer
vitiligo, loss of skin colour, white skin patches
mole, nevus, naevus
hair loss, alopecia, baldness, balding
excessive sweating, hyperhidrosis
sunburn, sun burn
skin cancer, melanoma
cancer, malignancy, malignant tumour, carcinoma
tumour, neoplasm
breast cancer, breast carcinoma, mammary carcinoma
bowel cancer, colorectal cancer, colon cancer
prostate cancer, prostatic carcinoma
lung cancer, bronchial carcinoma
blood cancer, leukaemia, leukemia
lymph cancer, lymphoma
hodgkin lymphoma, hodgkin's disease, hodgkin disease
kidney cancer, renal cell carcinoma, renal cell cancer
womb cancer, uterine cancer, endometrial cancer
cervical cancer, cancer of the cervix
stomach cancer, gastric cancer
liver cancer, hepatocellular carcinoma, hepatoma
brain tumour, brain cancer, glioma
low iron, iron deficiency, iron deficiency anaemia, iron deficiency anemia
anaemia, low red blood cells, low haemoglobin, low hemoglobin
sickle cell disease, sickle cell anaemia, sickle cell anemia
pernicious anaemia, vitamin b12 deficiency, b12 deficiency, pernicious anemia
haemophilia, hemophilia, bleeding disorder
low platelets, thrombocytopenia
low white blood cells, leukopenia, neutropenia
vitamin c deficiency, scurvy
soft bones in children, rickets
brittle bones, osteoporosis, thin bones, bone loss
wear and tear arthritis, osteoarthritis, degenerative joint disease, degenerative arthritis
rheumatoid arthritis, inflammatory arthritis
joint inflammation, arthritis
gout, uric acid crystals, gouty arthritis
lupus, systemic lupus erythematosus, sle
fibromyalgia, fibrositis, fibromyositis
tennis elbow, lateral epicondylitis
frozen shoulder, adhesive capsulitis
carpal tunnel syndrome, median nerve compression
slipped disc, herniated disc, herniated disk, slipped disk, prolapsed disc, ruptured disc
pinched nerve, sciatica, radiculopathy, nerve compression
curved spine, scoliosis
bunion, hallux valgus
heel pain, plantar fasciitis
tendon inflammation, tendinitis, tendonitis
inflamed bursa, bursitis
broken bone, fracture, fractured bone
sprain, twisted joint, torn ligament
dislocation, joint out of place
whiplash, neck strain
concussion, mild traumatic brain injury, mtbi
head injury, brain injury, traumatic brain injury, tbi
epilepsy, seizure disorder, fits
seizure, convulsion, fit
febrile seizure, febrile convulsion, fever fit
migraine, migraine headache, sick headache
cluster headache, suicide headache
multiple sclerosis, disseminated sclerosis
parkinson disease, parkinson's disease, parkinsonism, paralysis agitans
alzheimer disease, alzheimer's disease, alzheimers
dementia, senility, memory loss in old age
lou gehrig's disease, amyotrophic lateral sclerosis, motor neurone disease, motor neuron disease
nerve damage, neuropathy, peripheral neuropathy, nerve disease
facial paralysis, bell's palsy, bell palsy, facial palsy
restless legs, restless legs syndrome, willis ekbom disease
shaking, tremor, essential tremor
tourette syndrome, tourette's, tics
cerebral palsy, spastic paralysis
water on the brain, hydrocephalus
depression, major depressive disorder, clinical depression, depressive disorder
manic depression, bipolar disorder, bipolar
anxiety, anxiety disorder, generalized anxiety disorder, nervousness
panic attack, panic disorder, anxiety attack
post traumatic stress disorder, ptsd, posttraumatic stress disorder, shell shock
obsessive compulsive disorder, ocd
attention deficit hyperactivity disorder, adhd, attention deficit disorder
autism, autism spectrum disorder, autistic
schizophrenia, psychosis, psychotic disorder
eating disorder, anorexia nervosa, bulimia, anorexia
postpartum depression, postnatal depression, baby blues, perinatal depression
alcoholism, alcohol use disorder, alcohol dependence, alcohol addiction, drinking problem
addiction, substance use disorder, drug abuse, drug dependence, substance abuse
insomnia, trouble sleeping, sleeplessness, cannot sleep, cant sleep, fall asleep, falling asleep
sleep apnoea, sleep apnea, obstructive sleep apnea
underactive thyroid, hypothyroidism, low thyroid
overactive thyroid, hyperthyroidism, thyrotoxicosis, graves disease
enlarged thyroid, goitre, goiter
adrenal insufficiency, addison disease, addison's disease
cushing syndrome, hypercortisolism, cushing's syndrome
obesity, overweight, excess weight
malnutrition, undernutrition, underweight
dehydration, fluid loss, dehydrated
low sodium, hyponatraemia, hyponatremia
high potassium, hyperkalaemia, hyperkalemia
low potassium, hypokalaemia, hypokalemia
high calcium, hypercalcaemia, hypercalcemia
polycystic ovary syndrome, pcos, polycystic ovaries
endometriosis, womb lining outside the womb
fibroids, uterine fibroids, leiomyoma, myoma
menopause, change of life, climacteric
premenstrual syndrome, pms
painful periods, dysmenorrhoea, dysmenorrhea, menstrual cramps, period pain
heavy periods, menorrhagia, heavy menstrual bleeding
missed period, amenorrhoea, amenorrhea, no period
miscarriage, spontaneous abortion, pregnancy loss
ectopic pregnancy, tubal pregnancy
pre eclampsia, preeclampsia, toxaemia of pregnancy, toxemia
morning sickness, hyperemesis gravidarum, nausea in pregnancy
premature birth, preterm birth, preterm labour, born early
stillbirth, fetal death
infertility, unable to get pregnant, unable to conceive, subfertility
pelvic inflammatory disease, pid, salpingitis
crib death, cot death, sudden infant death syndrome, sids
cleft lip, cleft palate, hare lip
clubfoot, talipes
down syndrome, down's syndrome, trisomy 21
cystic fibrosis, mucoviscidosis
muscular dystrophy, muscle wasting disease
hand foot and mouth disease, coxsackie virus
fifth disease, slapped cheek, erythema infectiosum
pink eye, conjunctivitis, pinkeye
cataract, clouded lens, cloudy lens
glaucoma, raised eye pressure, high eye pressure
macular degeneration, amd, age related macular degeneration
short sightedness, nearsightedness, myopia, short sighted
long sightedness, farsightedness, hyperopia, long sighted
lazy eye, amblyopia
crossed eyes, strabismus, squint
stye, hordeolum
dry eye, dry eye syndrome, keratoconjunctivitis sicca
color blindness, colour blindness, colour vision deficiency
blindness, vision loss, loss of vision, loss of sight
tooth decay, dental caries, cavities, cavity
gum disease, gingivitis, periodontitis, periodontal disease
teeth grinding, bruxism
mouth ulcer, canker sore, aphthous ulcer
bad breath, halitosis
dry mouth, xerostomia
poisoning, toxic exposure, intoxication
heat stroke, heatstroke, sunstroke
heat exhaustion, overheating
frostbite, frozen skin
hypothermia, low body temperature
altitude sickness, mountain sickness
motion sickness, travel sickness, car sickness, seasickness
autoimmune disease, autoimmune disorder
inherited disease, genetic disorder, hereditary disease, genetic disease
`;
