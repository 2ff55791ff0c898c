import { systemRandom } from "@cloister/crypto/random";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { detect } from "./detect.ts";
import { besideSurrogates } from "./surrogates/second-look.ts";
import { Vault } from "./vault.ts";

const NOTE =
  "Hi, this is Marisol Quintero-Vega (DOB 03/04/1961, MRN 4411023). Dr. Okonkwo at Stonebridge Clinic saw me on March 9, 2024 and 2024-03-16. Call (503) 555-0147 or m.quintero@mail.example.org. Marisol's sister Ana Quintero-Vega drove me.";

function sealedNote() {
  const vault = Vault.create(systemRandom);
  return { vault, ...vault.deidentify(NOTE) };
}

function surrogateOf(mentions: readonly { original: string; surrogate: string }[], original: string): string {
  return mentions.find((mention) => mention.original === original)?.surrogate ?? "";
}

describe("surrogates", () => {
  it("hold nothing of the originals and lead back exactly", () => {
    const { vault, text } = sealedNote();
    for (const word of [
      "Marisol",
      "Quintero",
      "Okonkwo",
      "Stonebridge",
      "4411023",
      "03/04/1961",
      "0147",
      "m.quintero",
    ]) {
      expect(text).not.toContain(word);
    }
    expect(vault.leaksIn(text)).toEqual([]);
    expect(vault.reidentify(text)).toEqual({ text: NOTE, ambiguous: [] });
  });

  it("are the same for the same person in all forms, and relatives go on sharing a surname", () => {
    const { mentions } = sealedNote();
    const [first = "", ...last] = surrogateOf(mentions, "Marisol Quintero-Vega").split(" ");
    expect(surrogateOf(mentions, "Marisol")).toBe(first);
    expect(surrogateOf(mentions, "Ana Quintero-Vega").split(" ").slice(1)).toEqual(last);
    expect(first[0]).not.toBe("M");
  });

  it("differ between vaults, which cannot read each other's", () => {
    const [one, other] = [sealedNote(), sealedNote()];
    expect(one.text).not.toBe(other.text);
    expect(other.vault.reidentify(one.text).text).not.toBe(NOTE);
  });

  it("stay what they were when the same text comes again", () => {
    const { vault, text } = sealedNote();
    expect(vault.deidentify(NOTE).text).toBe(text);
  });

  it("keep script, case and form, in ranges that are nobody's", () => {
    const vault = Vault.create(systemRandom);
    const { text } = vault.deidentify("PT ИВАН ПЕТРОВ, SSN 536-22-8726, phone 503-867-5309, ip 8.8.4.4");
    expect(text).toMatch(
      /^PT \p{Lu}+ \p{Lu}+, SSN 9\d{2}-(?:0[1-9]|[1-4]\d)-\d{4}, phone (?:\d{3}-555-01\d{2}|[2-9]9\d-[2-9]\d{2}-\d{4}), ip 198\.1[89]\.\d+\.\d+$/u,
    );
    expect(text).toMatch(/PT \p{Script=Cyrillic}+ \p{Script=Cyrillic}+/u);
  });

  it("never collide in many", () => {
    const vault = Vault.create(systemRandom);
    const seen = new Set<string>();
    for (let at = 0; at < 3000; at += 1) {
      const { mentions } = vault.deidentify(`SSN ${100 + (at % 800)}-${10 + (at % 89)}-${1000 + at}`);
      seen.add(mentions[0]?.surrogate ?? "");
    }
    expect(seen.size).toBe(3000);
  });

  it("treat an age over 89 as one that says no more", () => {
    const vault = Vault.create(systemRandom);
    const { text } = vault.deidentify("My mom is a 93-year-old, her aunt is 97 years old.");
    expect(text).not.toMatch(/93|97/);
    expect(text).toContain("90");
    expect(vault.reidentify(text).text).toBe("My mom is a 93-year-old, her aunt is 97 years old.");
  });
});

