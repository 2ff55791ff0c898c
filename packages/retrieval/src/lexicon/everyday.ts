/**
 * How people say it at home: the first name of each line is that of a group elsewhere, which the others join.
 */
const phrases = `
burn, burned, burnt, scalded, burned myself, burnt myself, touched a hot, hot oil, hot water spilled, boiling water, hot coffee, hot tea, hot soup, caught fire, spilled hot, spilt hot, hot stove, hot pan, hot iron
sunburn, burnt by the sun, burned in the sun, sunburnt, sunburned, too much sun
fever, feels hot, feel hot, burning up, hot to the touch, high temp, running a temperature, feeling feverish, feverish, hot forehead
chills, shivering, shivery, shaking with cold, teeth chattering
cut, cut my finger, cut myself, stepped on glass, stabbed, gashed, stitches, deep cut
bleeding, bleeds, bled, wont stop bleeding, blood everywhere, gushing blood, bleeding a lot
sprain, sprained, twisted, twisted my ankle, twisted ankle, rolled my ankle, rolled ankle, turned my ankle, pulled ligament, ligament injury
fainting, fainted, passed out, passes out, blacked out, collapsed, keeled over, lightheaded and fell
head injury, hit my head, hit his head, hit her head, bumped my head, bumped his head, bumped her head, banged my head, banged his head, banged her head, knocked his head, fell on his head, fell on her head, blow to the head, concussion, knocked out
seizure, fit, fitting, having a fit, convulsion, convulsing, shaking all over, jerking
poisoning, poisoned, swallowed bleach, drank bleach, swallowed cleaning, swallowed pills, ate some pills, ate my pills, swallowed a battery, swallowed something, ate a poisonous, took an overdose, swallowed poison, cleaning liquid, detergent
choking, choke, something stuck in the throat, stuck in his throat, stuck in her throat, stuck in my throat, went down the wrong way
cpr, not breathing, isnt breathing, stopped breathing, no pulse, heart has stopped
nosebleed, nose is bleeding, nose bleeds, blood from my nose, bloody nose
heat stroke, heatstroke, heat exhaustion, overheated, sunstroke, too hot in the sun, collapsed in the heat, dizzy in the heat
severe allergic reaction, face is swelling, face swelling, face swelled, lips are swelling, swollen lips, swollen tongue, tongue is swelling, throat is closing, throat closing, stung by a bee, bee sting, bee stung, wasp sting, wasp stung, peanut allergy, epipen
shortness of breath, cant breathe, cannot breathe, cant catch my breath, cant get enough air, out of puff, winded, gasping, struggling to breathe, breathing is hard
chest pain, tight chest, chest tightness, tightness in my chest, pressure on my chest, pressure in my chest, chest feels tight, heavy chest, squeezing in my chest
palpitations, heart is racing, heart races, heart racing, racing heart, heart is pounding, heart pounding, heart flutters, heart is fluttering, skipping beats, heart skips, irregular pulse, heart beats fast
stroke, face drooping, face is drooping, mouth is drooping, mouth drooping, drooping on one side, droopy face, slurred speech, speech is slurred, slurring, one arm is weak, weak on one side, numb on one side, cannot lift one arm
throwing up, threw up, throws up, vomited, puked, keep throwing up, cant keep food down, cant keep anything down, keep anything down, bringing up food, barfing
feeling sick, feel sick, feels sick, sick to the stomach, want to throw up, queasy stomach
loose stools, the runs, runny poo, runny poop, watery poo, watery poop, runny tummy, upset tummy, the trots
dehydration, dehydrated, not drinking enough, dry mouth, how much water
stomach flu, stomach virus, tummy bug, vomiting bug, sick bug, winter vomiting
constipation, blocked up, backed up, cant poo, cant poop, havent pooped, not pooped, havent been to the toilet, not been to the toilet, cant go to the toilet, havent gone to the bathroom, straining on the toilet, hard poo
swollen veins in the rectum, blood when i wipe, blood on the toilet paper, blood on the paper, bleeding after the toilet, itchy bottom, itchy bum, sore bottom, bump near my bottom
acid reflux, burning in my chest, burning in my throat, burning feeling after eating, acid in my throat, acid comes up, sour taste, burning after meals
bladder infection, burns when i pee, burning when i pee, hurts to pee, hurts when i pee, it burns to pee, stings when i pee, stinging when i pee, pee hurts, cloudy pee, cloudy urine, smelly urine, smelly pee, water infection
frequent urination, pee all the time, peeing all the time, need to pee, get up to pee, getting up to pee, up at night to pee, always need the toilet, go to the toilet all the time, wee all the time
itching, itch, itches, scratching, scratchy skin
rash, red spots, red patches, blotches, blotchy, spots on my skin, red bumps, itchy spots, spots on my arms, spots on my legs
eczema, dry skin, itchy skin, dry itchy, cracked skin, flaky skin, rough skin
acne, spots on my face, spotty, pimple, breakout, breaking out, blackheads, whiteheads
psoriasis, scaly patches, scaly skin, silvery scales, scaly elbows, thick red patches
shingles, band of blisters, strip of blisters, blisters on one side, painful rash on one side
pink eye, conjunctivitis, red eyes, sticky eye, sticky eyes, gunky eyes, eye is red, eyes are red, eye gunk, goopy eye, crusty eyes, eye infection
ear infection, pulling at his ear, pulling at her ear, tugging at his ear, tugging at her ear, ear is leaking, blocked ear
stuffy nose, nose is blocked, blocked nose, bunged up, nose is stuffed, cannot smell
runny nose, nose is running, nose runs, dripping nose, nose is dripping, sniffles, snotty
hay fever, sneezing, keep sneezing, sneezes, sneeze, itchy eyes, watery eyes, eyes water, pollen
sinus infection, face hurts, pressure behind my eyes, pressure behind my cheeks, pressure in my face, pain in my cheeks, sinuses, green snot
sore throat, throat hurts, hurts to swallow, hurts when i swallow, painful to swallow, scratchy throat, raw throat
cough, coughs, coughed, hacking, tickly cough, coughing at night
sputum, green stuff, green phlegm, yellow phlegm, green mucus, coughing stuff up
depression, sad, feel sad, feeling sad, feel empty, feel down, feeling down, feeling low, feel hopeless, no joy, nothing makes me happy, nothing is fun, no interest in anything, unhappy, cant stop crying, crying all the time, dont enjoy anything
anxiety, anxious, nervous, worrying, cant stop worrying, worry all the time, worried all the time, on edge, panic, panicking, panic attack, panic attacks, feel scared all the time
suicidal, suicide, kill myself, end my life, dont want to live, want to die, wish i was dead, hurt myself, harm myself, self harm, no reason to live, better off dead
insomnia, cant sleep, cannot sleep, lie awake, lying awake, awake all night, trouble sleeping, wake up at night, cant fall asleep, cant get to sleep, sleepless, up all night
tiredness, tired, always tired, tired all the time, so tired, no energy, exhausted, worn out, drained, wiped out, sleepy all day
dizziness, dizzy, light headed, woozy, room is spinning, about to faint
migraine, flashing lights, throbbing head, throbbing headache, one side of my head, zigzag lines, headache with light, bright light hurts
tension headache, tight band around my head, band around my head
gout, big toe, toe is swollen, swollen toe, toe joint
low back pain, lower back, back went out, put my back out, threw my back out, pulled my back, bad back, slipped disc
osteoarthritis, worn joints, knobbly fingers, bony knuckles, creaky knees, stiff knee
rheumatoid arthritis, stiff in the morning, stiff every morning, morning stiffness
deep vein thrombosis, swollen calf, calf is swollen, leg is swollen, one leg swollen, swollen leg, calf is warm, pain in my calf
period pain, painful periods, period cramps, period pains, menstrual cramps, dysmenorrhoea, dysmenorrhea, cramps with my period, periods hurt
heavy periods, heavy bleeding with my period, menorrhagia, heavy period, flooding with my period
menopause, hot flash, hot flush, hot flashes, hot flushes, change of life, periods have stopped, periods stopped
pregnant, expecting, having a baby, weeks pregnant, months pregnant, morning sickness
vaginal bleeding, spotting
losing weight, lose weight, weight loss, slim down, get slimmer, overweight, too heavy, obesity, obese, fat
healthy eating, eat better, eat healthier, eating healthy, healthy diet, healthy food, healthy foods, what should i eat, eat well, eat right, balanced diet, junk food
exercise, get fit, fitness, get active, more active, keep fit, get moving, sit all day, sitting all day, sedentary, gym, jogging
quit smoking, quit cigarettes, stop smoking, give up cigarettes, stop vaping, quit vaping, smoke less, quit nicotine
alcohol, beer, wine, drink too much, drinking too much, drinks a week, units a week, hungover, hangover, alcoholic
sleep, asleep, sleeping, slept, bedtime, nap
flu shot, flu jab, flu vaccine, influenza vaccine
vaccine, shots, jabs, booster, vaccinated
covid, covid test, tested positive, corona
blood pressure pill, blood pressure tablet, blood pressure medicine, blood pressure medication, blood pressure tablets, blood pressure pills, antihypertensive
missed dose, missed a dose, missed my dose, forgot to take, forgot my pill, forgot my tablet, skipped a dose, forgot a dose, forgot my medicine, missed my pill, miss a dose
antidepressant, antidepressants, ssri, depression pills
antibiotic, antibiotics
water pill, water tablet, water tablets, water pills, diuretic
painkiller, pain killer, painkillers, pain reliever, pain pills, pain relief
sleeping pill, sleeping tablet, sleeping pills
high blood sugar, sugar is high, blood sugar is high, high sugar
diabetes, diabetic
high blood pressure, blood pressure is high, pressure is high, pressure was high
high cholesterol, cholesterol is high, my cholesterol
gallstones, gallbladder attack, gall bladder
swelling, swell, swells, swelled, puffy, puffed up, swollen
numbness, numb, went numb, tingly, tingling
bruise, bruised, black eye
broken bone, fracture, broke my arm, broke my leg, broken arm, broken leg, broke a bone
toothache, tooth hurts, sore tooth, tooth pain
`;

