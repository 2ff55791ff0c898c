import { describe, expect, it } from "vitest";
import { conformRoute } from "./conform.ts";
import { defaultPolicy } from "./policy.ts";
import { reasonWords } from "./reasons.ts";

const ports = {
  detect: (text: string) => (text.includes("Ana") ? [{ label: "NAME" }] : []),
  residueCount: () => 0,
};
const answer = (request: unknown) => conformRoute(request, { policy: defaultPolicy, atMs: 0, ports });

describe("the suite route", () => {
  it("answers with a place that is available", () => {
    expect(answer({ id: 7, text: "My aunt Ana is ill", available: ["client", "on-premise"] })).toEqual({
      id: 7,
      sensitivity: "sensitive",
      processor: "on-premise",
      deidentify: false,
      reasons: ["HAS_NAME", "CASE_RELATIVE"],
    });
  });

  it("reads the context", () => {
    const context = { patient: true, attachments: 1, history: ["hi"], fileNames: ["a.pdf"], retrieved: [] };
    const { sensitivity, reasons } = answer({
      id: "a",
      text: "What is gout?",
      context,
      available: ["client"],
    });
    expect(sensitivity).toBe("contextual");
    expect(reasons).toEqual(expect.arrayContaining(["PATIENT_LINKED", "ATTACHMENT_UNREAD"]));
    expect(answer({ id: "a", text: "hi", context: null, available: ["client"] }).sensitivity).toBe("public");
  });

  it("refuses where nothing that is available may answer", () => {
    expect(() => answer({ id: "a", text: "hi", available: ["cloud"] })).toThrowError(/offer one inside/);
  });

  it.each([
    null,
    { text: "a", available: ["client"] },
    { id: 1, text: 2, available: ["client"] },
    { id: 1, text: "a", available: [] },
    { id: 1, text: "a", available: ["moon"] },
    { id: 1, text: "a" },
    { id: 1, text: "a", available: ["client"], context: [] },
    { id: 1, text: "a", available: ["client"], context: { history: "no" } },
    { id: 1, text: "a", available: ["client"], context: { attachments: "many" } },
  ])("refuses a request that is none (%#)", (request) => {
    expect(() => answer(request)).toThrowError(expect.objectContaining({ code: "CONFORM_REQUEST" }));
  });

  it("has words for each reason, without a mark at their end", () => {
    for (const [code, words] of reasonWords) {
      expect(code).toMatch(/^[A-Z0-9]+(?:_[A-Z0-9]+)+$/);
      expect(words).toMatch(/^[a-z].*[a-zA-Z0-9]$/);
    }
  });
});
