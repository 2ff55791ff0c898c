/**
 * Words of body, senses and care that say that a text is about health, though they are no synonyms of anything:
 * a patient's own words for it are endless, these are not.
 */
export const bodily = `
abdomen ankle anus appetite arm armpit artery back belly bladder blood body bone bottom bowel brain breast breath buttock
calf cheek chest chin collarbone ear elbow eye eyebrow eyelid face feet finger fingernail flank foot forehead gland groin gum
hair hand head heart heartbeat heel hip jaw joint kidney knee kneecap knuckle leg limb lip liver lung mouth muscle nail
neck nerve nipple nose nostril ovary palm pelvis penis period pulse rib scalp shin shoulder sinus skin skull spine spleen
stomach temple testicle thigh throat thumb thyroid toe toenail tongue tonsil tooth torso tummy uterus vagina vein vision waist womb wrist
ache achy agony allergy bleed blind blister bloat breathe breathless bruise bump burn burp chill choke clot confused congested cough
cramp crust cry dehydrated depressed discharge disease dizzy drool epileptic faint fatigue fever feverish flare fracture gasp
heal hoarse hurt ill illness infected infection inflamed injury itch itchy lump mole mucus nausea nauseous numb ooze pain painful
palpitation panic paralysed pee phlegm poo poop puffy pus queasy rash raw scab scar sick sickness sneeze snore sore spasm sprain
stiff sting stool stutter suicidal swallow sweat sweaty swell swollen symptom tender throb throbbing tingle tired tremble tremor ulcer
unconscious unwell urinate urine vomit weak weakness wee wheeze wound
ambulance anaesthetic antibiotic bandage biopsy capsule checkup chemotherapy clinic contraceptive cream cure diagnose diagnosis dose
dosage drug emergency hospital immunise inhaler inject injection insulin medication medicine nurse ointment operation overdose
painkiller pharmacist pharmacy physiotherapy pill plaster prescribe prescription remedy scan steroid surgeon surgery syringe tablet
therapist therapy thermometer transplant treatment tumour vaccine vitamin xray
baby birth breastfeed diabetic diarrhoea elderly menstruation miscarriage newborn obese pregnancy pregnant puberty toddler
`;
