import { pick, pregnancy, questionnaire, severity, since, tick } from "../build.ts";

/** Trouble with passing water. */
export const urinary = questionnaire("urinary", "Trouble passing urine", {
  kind: "sepsis",
  items: [
    tick("now", "Do you have any of these now?", {
      options: [
        ["blocked", "Cannot pass urine at all, with a painful, full bladder", "emergency"],
        ["confused", "Confused, or very sleepy", "emergency"],
        ["shaking", "Shivering that shakes the whole body", "emergency"],
        ["numb", "Numb between the legs, or new weakness in the legs", "emergency"],
        ["testicle", "Sudden pain in a testicle", "emergency"],
        ["fever", "Fever", "urgent"],
        ["flank", "Pain in the side or back", "urgent"],
        ["vomiting", "Vomiting", "urgent"],
        ["blood", "Blood in the urine", "urgent"],
      ],
    }),
    tick("what", "What do you notice?", {
      options: [
        ["burning", "Burning when passing urine", "routine"],
        ["often", "Have to go often, or in a hurry"],
        ["smell", "Cloudy urine, or a strong smell"],
        ["discharge", "Discharge, or sores", "routine"],
        ["leak", "Leaking urine"],
        ["slow", "A weak stream"],
      ],
    }),
    pick("who", "For whom is this?", {
      options: [
        ["child", "A child", "urgent"],
        ["woman", "A woman"],
        ["man", "A man", "routine"],
      ],
    }),
    since(),
    severity("How strong is the pain now?"),
    { ...pregnancy, when: { item: "who", codes: ["woman"] } },
    tick("history", "Which of these is true?", {
      options: [
        ["catheter", "A catheter", "urgent"],
        ["kidney", "One kidney, a transplant or kidney disease", "urgent"],
        ["immune", "Diabetes, or a weakened immune system", "urgent"],
        ["again", "Three or more of these infections in a year", "routine"],
      ],
    }),
  ],
  rules: [
    {
      id: "pregnant",
      all: [
        { item: "pregnant", codes: ["yes", "maybe"] },
        { item: "what", codes: ["burning", "often", "smell"] },
      ],
      raises: "urgent",
      says: "signs of a bladder infection in pregnancy",
    },
  ],
});
