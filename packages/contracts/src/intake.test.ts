import { isBaseError } from "@cloister/bytes";
import { type CborMap, decodeCbor, encodeCbor } from "@cloister/codec";
import { describe, expect, it } from "vitest";
import { decodeContent, encodeContent, type TextContent } from "./content.ts";

const id = "AAAAAAAAAAAAAAAAAAAAAA";
const text: TextContent = {
  kind: "text",
  conversation: id,
  id,
  sentAtMs: 1,
  body: "Symptom check: Chest pain",
  intake: {
    questionnaire: "chest-pain",
    version: "1",
    answers: [
      { item: "spread", codes: ["arm", "jaw"] },
      { item: "severity", value: 0 },
    ],
    urgency: "emergency",
  },
};

describe("an intake", () => {
  it("travels with its summary as codes", () => {
    expect(decodeContent(encodeContent(text))).toEqual(text);
  });

  it.each([
    ["words for codes", { answers: [{ item: "spread", codes: ["My left arm!"] }] }],
    ["words for a question", { answers: [{ item: "Where?", codes: ["arm"] }] }],
    ["a number beyond any scale", { answers: [{ item: "severity", value: 5000 }] }],
    ["both kinds of answer", { answers: [{ item: "severity", value: 5, codes: ["arm"] }] }],
    [
      "more answers than any questionnaire",
      { answers: Array.from({ length: 65 }, () => ({ item: "severity", value: 5 })) },
    ],
    ["an urgency of its own", { urgency: "none" }],
    ["more than answers", { note: "and my name is" }],
  ])("is refused with %s", (_what, changes) => {
    const map = decodeCbor(encodeContent(text)) as CborMap;
    const intake = { ...(map["intake"] as CborMap), ...changes };
    let found: unknown;
    try {
      decodeContent(encodeCbor({ ...map, intake }));
    } catch (error) {
      found = error;
    }
    expect(isBaseError(found) && found.family).toBe("Decode");
  });
});
