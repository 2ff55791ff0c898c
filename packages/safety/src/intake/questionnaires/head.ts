import { pick, pregnancy, questionnaire, severity, since, tick } from "../build.ts";

/** Pain in the head. */
export const headache = questionnaire("headache", "Headache", {
  kind: "stroke",
  items: [
    tick("now", "Do you have any of these now?", {
      options: [
        ["face", "One side of the face hangs, or an arm or leg is weak or numb", "emergency"],
        ["speech", "Trouble speaking or finding words", "emergency"],
        ["vision", "Sudden loss of sight, or seeing double", "emergency"],
        ["fit", "A seizure, or hard to wake", "emergency"],
        ["neck", "Stiff neck, with fever or light that hurts", "emergency"],
        ["rash", "A rash that stays when a glass is pressed on it", "emergency"],
        ["vomiting", "Vomiting again and again", "urgent"],
        ["fever", "Fever", "urgent"],
      ],
    }),
    pick("begin", "How did it begin?", {
      options: [
        ["thunder", "At once: the worst within a minute", "emergency"],
        ["injury", "After a blow to the head", "urgent"],
        ["slow", "Slowly, over hours or longer"],
      ],
    }),
    tick("injury-signs", "Since the blow to the head", {
      when: { item: "begin", codes: ["injury"] },
      options: [
        ["out", "Was unconscious, or remembers nothing of it", "emergency"],
        ["worse", "The headache gets worse and worse", "emergency"],
        ["thinner", "Takes a blood thinner", "emergency"],
      ],
    }),
    tick("site", "Where is the pain?", {
      options: [
        ["temple", "At one temple, tender when touched", "urgent"],
        ["eye", "In or behind one red eye", "urgent"],
        ["forehead", "Forehead or face"],
        ["back", "Back of the head or neck"],
        ["side", "One half of the head"],
        ["all", "Everywhere"],
      ],
    }),
    since(),
    severity("How strong is the pain now?"),
    tick("history", "Which of these is true for you?", {
      options: [
        ["new", "It is unlike any headache I had before", "urgent"],
        ["immune", "Cancer, or a weakened immune system", "urgent"],
        ["over50", "Over 50, and never had headaches", "routine"],
        ["often", "I take painkillers on ten days of a month or more", "routine"],
      ],
    }),
    pregnancy,
  ],
  rules: [
    {
      id: "pregnant",
      all: [
        { item: "pregnant", codes: ["yes", "maybe"] },
        { item: "history", codes: ["new"] },
      ],
      raises: "emergency",
      says: "a new kind of headache in pregnancy",
    },
  ],
});