describe("dates", () => {
  it("keep order, intervals, weekdays, precision and form", () => {
    const vault = Vault.create(systemRandom);
    const { text } = vault.deidentify("Admitted 03/01/2024, seen 03/08/2024, back 2024-03-15.");
    const [first = "", second = "", third = ""] = text.match(/\d{2}\/\d{2}\/\d{4}|\d{4}-\d{2}-\d{2}/g) ?? [];
    const day = (date: string) =>
      Date.parse(`${date}T00:00:00Z`.replace(/(\d{2})\/(\d{2})\/(\d{4})/, "$3-$1-$2")) / 86_400_000;
    expect(day(second) - day(first)).toBe(7);
    expect(day(third) - day(second)).toBe(7);
    expect(Math.abs(day(first) - day("2024-03-01")) % 7).toBe(0);
    expect(first).not.toBe("03/01/2024");
  });

  it("come back when they are written in another form", () => {
    const vault = Vault.create(systemRandom);
    const { mentions } = vault.deidentify("Seen on 2024-03-15.");
    const [year = 0, month = 1, day = 1] = surrogateOf(mentions, "2024-03-15").split("-").map(Number);
    const name = [
      "January",
      "February",
      "March",
      "April",
      "May",
      "June",
      "July",
      "August",
      "September",
      "October",
      "November",
      "December",
    ][month - 1];
    expect(vault.reidentify(`On ${name} ${day}, ${year} you came.`).text).toBe("On March 15, 2024 you came.");
  });
});

describe("what a model makes of surrogates", () => {
  const { vault, mentions } = sealedNote();
  const name = surrogateOf(mentions, "Marisol Quintero-Vega");
  const [first = "", last = ""] = name.split(" ");

  it.each([
    ["possessive", `${name}'s chart`, "Marisol Quintero-Vega's chart"],
    ["Markdown", `**${name}**, _${first}_`, "**Marisol Quintero-Vega**, _Marisol_"],
    ["capitals", `NOTE ${name.toUpperCase()}`, "NOTE MARISOL QUINTERO-VEGA"],
    ["small letters", name.toLowerCase(), "marisol quintero-vega"],
    ["a wrapped line", `see ${first}\n${last} now`, "see Marisol\nQuintero-Vega now"],
    ["a first name", `Dear ${first},`, "Dear Marisol,"],
    ["initial and surname", `${first[0]}. ${last}`, "M. Quintero-Vega"],
    ["a plural", `both ${first}s`, "both Marisols"],
  ])("%s", (_, written, restored) => {
    expect(vault.reidentify(written).text).toBe(restored);
  });

  it("a number with other marks", () => {
    const digits = surrogateOf(mentions, "(503) 555-0147").replaceAll(/\D/g, "");
    expect(
      vault.reidentify(`call ${digits.slice(0, 3)}.${digits.slice(3, 6)}.${digits.slice(6)} now`).text,
    ).toBe("call (503) 555-0147 now");
  });

  it("nothing inside addresses or code", () => {
    for (const text of [
      `https://vendor.example/?q=${first}`,
      `run \`find ${first}\``,
      `\`\`\`\n${name}\n\`\`\``,
    ]) {
      expect(vault.reidentify(text).text).toBe(text);
    }
  });

  it("the same however it is cut", () => {
    const reply = `Dear ${name},\n\n**${first}**, see \`${first}\` and https://x.example/${first} (${surrogateOf(mentions, "(503) 555-0147")}) on ${surrogateOf(mentions, "March 9, 2024")}; ${first[0]}. ${last} and ${first}'s MRN ${surrogateOf(mentions, "4411023")}.`;
    const whole = vault.reidentify(reply).text;
    expect(whole).toContain("Dear Marisol Quintero-Vega");
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 300, maxLength: 300 }), (sizes) => {
        const restorer = vault.restorer();
        let out = "";
        let at = 0;
        for (const size of sizes) {
          out += restorer.push(reply.slice(at, at + size));
          at += size;
        }
        expect(out + restorer.push(reply.slice(at)) + restorer.end()).toBe(whole);
      }),
    );
  });

  it("initials that may be two people's are left alone and told", () => {
    const two = Vault.create(systemRandom);
    const { mentions: both } = two.deidentify("Met Anna Brandtner. Met Agnes Brandtner.");
    const initial = (surrogateOf(both, "Anna Brandtner")[0] ?? "") + ".";
    const surname = surrogateOf(both, "Anna Brandtner").split(" ")[1] ?? "";
    const { text } = two.reidentify(`${initial} ${surname}`);
    expect(text).toBe("A. Brandtner");
  });
});

