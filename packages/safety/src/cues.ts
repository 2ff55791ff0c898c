import { Matcher, type PatternText, type WordClasses } from "./patterns.ts";

const classes: WordClasses = {
  relative:
    "mother/mothers/mum/mums/mom/moms/mam/father/fathers/dad/dads/grandmother/grandfather/grandma/grandpa/grandad/granddad/gran/granny/nan/grandparents/parents/aunt/auntie/uncle/cousin/cousins/brother/sister/relative/relatives/ancestor*/niece/nephew/neighbour/neighbor/colleague/boss/teacher/coach/friend/friends/classmate/flatmate/roommate/coworker/man/woman/girl/boy",
  present:
    "now/today/tonight/currently/just/still/again/is/isnt/are/looks/look/feels/keeps/cant/cannot/wont/seems/since/suddenly/minutes/hour/hours/has",
  personal: "i/im/ive/id/ill/my/me/myself/we/our/us/he/hes/his/him/himself/she/shes/her/herself",
};

/** What a phrase says about the findings around it. */
export type Cue =
  | "negation"
  | "list-negation"
  | "pseudo"
  | "past"
  | "long-past"
  | "long-standing"
  | "history"
  | "resolved"
  | "present"
  | "again"
  | "relative"
  | "relative-past"
  | "treated"
  | "family"
  | "study"
  | "if-someone"
  | "frame"
  | "personal";

