import { pick, questionnaire, severity, since, tick } from "../build.ts";

/** Pain or pressure in the chest. */
export const chestPain = questionnaire("chest-pain", "Chest pain or pressure", {
  kind: "cardiac",
  items: [
    tick("now", "Do you have any of these now?", {
      options: [
        ["breathless", "Short of breath", "emergency"],
        ["sweat", "Cold sweat, grey or very pale", "emergency"],
        ["faint", "Fainted, or about to faint", "emergency"],
        ["vomiting", "Vomiting, or feeling very sick", "urgent"],
        ["racing", "Heart racing or beating unevenly", "urgent"],
      ],
    }),
    pick("feel", "What does it feel like most of all?", {
      options: [
        ["pressure", "Pressure, tightness or a heavy weight", "emergency"],
        ["tearing", "Tearing or ripping", "emergency"],
        ["breathing", "Sharp when I breathe in or cough", "urgent"],
        ["burning", "Burning behind the breastbone, after meals", "routine"],
        ["touch", "Sore when I press on it or move"],
      ],
    }),
    tick("spread", "Where else is the pain?", {
      options: [
        ["arm", "Arm or shoulder", "emergency"],
        ["jaw", "Jaw or neck", "emergency"],
        ["back", "Between the shoulder blades", "emergency"],
        ["belly", "Upper belly", "urgent"],
      ],
    }),
    since("How long has this pain lasted?"),
    severity("How strong is the pain now?"),
    tick("history", "Which of these is true for you?", {
      options: [
        ["heart", "A heart attack, angina or heart surgery before", "urgent"],
        ["clot", "A blood clot in the leg or lung before", "urgent"],
        ["still", "A long journey, an operation or a plaster in the last four weeks", "urgent"],
        ["leg", "One leg is swollen or painful", "urgent"],
        ["risk", "Diabetes, high blood pressure, high cholesterol or smoking", "routine"],
      ],
    }),
  ],
  rules: [
    {
      id: "heart-before",
      all: [
        { item: "history", codes: ["heart"] },
        { item: "since", codes: ["minutes", "hours"] },
      ],
      raises: "emergency",
      says: "new chest pain after heart trouble before",
    },
    {
      id: "clot",
      all: [
        { item: "history", codes: ["clot", "still", "leg"] },
        { item: "feel", codes: ["breathing"] },
      ],
      raises: "emergency",
      says: "pain on breathing in, with a risk of a blood clot",
    },
  ],
});
