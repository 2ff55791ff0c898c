import { BaseError } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { answerTo, contacts, patient, text } from "../testing/people.ts";
import { contactName, explain, initialsOf, nameOf, noticeWords, previewOf } from "./words.ts";

const findContact = (account: string) => contacts[account];

describe("names", () => {
  it("calls oneself You, others by name, and nobody by an id", () => {
    expect(nameOf("amina", patient, findContact)).toBe("You");
    expect(nameOf("lena", patient, findContact)).toBe("Dr Lena Vogt");
    expect(nameOf("q83hz", patient, findContact)).toBe("Somebody new");
    expect(
      contactName({ account: "x", role: "patient", name: "", vouched: false, verification: "unverified" }),
    ).toBe("Somebody new");
  });

  it.each([
    ["Dr Lena Vogt", "LV"],
    ["Joseph Okafor, nurse", "JO"],
    ["Prof. Ada", "A"],
    ["أمينة حداد", "أح"],
    ["𝒜lice", "𝒜"],
    ["", ""],
  ])("stands %j for %j", (name, initials) => {
    expect(initialsOf(name)).toBe(initials);
  });
});

describe("errors in words", () => {
  it("says what to do about a known code, else about its family, else what the error itself says", () => {
    expect(explain(new BaseError("Policy", "INVITATION_EXPIRED", "expired"))).toContain(
      "Ask the organisation",
    );
    expect(explain(new BaseError("Unavailable", "RELAY_DOWN", "no answer"))).toContain("try again");
    expect(explain(new BaseError("Usage", "LINK_CODE", "copy the whole code again"))).toBe(
      "Copy the whole code again.",
    );
    expect(explain(new TypeError("x is undefined"))).not.toContain("undefined");
  });
});

describe("what stands for a message", () => {
  it("marks one's own words and an AI's", () => {
    const mine = text("1", { mine: true, body: "Good morning" });
    expect(previewOf(mine, patient, findContact)).toBe("You: Good morning");
    const answer = answerTo(mine, "assistant");
    expect(previewOf(answer, patient, findContact)).toMatch(/^AI: A reliever/);
  });

  it("tells who brought somebody in", () => {
    const joined = { type: "joined", account: "lena" } as const;
    expect(noticeWords(joined, patient, findContact, "assistant")).toBe(
      "Cloister assistant added Dr Lena Vogt",
    );
    expect(noticeWords(joined, patient, findContact, "amina")).toBe("You added Dr Lena Vogt");
  });

  it("tells from whose side consent came", () => {
    const granted = { type: "consent", agent: "assistant", granted: true } as const;
    expect(noticeWords(granted, patient, findContact, "amina")).toBe(
      "You let Cloister assistant (AI) read what you address to it",
    );
    expect(noticeWords({ ...granted, granted: false }, patient, findContact, "lena")).toContain(
      "Dr Lena Vogt took back the consent",
    );
  });
});