const cues: Readonly<Record<Cue, readonly PatternText[]>> = {
  negation: [
    "not/isnt/arent/wasnt/werent/doesnt/didnt/hasnt/havent/hadnt/wouldnt/never/nor/neither/dont/nobody",
    "no one",
  ],
  "list-negation": [
    "no/without/denies/denied/denying",
    "negative for",
    "free of",
    "ruled/rule/rules out",
    "absence of",
    "instead of",
    "rather than",
  ],
  // Look like negations and negate nothing that matters here.
  pseudo: [
    "no/not idea/doubt/matter/sure/only/just/better/improv*/help*/reliev*/reli*/response/able/certain/stopping/getting",
    "not going away/down/well",
    "not feel*/well/good/right/okay/ok/eat*/drink*/feed*/long/normal/myself/himself/herself/joking/kidding/exaggerat*",
    "no good/relief/luck/improvement/change/energy/appetite/effect/use",
    "dont/doesnt/didnt know/understand/care/mean/see/remember/help/stop/work",
    "dont/didnt want to bother/worry/wait/go/call/waste/overreact/make/be/panic/fuss",
    "dont/doesnt/didnt feel well/good/right/ok/okay/great/myself",
    "dont/doesnt/didnt feel like eating/drinking/doing/getting/food/playing/anything/myself/himself/herself",
    "isnt/arent/wasnt help*/work*/doing/getting/better/right/normal/eating/drinking/feeding/coming/going/well",
    "hasnt/havent help*/work*/stopp*/eaten/slept/improved/gone/got",
    "hasnt/havent been right/well/eating/sleeping/drinking/feeding/able/himself/herself/myself/out/to/seen/moving",
    "never felt/happened/experienced/been/wake/waking/seen",
  ],
  "long-past": [
    "years/decades/ages ago",
    "years/decades since",
    "as a child/kid/baby/teenager/teen/boy/girl/student/toddler/youngster/newborn",
    "when i/he/she/we was/were #/little/small/young/seven/ten/a/at/in !hour/hours/minutes/in/on",
    "in my/his/her childhood/youth/teens/twenties/thirties/forties",
  ],
  past: [
    "in/during ~ autumn/spring/summer/winter/nineties/eighties/seventies/sixties",
    "years/months/decades/ages/time/long/weeks ago",
    "ago when",
    "years/months/decades back/before/earlier",
    "at birth",
    "as a newborn/preemie/premature/young/little/small",
    "at the age of #",
    "in/back school/college/university/uni",
    "when my ~ was born/little/small/young/alive/a",
    "last year/month/spring/summer/autumn/fall/winter/christmas/january/february/march/april/may/june/july/august/september/october/november/december",
    "in #",
    "back in",
    "when i/he/she/we was/were",
    "as a child/kid/baby/teenager/teen/boy/girl/student/toddler/youngster",
    "used to",
    "in the past",
    "previously/formerly",
    "once had/passed/fainted/overdosed/took/tried/was",
    "i/he/she/who once/previously",
    "survived a/an/the",
    "had ~ once",
    "years back",
    "never came/come back",
    "is/are history",
    "i/he/she had before/last/in/during",
    "cleared up",
    "in/during/sometime january/february/march/april/june/july/august/september/october/november/december",
    "as an infant",
    "in my/his/her childhood/youth/teens/twenties/thirties/forties",
  ],
  // Findings that went; never strength, speech or sight, whose going is the finding.
  resolved: [
    "rash/fever/pain/pains/headache/headaches/swelling/cough/redness/temperature/infection/itching/bruise/bruising/spots/symptoms/nausea/wheeze ~ has/have/is/are/had/have ~ gone/cleared/settled/resolved/faded/disappeared/vanished/stopped/down/healed/better",
    "rash/fever/pain/pains/headache/headaches/swelling/cough/redness/infection/itching/bruising/spots/symptoms/nausea/wheeze/dizziness went/cleared/settled/resolved/faded/disappeared/vanished/stopped away/up/./,/and/after/last/with/yesterday/on",
  ],
  "long-standing": [
    "since i/he/she/we was/were",
    "since childhood/birth",
    "since # !am/pm/oclock/hours/days/minutes/weeks/in/this/today",
    "for ~~ years/decades",
    "last/past # years",
    "all my life",
  ],
  history: ["history of", "previous/prior/past/former", "hx of"],
  again: ["now/today/tonight/currently/still/again/suddenly/minutes/hour/hours/worse"],
  present: [
    "@present",
    "this morning/afternoon/evening/week",
    "right now",
    "for # days/hours/minutes",
    "last night",
  ],
  relative: ["@relative"],
  "relative-past": [
    "died/suffered/committed/attempted",
    "passed away",
    "took his/her own",
    "killed himself/herself",
    "had ~~ at #",
    "lost his/her life",
    "made/makes me/us think",
    "shook/shaken",
  ],
  // Somebody else, and already looked after.
  treated: [
    "in hospital/rehab",
    "taken/rushed/admitted ~ hospital",
    "in intensive care",
    "is/are recovering",
    "recovered",
    "rushed in",
    "survived",
  ],
  family: [
    "family history",
    "in my/our/the family",
    "run/runs/ran in ~ family/families",
    "is it hereditary/genetic/inherited",
    "does/could/can it be inherited",
    "mothers/fathers/mums/moms/dads/maternal/paternal side",
  ],
  study: [
    "essay/essays/exam/exams/novel/leaflet/leaflets/policy/policies/homework/lecture/thesis/documentary/quiz/poster/curriculum/textbook/prevention/helpline/workshop/training/assignment",
    "first aid class/course/kit",
    "revision/flashcards/flashcard/screenplay/novelist/fiction/childproofing/newsletter/podcast/seminar",
    "story/film/movie/book/game hero/character/villain/plot",
    "hero/heroine/villain/protagonist ~ has/is/gets/dies/had",
    "website/article/label/insert/brochure/pamphlet/page/radio/programme/program ~ says/say/said/mentions/mentioned/lists/listed/warns/warned/about",
    "watched/watching/saw/seen/read/reading/heard ~~ about/where/tv/documentary/film/programme/program/article",
    "in a film/movie/book/game/show/series",
    "for my/our/the/a ~ course/class/book/blog/newsletter/group/study/studies/essay/exam/talk/project/poster/quiz/script",
    "in theory/general/principle",
    "hypothetical*",
    "writing a/an/about",
    "control number",
  ],
  "if-someone": [
    "if/when/that someone/somebody/anyone/people/person/child/patient",
    "if/when a/an/the/another person/child/patient/baby/adult/man/woman/kid/friend",
    "in case",
    "if i ever/had/were/get/got",
    "what if",
    "happen/happens if",
    "if my/our/his/her ~ ever",
    "if my/our/a/an/the ~ got/had/were/should",
    "if i/he/she/we/it/they ever/should",
    "said/told/advised/says/instructed ~~ call/ring/come/go/phone/return/contact ~ if/when",
    "say/suppose/imagine/lets a/an/someone/somebody/my/he/she/i/that/say",
    "scared/afraid/worried/terrified/frightened/nervous/anxious/fear of/about ~ having/getting/dying/choking/going/being",
  ],
  frame: [
    "how do/can/would/will/could/should i know/tell/recognise/recognize/spot/help/treat/prevent/avoid/lower/reduce/stop",
    "what should/can/do/could/would i do if/when someone/somebody/a/people/anyone",
    "tell/teach/show/give/send me",
    "explain ~~ to me",
    "help me understand/learn",
    "i want/wanted/need/like to know/learn/understand",
    "i would like to know/learn/understand",
    "id like to know/learn/understand",
    "i am a nurse/teacher/student/doctor/carer/writer",
    "im a nurse/teacher/student/doctor/carer/writer",
    "i was/am/im wondering/curious/reading/asking",
    "do i need to worry",
    "at what point/age/temperature/stage",
    "when should/would/do one/people/you/i/we/parents",
  ],
  personal: ["@personal"],
};

/** Finds all cues at once. */
export const cueMatcher = new Matcher<Cue>(
  Object.entries(cues).flatMap(([cue, patterns]) =>
    patterns.map((pattern) => [cue as Cue, pattern] as const),
  ),
  classes,
);
