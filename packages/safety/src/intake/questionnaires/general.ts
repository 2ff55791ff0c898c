import { pick, pregnancy, questionnaire, severity, since, tick } from "../build.ts";

/** Anything else. */
export const general = questionnaire("general", "Something else", {
  kind: "illness",
  items: [
    tick("now", "Is any of this so now?", {
      options: [
        ["breath", "Hard to breathe", "emergency"],
        ["chest", "Pain or pressure in the chest", "emergency"],
        ["weak", "One side is weak or numb, the face hangs, or speech is slurred", "emergency"],
        ["faint", "Fainted, confused, or hard to wake", "emergency"],
        ["bleeding", "Bleeding that does not stop", "emergency"],
        ["allergy", "Swelling of the lips, tongue or throat", "emergency"],
        ["poison", "Took too much of a medicine, or something poisonous", "emergency"],
        ["harm", "Thoughts of ending my life", "emergency"],
        ["fever", "Fever or shivering", "urgent"],
        ["vomiting", "Can keep down neither food nor drink", "urgent"],
      ],
    }),
    tick("about", "What is it about?", {
      options: [
        ["pain", "Pain"],
        ["tired", "Tiredness, dizziness or weakness", "routine"],
        ["cold", "Cold, cough or sore throat"],
        ["stomach", "Sickness, diarrhoea or constipation"],
        ["eye", "Eyes or sight", "urgent"],
        ["ear", "Ears or hearing"],
        ["joint", "Muscles, bones or joints"],
        ["medicine", "A medicine, or what it does to me", "routine"],
        ["weight", "Losing weight without wanting to", "routine"],
      ],
    }),
    tick("site", "Where in the body?", {
      options: [
        ["head", "Head or neck"],
        ["chest", "Chest or upper back"],
        ["belly", "Belly or lower back"],
        ["arm", "Arm or hand"],
        ["leg", "Leg or foot"],
        ["all", "Everywhere"],
      ],
    }),
    since(),
    severity("How bad is it now?", { isPain: false }),
    pick("course", "How does it change?", {
      options: [
        ["fast", "It gets worse fast", "urgent"],
        ["worse", "It gets slowly worse", "routine"],
        ["same", "It stays the same"],
        ["better", "It gets better"],
      ],
    }),
    pregnancy,
    tick("history", "Which of these is true for you?", {
      options: [
        ["immune", "Cancer treatment, or a weakened immune system", "urgent"],
        ["operation", "An operation or a hospital stay in the last month", "routine"],
        ["chronic", "A heart, lung, kidney or liver illness, or diabetes", "routine"],
      ],
    }),
  ],
});
