import { pick, questionnaire, since, tick } from "../build.ts";

/** Fever of a baby or child, answered by whoever looks after it. */
export const feverChild = questionnaire("fever-child", "Fever in a baby or child", {
  kind: "infant-fever",
  items: [
    pick("age", "How old is the child?", {
      options: [
        ["newborn", "Under 3 months", "urgent"],
        ["infant", "3 to 5 months", "urgent"],
        ["baby", "6 to 11 months", "routine"],
        ["toddler", "1 to 4 years"],
        ["child", "5 years or older"],
      ],
    }),
    pick("temperature", "What was the highest temperature?", {
      loinc: { code: "8310-5", display: "Body temperature" },
      options: [
        ["cold", "Below 36 °C (96.8 °F)", "urgent"],
        ["normal", "36 to 37.9 °C (96.8 to 100.3 °F)"],
        ["fever", "38 to 38.9 °C (100.4 to 102.1 °F)"],
        ["high", "39 to 39.9 °C (102.2 to 103.9 °F)", "routine"],
        ["very-high", "40 °C (104 °F) or more", "urgent"],
        ["not-measured", "Not measured", "routine"],
      ],
    }),
    tick("now", "Does the child have any of these?", {
      options: [
        ["limp", "Floppy, hard to wake, or does not react as usual", "emergency"],
        ["breathing", "Fights for breath: grunting, ribs sucked in, pauses", "emergency"],
        ["blue", "Blue, grey or blotchy skin or lips", "emergency"],
        ["rash", "A rash that stays when a glass is pressed on it", "emergency"],
        ["fit", "A seizure", "emergency"],
        ["neck", "Stiff neck, or a bulging soft spot on the head", "emergency"],
        ["cry", "A weak or high-pitched cry that does not stop", "emergency"],
        ["dry", "No wet nappy or no urine for eight hours, no tears", "urgent"],
        ["ear", "Ear pain, or pulls at an ear", "routine"],
      ],
    }),
    pick("drinking", "How does the child drink?", {
      options: [
        ["nothing", "Nothing at all, or vomits everything", "urgent"],
        ["half", "Less than half of the usual", "urgent"],
        ["well", "Well"],
      ],
    }),
    since("Since when is there fever?"),
    tick("history", "Which of these is true for the child?", {
      options: [
        ["immune", "A weakened immune system, or cancer treatment", "emergency"],
        ["heart", "A heart, lung or kidney illness", "urgent"],
        ["abroad", "Was in a country with malaria in the last year", "urgent"],
        ["unvaccinated", "Not vaccinated", "urgent"],
      ],
    }),
  ],
  rules: [
    {
      id: "newborn-fever",
      all: [
        { item: "age", codes: ["newborn"] },
        { item: "temperature", codes: ["cold", "fever", "high", "very-high"] },
      ],
      raises: "emergency",
      says: "fever or a low temperature under 3 months of age",
    },
    {
      id: "long-fever",
      all: [{ item: "since", codes: ["week", "weeks"] }],
      raises: "urgent",
      says: "fever for four days or longer",
    },
  ],
});
