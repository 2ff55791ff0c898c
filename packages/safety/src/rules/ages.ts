import { type RuleSet, rulesFor } from "./kinds.ts";

/** Pregnancy and babies. */
export const ages: RuleSet = {
  findings: {
    pregnant: ["pregnan*", "# weeks along", "expecting ~ baby", "gestation", "trimester"],
    "preg-bleed": ["bleed*", "blood ~ coming/out/clots/everywhere", "soak* ~ pad/pads"],
    "preg-heavy": ["heavy/heavily/gush*/soak*/lots/lot/clots/badly/pouring/fresh/bright", "blood coming"],
    "preg-pain": [
      "sharp/strong/stabbing/severe ~ @pain",
      "@severe/awful/bad/badly ~ @pain",
      "@pain ~~ one side",
      "shoulder ~ tip/@pain",
      "hurting badly",
      "@belly ~ @pain/hurting",
      "cramp*",
    ],
    "shoulder-pain": ["shoulder ~ tip/@pain", "@pain ~ shoulder"],
    preeclampsia: [
      "splitting/severe/bad/terrible/awful/constant/pounding/banging headache",
      "head ~ pounding/splitting/banging/throbbing/exploding",
      "sparkles/sparkly/zigzag*/floaters/stars",
      "face/hands/feet ~ puffed/puffy/swollen/swelled/ballooned",
      "flashing/flashes/spots/blurr* ~ lights/light/vision/eyes",
      "blurr* vision",
      "vision ~ blurr*/fuzzy/spots",
      "headache ~ severe/bad/terrible/awful/constant/pounding",
      "seeing spots/stars/lights",
      "swollen/swelling/puffy hands/face/feet",
      "pain under ~ ribs",
    ],
    "no-movement": [
      "hasnt/havent/not/isnt/no/stopped/less/didnt/cant ~~ move*/moving/kick*/movement* ~~ yesterday/today/day/hours/morning/since/baby",
      "@baby ~ not/hasnt/isnt/stopped ~ mov*/kick*",
      "havent/hasnt/cant/not felt/feel ~ baby ~ move/kick*",
      "bump/baby ~ quiet/still/silent/quieter",
      "no kicks/kicking/movement/movements",
      "reduced/decreased/no/fewer ~ movements/kicks",
    ],
    cord: [
      "see/feel ~ cord/foot/hand/umbilical",
      "cord ~ out/hanging",
      "waters/water ~ broke/broken/gone ~~ green/brown/weeks/cord/blood",
    ],
    labour: ["baby ~ coming ~ now", "contractions ~~ early/weeks/minutes", "head ~ crowning/out"],
    postpartum: [
      "gave/given birth",
      "had/delivered ~ baby",
      "postpartum/postnatal",
      "after ~ birth/delivery",
      "c section",
    ],
    "young-baby": ["newborn/infant/neonate/baby", "# week/weeks/day/days old", "# month/months old"],
    "infant-ill": [
      "floppy/limp/lethargic/listless",
      "sleepy/drowsy all/too/to",
      "barely/hardly/wont/not/weak* suck*/feed*/latch*/drink*",
      "looks/turned/gone/is yellow/jaundiced/mottled",
      "@cannot/wont/not/isnt/refus*/stopped ~ feed*/nurs*/drink*/suck*/wake",
      "hard ~ wake",
      "vomit*/throwing/sick ~ green/bile",
      "vomiting green",
      "green vomit",
      "bulging/sunken fontanel*/soft",
      "fontanel*/spot ~ bulg*/sunk*/swollen",
      "hates/hate/cries/screams ~ being ~ held/touched/picked",
      "not/isnt/stopped crying ~ and/limp",
      "no/hasnt/not/havent ~~ wet ~ nappy/nappies/diaper/diapers",
      "dry nappy/nappies/diaper/diapers",
      "high pitched cry",
      "blood ~ nappy/diaper/stool",
      "tummy/belly ~ swollen/swelling/distended",
    ],
  },
  rules: [
    ...rulesFor("pregnancy", {
      "PREGNANCY-1": {
        all: [
          ["pregnant", "late-pregnancy"],
          "preg-bleed",
          ["preg-heavy", "preg-pain", "late-pregnancy", "faint"],
        ],
      },
      "PREGNANCY-2": { all: [["pregnant", "late-pregnancy", "postpartum"], "preeclampsia"] },
      "PREGNANCY-3": { all: ["no-movement", ["late-pregnancy", "pregnant"]] },
      "PREGNANCY-4": {
        all: [
          ["cord", "labour"],
          ["late-pregnancy", "pregnant", "cord"],
        ],
      },
      "PREGNANCY-5": { all: ["pregnant", "preg-pain", ["faint", "preg-bleed", "shoulder-pain"]] },
      "PREGNANCY-6": { all: ["postpartum", ["bleeding-heavy", "preg-heavy"], "preg-bleed"] },
      "PREGNANCY-7": { all: ["pregnant", "violence"] },
    }),
    ...rulesFor("infant-fever", {
      "INFANT-1": { all: ["young-infant", ["fever", "fever-value"]] },
    }),
    ...rulesFor("infant", {
      "INFANT-2": { all: ["young-baby", "infant-ill"] },
      "INFANT-3": { all: ["young-infant", ["cannot-breathe", "breathing-effort", "very-drowsy"]] },
    }),
  ],
};
