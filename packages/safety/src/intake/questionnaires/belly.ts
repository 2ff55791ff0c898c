import { pick, pregnancy, questionnaire, severity, since, tick } from "../build.ts";

/** Pain in the belly. */
export const abdominalPain = questionnaire("abdominal-pain", "Belly pain", {
  kind: "abdomen",
  items: [
    tick("now", "Do you have any of these now?", {
      options: [
        ["rigid", "The belly is hard as a board, or hurts at every movement", "emergency"],
        ["blood-up", "Vomiting blood, or something like coffee grounds", "emergency"],
        ["blood-down", "Black stool like tar, or much blood in it", "emergency"],
        ["faint", "Fainted, or about to faint", "emergency"],
        ["chest", "Pain in the chest, the neck or the shoulder too", "emergency"],
        ["testicle", "Sudden pain in a testicle", "emergency"],
        ["fever", "Fever or shivering", "urgent"],
        ["vomiting", "Vomiting again and again", "urgent"],
        ["no-stool", "Neither stool nor wind for a day, and a swollen belly", "emergency"],
        ["yellow", "Yellow skin or eyes", "urgent"],
      ],
    }),
    tick("site", "Where is the pain?", {
      options: [
        ["upper-right", "Upper right"],
        ["upper-middle", "Upper middle"],
        ["upper-left", "Upper left"],
        ["navel", "Around the navel"],
        ["lower-right", "Lower right", "urgent"],
        ["lower-middle", "Lower middle"],
        ["lower-left", "Lower left"],
        ["flank", "In the side or back"],
      ],
    }),
    pick("begin", "How did it begin?", {
      options: [
        ["sudden", "Suddenly, and very strong", "emergency"],
        ["waves", "In waves"],
        ["slow", "Slowly"],
      ],
    }),
    since(),
    severity("How strong is the pain now?"),
    pregnancy,
    tick("pregnant-signs", "In this pregnancy", {
      when: { item: "pregnant", codes: ["yes", "maybe"] },
      options: [
        ["bleeding", "Bleeding from the vagina", "emergency"],
        ["one-side", "The pain is on one side, low down", "emergency"],
        ["still", "The baby moves less than usual", "emergency"],
        ["water", "Water breaks, or regular pains before the date", "emergency"],
      ],
    }),
    tick("history", "Which of these is true for you?", {
      options: [
        ["aneurysm", "A widened main artery (aneurysm)", "emergency"],
        ["operation", "An operation on the belly in the last month", "urgent"],
        ["over65", "Over 65", "routine"],
      ],
    }),
  ],
});