/** Parts that hurt, each with the name of the group that its pain belongs to. */
const parts: Readonly<Record<string, string>> = {
  head: "headache",
  back: "back pain",
  neck: "neck pain",
  ear: "earache",
  throat: "sore throat",
  chest: "chest pain",
  belly: "stomach pain",
  tummy: "stomach pain",
  stomach: "stomach pain",
  abdomen: "stomach pain",
  knee: "knee pain",
  hip: "hip pain",
  shoulder: "shoulder pain",
  elbow: "elbow pain",
  wrist: "wrist pain",
  hand: "hand pain",
  finger: "hand pain",
  foot: "foot pain",
  heel: "foot pain",
  toe: "toe pain",
  ankle: "ankle pain",
  leg: "leg pain",
  arm: "arm pain",
  joint: "joint pain",
  muscle: "muscle pain",
  eye: "eye pain",
  tooth: "toothache",
  face: "facial pain",
  side: "side pain",
};

function painOf(part: string, group: string): string {
  const whose = ["my", "his", "her", "the", "your"].map((owner) => `pain in ${owner} ${part}`);
  const side = ["lower right", "lower left", "upper right", "upper left", "right", "left", "lower", "upper"];
  const where = side.map((which) => `pain in my ${which} ${part}`);
  const says = ["hurts", "aches", "is sore", "is hurting", "is aching", "is killing me", "pain", "ache"];
  const names = [
    ...whose,
    ...where,
    ...says.map((verb) => `${part} ${verb}`),
    `sore ${part}`,
    `painful ${part}`,
  ];
  return [group, ...names].join(", ");
}

export const everyday = [
  phrases.trim(),
  ...Object.entries(parts).map(([part, group]) => painOf(part, group)),
].join("\n");
