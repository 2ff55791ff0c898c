/**
 * Ordinary words that say the same when health is explained, one group a line. They join what a claim says to
 * what its source says; search does not use them.
 */
const groups = `
help, ease, relieve, soothe, improve, get better, make better, feel better, benefit, settle
cause, lead to, bring on, trigger, set off, result in, due to, come from, make, give, produce, brings, brought on
begin, start, set in
call, phone, ring, telephone, contact, get in touch, tell, let know
doctor, clinician, physician, gp, prescriber, healthcare provider, health care provider, provider, health professional
see, visit, look at, check, checked, examine, seen by, talk to, speak to, consult, ask, advice, advise, advised
ambulance, emergency number, emergency services, emergency help, emergency care, emergency department, call 911, call 999, call 112, emergency, emergencies, urgent, urgently
at once, right away, straight away, immediately, promptly, soon, quickly, fast, without delay, as soon as possible, rapid, sudden, suddenly
use, take, taken, taking, using, have, apply, put on, try, given
usually, normally, mostly, generally, tend, tends, typically, often, commonly, common, frequently, in most cases, standard
person, somebody, someone, anyone, anybody, patient, people, those, everyone
person with, somebody with, sufferer, patients with
ill, sick, unwell, poorly
child, kid, children, youngster
medicine, drug, medication, tablet, pill
injection, shot, jab
vaccination, vaccine, flu shot, flu jab, shot, jab, immunisation, vaccinated
operation, surgery, procedure
remove, take off, take out, taking away, take away
stop, quit, give up, pause
keep, continue, carry on, go on, stay, keep on, last, lasts, remain, persist
prevent, avoid, stay away from, keep away, reduce, protect, protection, lower the risk, stop
need, must, have to, should, require, requires, be sure
serious, severe, bad, badly, badly diseased, very, strong
mild, slight, slightly, a little, a bit, minor
danger, dangerous, harmful, harm, damage, hurt, injure, risk
pain, ache, hurt, painful, sore, hurting
swollen, swell, swelling, swells, puffy
breathless, short of breath, shortness of breath, trouble breathing, difficulty breathing, breathing problems, breathlessness, struggles to breathe, hard to breathe
faint, pass out, fainting, passing out, lose consciousness, loss of consciousness, unconsciousness, collapse
vomit, throw up, be sick, vomiting
nausea, feel sick, feeling sick
urine, pee, passing urine, wee, urinate
stool, bowel movement, poo
tired, exhausted, worn out, tiredness, fatigue, weary
drowsy, sleepy, drowsiness
confused, confusion
belly, tummy, abdomen, abdominal, stomach
bowel, gut, intestine
dizzy, dizziness, lightheaded
operate, surgical
risk, chance, likely, likelihood, more likely
high, raised, elevated
low, small amount
raise, increase, higher, go up
lower, reduce, bring down, decrease, cut, less, go down
large, big, larger, bigger
examples, such as, like, including, include, for example, kind, type, sort, belong
called, known as, named, also known as, name, means
condition, disease, illness, disorder, problem
chronic, long term, long lasting, ongoing, longer lasting, long
spread, pass on, passed on, pass from person to person, catch, contagious, infect
show, appear, show up, come up, develop, occur, happen
reach, get to
food, meal, diet, eat, eating, meals
drink, sip, drinking, fluid
exercise, activity, active, being active, physical activity
sleep, fall asleep, asleep
wake, wake up, waking
bedtime, before bed
rest, lie down, lying down
relative, family, family history, parent
birth, giving birth, had a baby, had a child, having a baby, childbirth, after birth, given birth
pregnant, pregnancy, get pregnant
teen, teenager, adolescent, young people
older, elderly, old, older people, older adults, seniors
baby, infant, newborn
young, small
man, male
woman, female
cloth, dressing, bandage
clothing, clothes
band, strip, line
hard, firm, difficult
difficult, hard, trouble, difficulty, struggle
alone, by yourself
together, with, along with, accompanied by, combined
ordinary, normal, usual, normally
different, another, other, differ
several, few, some, a number of
many, lots of, a lot of, numerous
roughly, about, around, approximately
choose, select, pick, chosen
depend, depending, depends
suitable, right for, fine for, safe for, appropriate, suit
learn, find out, notice
write down, list, keep a diary, record, note
label, leaflet, package, instructions
directed, told, instructed, prescribed, as advised
appointment, visit
over the counter, without prescription, without a prescription
cover, include, contain
relax, calm, relaxing
heal, clear up, go away, get better, recover, recovery
worse, worsen, get worse
weak, weaker, lose strength, weakness
break, fracture, broken
block, blocked, stuffed up, clogged
narrow, narrower
tube, airway
loss, lose, losing
control, controlled, managed, well managed, manage
test, screen, screening, testing, tested, measure
symptom, sign, signs, symptoms
treat, treatment, therapy, treated
doctor visit, appointment
every day, daily, each day, a day
each year, yearly, annually
night, overnight, at night
sea, ocean
exact, exactly, precise, precisely
know, known, understood
unknown, not known
think, believe, thought
amount, dose, quantity
lowest, smallest
most, majority
part, some of, section
body, whole body
attack, attacks
clot, blood clot, clots
cool, cold, chilled
work, help, effective, be effective
heartbeat, heart beat, heart beats, pulse, beats
return, go back, get back, come back
vessel, blood vessel
sunlight, sun, sunshine
injury, injured, wound
turn, become, get, grow
adapt, adjust, change
step by step, gradually, slowly, little by little
prefer, best, preferably, ideally
first, before anything else
sight, vision, see, eyesight
speak, talk, speaking, speech
limit, restrict
replace, swap, change
check on, watch, observe, monitor
seek, get, look for, find
wash, rinse, washing, rinsing, clean
eyelid, lid
face, facial
wiggle, shake, tremble, trembling, shaking, shaking hands
sight, vision, visual, vision changes, visual changes, eyesight
leak, leakage
prescriber, prescribes, prescribe, prescribed
at any time, at any hour, around the clock
press, push, pushes, presses
hunger, hungry
fresh, new
unresponsive, stops responding, does not respond, not responding
strike, affect, attack, affects
fine, well, suitable, feel well, feel fine
measure, step, action
hospital, clinic, in hospital
stay with, not left alone, do not leave, not be left alone
not always under control, not controlled, not under control, uncontrolled, poorly controlled, out of control
nobody knows, not known, unknown, no one knows
take, used, use
green, leafy
`;

/** As the concepts of search are written down: each line a group, its first name the group's. */
export const everydayEnglish: readonly (readonly string[])[] = groups
  .trim()
  .split("\n")
  .map((line) => line.split(",").map((name) => name.trim()));
