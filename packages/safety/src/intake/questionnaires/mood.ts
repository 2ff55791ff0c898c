import { pick, questionnaire, since, tick } from "../build.ts";

/** Low mood, fear and crises. Asking about suicide does not put it into anybody's mind. */
export const mood = questionnaire("mood", "Mood, worry or crisis", {
  kind: "suicide",
  items: [
    pick("thoughts", "In the last two weeks, did you think of being dead or of killing yourself?", {
      options: [
        ["plan", "Yes, and I know how I would do it", "emergency"],
        ["often", "Yes, often", "emergency"],
        ["passing", "Now and then, without wanting to do it", "urgent"],
        ["no", "No"],
      ],
    }),
    tick("now", "Is any of this so now?", {
      options: [
        ["act", "I did something to harm myself, or took too much of something", "emergency"],
        ["means", "I have what I would need to end my life at hand", "emergency"],
        ["others", "I could harm somebody else", "emergency"],
        ["voices", "I hear voices or see things that others do not", "emergency"],
        ["unsafe", "Somebody hurts or threatens me", "emergency"],
        ["alone", "I am alone, and nobody knows how I feel", "urgent"],
        ["no-sleep", "I hardly slept for three nights", "urgent"],
      ],
    }),
    pick("low", "How often did you feel low or without hope in the last two weeks?", {
      options: [
        ["daily", "Nearly every day", "urgent"],
        ["half", "More than half of the days", "routine"],
        ["some", "Some days", "routine"],
        ["never", "Never"],
      ],
    }),
    pick("fear", "How often were you anxious, or had panic?", {
      options: [
        ["daily", "Nearly every day", "routine"],
        ["half", "More than half of the days", "routine"],
        ["some", "Some days"],
        ["never", "Never"],
      ],
    }),
    since(),
    tick("history", "Which of these is true for you?", {
      options: [
        ["attempt", "I tried to end my life before", "urgent"],
        ["birth", "I gave birth in the last year", "urgent"],
        ["drink", "I drink or take drugs to get through the day", "urgent"],
        ["medicine", "I began, stopped or changed a medicine for my mood", "urgent"],
      ],
    }),
  ],
  rules: [
    {
      id: "attempt-before",
      all: [
        { item: "history", codes: ["attempt"] },
        { item: "thoughts", codes: ["passing", "unsure"] },
      ],
      raises: "emergency",
      says: "thoughts of suicide after an attempt before",
    },
  ],
});
