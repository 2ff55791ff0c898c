/** Symptoms, body parts, tests, procedures and the words of questions, one group a line. */
export const findings = `
shortness of breath, dyspnoea, dyspnea, breathlessness, difficulty breathing, trouble breathing, hard to breathe, short of breath, breathless, out of breath
throwing up, vomiting, emesis, being sick, puking, throw up
feeling sick, nausea, queasy, nauseous, sick to my stomach
loose stools, diarrhoea, diarrhea, the runs, watery stools
constipation, constipated, hard stools, irregular bowels
bloating, abdominal distension, bloated
gas, flatulence, passing gas, farting
indigestion, dyspepsia, upset stomach
stomach pain, abdominal pain, stomach ache, tummy ache, belly pain, stomachache, bellyache
chest pain, thoracic pain, pain in the chest
back pain, backache, lumbago, back ache
headache, cephalalgia, head pain
neck pain, stiff neck, sore neck
joint pain, arthralgia, aching joints, sore joints
muscle pain, myalgia, aching muscles, sore muscles
nerve pain, neuralgia, neuropathic pain
tiredness, fatigue, exhaustion, lethargy, worn out, no energy
fever, pyrexia, high temperature, febrile, temperature
chills, rigors, shivering
night sweats, sweating at night
sweating, diaphoresis, perspiration
itching, pruritus, itchy, itchiness, itch
rash, skin eruption, exanthem, skin rash
swelling, oedema, edema, fluid retention, swollen
swollen legs, leg swelling, leg oedema, leg edema, swollen ankles, ankle swelling
swollen glands, swollen lymph nodes, lymphadenopathy, enlarged lymph nodes
bruise, contusion, ecchymosis, black and blue mark, bruising
bleeding, haemorrhage, hemorrhage, blood loss
nosebleed, epistaxis, nose bleed, bleeding nose
coughing up blood, haemoptysis, hemoptysis
vomiting blood, haematemesis, hematemesis
blood in urine, haematuria, hematuria, bloody urine, blood in the urine
blood in stool, rectal bleeding, melaena, melena, bloody stool, blood in the stool
fainting, syncope, passing out, blackout, passed out, faint
dizziness, lightheadedness, lightheaded, dizzy, giddy
spinning sensation, vertigo, room spinning
numbness, paraesthesia, paresthesia, tingling, pins and needles
weakness, muscle weakness, asthenia
paralysis, palsy, unable to move, paralysed, paralyzed
confusion, delirium, disorientation, confused
memory loss, amnesia, forgetfulness
hallucinations, hearing voices, seeing things
unconscious, unresponsive, loss of consciousness, passed out cold, coma
palpitations, pounding heart, heart fluttering, skipped beats
wheezing, wheeze, whistling breath
cough, tussis, coughing
hoarseness, dysphonia, hoarse voice, lost voice
runny nose, rhinorrhoea, rhinorrhea, nasal discharge
stuffy nose, nasal congestion, blocked nose, congested nose
earache, ear ache, ear pain, otalgia, sore ear
difficulty swallowing, dysphagia, trouble swallowing, hard to swallow
loss of appetite, poor appetite, not hungry, reduced appetite
weight loss, losing weight, lose weight
weight gain, gaining weight, put on weight
painful urination, dysuria, burning when urinating, burning when i pee, pain when peeing
frequent urination, urinary frequency, polyuria, peeing a lot, urinating often
urine, pee, wee, urination, urinate, peeing, urinating
stool, faeces, feces, poo, poop, bowel movement
thirst, polydipsia, very thirsty
blurred vision, blurry vision, fuzzy sight
double vision, diplopia
sensitivity to light, photophobia, light hurts eyes
red eye, bloodshot eyes, eye redness
hiccups, hiccoughs, singultus
drooling, excess saliva, sialorrhea
snoring, noisy sleep
cramp, muscle spasm, charley horse, muscle cramp, spasm
limp, limping, trouble walking, gait problem
lump, mass, nodule, bump
cyst, fluid filled sac
blister, vesicle, bulla
scar, cicatrix, keloid
mucus, phlegm, sputum
pus, purulent discharge
vaginal discharge, leucorrhoea, leukorrhea
menstruation, period, menses, menstrual period, monthly period
burn, scald, thermal injury
cut, laceration, wound, gash
scrape, abrasion, graze
insect bite, bug bite, sting
choking, airway obstruction, foreign body in the airway
drowning, submersion
stomach, abdomen, belly, tummy, abdominal, gut
heart, cardiac
kidney, renal, kidneys
liver, hepatic
lung, pulmonary, lungs
brain, cerebral
skin, dermal, cutaneous
bone, osseous, skeletal
womb, uterus, uterine
windpipe, trachea
food pipe, oesophagus, esophagus, gullet
voice box, larynx
collarbone, clavicle
shin bone, tibia
thigh bone, femur
kneecap, patella
shoulder blade, scapula
breastbone, sternum
backbone, spine, spinal column, vertebral column
tailbone, coccyx
belly button, navel, umbilicus
armpit, axilla
private parts, genitals, genitalia
testicle, testis, testes
anus, back passage
bowel, intestine, colon
eye, ocular, ophthalmic
tooth, dental, teeth
artery, arterial, arteries
vein, venous, veins
blood sugar, blood glucose, glucose level, sugar level
blood test, blood work, bloodwork
x ray, radiograph, xray, radiography
mri, magnetic resonance imaging, mri scan
ct scan, cat scan, computed tomography, ct
ultrasound, sonogram, sonography
ecg, ekg, electrocardiogram, electrocardiograph
eeg, electroencephalogram, brain wave test
mammogram, mammography, breast x ray
smear test, pap smear, pap test, cervical screening
colonoscopy, bowel camera test
endoscopy, gastroscopy, camera down the throat
biopsy, tissue sample
spinal tap, lumbar puncture
a1c, hba1c, glycated haemoglobin, glycosylated hemoglobin, hemoglobin a1c
blood pressure reading, blood pressure measurement
bmi, body mass index
surgery, operation, surgical procedure, surgical
open heart surgery, bypass surgery, coronary artery bypass, cabg
stent, angioplasty, balloon angioplasty
pacemaker, heart device
dialysis, haemodialysis, hemodialysis, kidney machine
transplant, transplantation, organ donation, graft
caesarean, caesarean section, c section, cesarean, cesarean section
hysterectomy, womb removal
tubes tied, tubal ligation, female sterilization
vasectomy, male sterilization
knee replacement, knee arthroplasty
hip replacement, hip arthroplasty
colostomy, stoma, ostomy
mastectomy, breast removal
tonsillectomy, tonsils out
chemo, chemotherapy
radiation therapy, radiotherapy, radiation treatment
physical therapy, physiotherapy, physio
talking therapy, psychotherapy, counselling, counseling, cognitive behavioral therapy, cognitive behavioural therapy
cpr, cardiopulmonary resuscitation, chest compressions
aed, defibrillator
blood transfusion, transfusion
iv, intravenous
shot, injection, jab
vaccine, vaccination, immunization, immunisation, immunize, vaccinate
first aid, emergency treatment, immediate care
emergency department, emergency room, accident and emergency, casualty
emergency number, emergency services, call an ambulance
doctor, physician, gp, general practitioner, clinician
heart doctor, cardiologist
skin doctor, dermatologist
eye doctor, ophthalmologist, optometrist
children's doctor, paediatrician, pediatrician
cancer doctor, oncologist
kidney doctor, nephrologist
pharmacist, chemist, pharmacy, drugstore
pregnant, pregnancy, expecting a baby, gestation
breastfeeding, nursing a baby, lactation, breast feeding, breastfed
newborn, neonate, newborn baby, neonatal
baby, infant
child, children, kid, toddler, paediatric, pediatric
teenager, adolescent, teen
older people, elderly, seniors, older adults, geriatric
contraception, birth control, family planning, contraceptive
condom, barrier contraception
diet, nutrition, eating plan
exercise, physical activity, workout, working out
smoking, tobacco use, cigarettes, smoker
quit smoking, stop smoking, smoking cessation, give up smoking
alcohol, drinking, booze
treatment, therapy, treat, cure, remedy, get rid of, treated, manage
symptom, sign, signs and symptoms, manifestations
cause, etiology, aetiology
prevent, prevention, avoid, protect against, preventing
diagnosis, diagnose, diagnosed, detect
outlook, prognosis, life expectancy, survival rate
complication, consequence
side effect, adverse effect, adverse reaction, side effects
dose, dosage, how much to take, dosing
overdose, too much medicine, took too many
contagious, infectious, spread from person to person, communicable
hereditary, inherited, genetic, runs in families, run in families, inheritance
risk factor, susceptibility, at risk
chronic, long term, long lasting
acute, sudden onset
test, screening, exam, examination
research, clinical trial, clinical trials
`;