describe("round trips", () => {
  it("give back texts with the surrogates' own look in them", () => {
    const vault = Vault.create(systemRandom);
    const before = vault.deidentify("Jane Roe called.");
    const later = `The literal [PATIENT_1], <PERSON_1> and ${before.mentions[0]?.surrogate} must stay; Will said he will go.`;
    expect(vault.reidentify(vault.deidentify(later).text).text).toBe(later);
  });

  it("hold for any text", () => {
    const piece = fc.constantFrom(
      "Ana Ruiz",
      " ",
      "12/3/2020",
      "Will",
      "will",
      "MRN 4471",
      "\n",
      "(503) 867-5309",
      "`",
      "王小明",
      "McDonald",
      "mcdonald",
      "MCDONALD",
      "O'Brien",
      "97",
      "is 97",
      "A. B.",
      "Lund",
      "12 Oak St, Lund",
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(piece, fc.string({ maxLength: 6, unit: "grapheme" })), { maxLength: 14 }),
        (pieces) => {
          const text = pieces.join(" ").replaceAll("`", "'");
          const vault = Vault.create(systemRandom);
          expect(vault.reidentify(vault.deidentify(text).text).text).toBe(text);
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("sealing", () => {
  const key = new Uint8Array(32).fill(7);

  it("keeps everything, and opens with its key only", () => {
    const { vault, text } = sealedNote();
    const sealed = vault.seal(key);
    expect(Vault.open(sealed, key, systemRandom).reidentify(text).text).toBe(NOTE);
    expect(Vault.open(sealed, key, systemRandom).deidentify(NOTE).text).toBe(text);
    expect(() => Vault.open(sealed, new Uint8Array(32), systemRandom)).toThrowError(
      expect.objectContaining({ code: "DECRYPT_FAILED" }),
    );
    sealed[20] = (sealed[20] ?? 0) ^ 1;
    expect(() => Vault.open(sealed, key, systemRandom)).toThrowError(
      expect.objectContaining({ code: "DECRYPT_FAILED" }),
    );
  });
});

it("finds originals in a text about to leave", () => {
  const { vault } = sealedNote();
  const labels = vault.leaksIn("quintero marisol, record 44-110-23").map(({ label }) => label);
  expect(labels).toContain("NAME");
  expect(labels).toContain("MRN");
});

describe("a second look", () => {
  it("tells what stands beside surrogates, where it stood before", () => {
    const original = "ask Ana about it, then Bo Li";
    const mentions = [{ start: 4, end: 7, label: "NAME" as const, surrogate: "Wilhelmina" }];
    const text = "ask Wilhelmina about it, then Bo Li";
    const at = (part: string) => ({ start: text.indexOf(part), end: text.indexOf(part) + part.length });
    const found = [
      { ...at("Wilhelmina about"), label: "NAME" as const },
      { ...at("Bo Li"), label: "NAME" as const },
    ];
    const beside = besideSurrogates({ text, mentions }, found);
    expect(beside.map(({ start, end }) => original.slice(start, end))).toEqual([" about", "Bo Li"]);
  });

  it("leaves nothing beside surrogates that a strict detector takes for an identifier", () => {
    for (let draw = 0; draw < 40; draw += 1) {
      const result = Vault.create(systemRandom).deidentify(NOTE, "strict");
      expect(besideSurrogates(result, detect(result.text, "strict"))).toEqual([]);
    }
  });
});
