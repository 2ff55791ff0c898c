import { pick, questionnaire, severity, since, tick } from "../build.ts";

/** Trouble with breathing. */
export const breathing = questionnaire("breathing", "Breathing trouble", {
  kind: "breathing",
  items: [
    pick("talk", "How well can you talk?", {
      options: [
        ["words", "Only single words", "emergency"],
        ["phrases", "Short phrases, then a pause for breath", "emergency"],
        ["sentences", "Whole sentences"],
      ],
    }),
    tick("now", "Do you have any of these now?", {
      options: [
        ["blue", "Blue or grey lips, or face", "emergency"],
        ["chest", "Pain or pressure in the chest", "emergency"],
        ["swelling", "Swelling of the lips, tongue or throat", "emergency"],
        ["choking", "Something is stuck in the throat", "emergency"],
        ["confused", "Confused, or very sleepy", "emergency"],
        ["blood", "Coughing up blood", "urgent"],
        ["noise", "A whistling or rasping noise at each breath", "urgent"],
        ["fever", "Fever or shivering", "urgent"],
      ],
    }),
    pick("when", "When are you short of breath?", {
      options: [
        ["rest", "At rest", "emergency"],
        ["lying", "When I lie down", "urgent"],
        ["walking", "When I walk on the flat", "urgent"],
        ["stairs", "On stairs or with effort", "routine"],
        ["not", "I am not: it is a cough or a blocked nose"],
      ],
    }),
    since(),
    severity("How bad is the trouble with breathing?", { isPain: false }),
    tick("history", "Which of these is true for you?", {
      options: [
        ["asthma", "Asthma or COPD, and the inhaler helps less than usual", "urgent"],
        ["allergy", "I met something that I am strongly allergic to", "emergency"],
        ["clot", "A blood clot before, or an operation or long journey lately", "urgent"],
        ["heart", "Heart failure", "urgent"],
        ["pregnant", "Pregnant, or gave birth in the last six weeks", "urgent"],
      ],
    }),
  ],
});
