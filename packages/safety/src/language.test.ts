import { describe, expect, it } from "vitest";
import { checkRedFlags, conformSafety } from "./index.ts";
import { crises } from "./testdata/crises.ts";
import { everyday } from "./testdata/everyday.ts";

describe("language", () => {
  it.each([
    "Mein Kopf tut weh und ich habe seit gestern Fieber",
    "No puedo respirar y me duele mucho el pecho",
    "J'ai très mal à la poitrine depuis ce matin",
    "Não consigo respirar, meu peito dói muito",
    "Bardzo boli mnie głowa i mam gorączkę od wczoraj",
    "我胸口很痛，喘不过气",
    "У меня сильно болит грудь",
    "صدري يؤلمني جدا",
  ])("says that it cannot read %s", (text) => {
    expect(checkRedFlags(text).language).toBe("unknown");
    expect(conformSafety({ id: 1, text })).toMatchObject({ language: "unknown" });
  });

  it("reads English, misspelt or short", () => {
    const texts = [...crises, ...everyday].map(([, text]) => text);
    const unread = texts.filter((text) => checkRedFlags(text).language !== undefined);
    expect(unread.length / texts.length).toBeLessThan(0.01);
    for (const text of ["", "help", "chst pain hlp", "ok thx", "38.5"]) {
      expect(checkRedFlags(text)).not.toHaveProperty("language");
    }
  });
});
