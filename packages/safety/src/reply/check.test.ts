import { describe, expect, it } from "vitest";
import { checkReply, type ReplyReason } from "../index.ts";

describe("what a model may say", () => {
  it.each<[ReplyReason, string]>([
    ["diagnoses", "You have pneumonia."],
    ["diagnoses", "The diagnosis is clear."],
    ["diagnoses", "You do not have cancer."],
    ["changes-dose", "Take 400 mg of ibuprofen now."],
    ["changes-dose", "Stop your warfarin."],
    ["changes-dose", "I would double your insulin tonight."],
    ["plays-down", "There is no need to call an ambulance."],
    ["plays-down", "It will pass on its own."],
    ["helps-self-harm", "That would be enough to die."],
    ["helps-self-harm", "They would be better off without you."],
    ["claims-licence", "As your doctor, I recommend rest."],
    ["claims-licence", "I am a licensed nurse."],
  ])("withholds what %s: %s", (reason, clause) => {
    const { ok, reasons } = checkReply(clause);
    expect(ok).toBe(false);
    expect(reasons).toContain(reason);
  });

  it.each([
    "You may have an infection.",
    "If you have pneumonia, you need to be seen.",
    "Some people have asthma all their life.",
    "Do not stop your warfarin unless your doctor tells you to.",
    "Take your tablets as prescribed.",
    "I am not a doctor.",
    "A nurse can take out the stitches.",
    "Call 911 now.",
    "You have a message.",
    "",
  ])("lets pass: %s", (clause) => {
    expect(checkReply(clause)).toEqual({ ok: true, reasons: [] });
  });

  it("gives every reason once, and refuses what is no clause", () => {
    expect(checkReply("You have gout, take 20 mg of prednisone, it is harmless.").reasons).toEqual([
      "changes-dose",
      "diagnoses",
      "plays-down",
    ]);
    expect(() => checkReply("a".repeat(100_001))).toThrowError(
      expect.objectContaining({ code: "SAFETY_TEXT" }),
    );
  });
});
