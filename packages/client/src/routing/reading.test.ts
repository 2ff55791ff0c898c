import { describe, expect, it } from "vitest";
import { failedReading, readText } from "./index.ts";

describe("reading what is being written", () => {
  it("finds identifiers where they stand, and how sensitive they make it", () => {
    const text = "My mother Ana Ruiz, born 3/9/1961, has gout.";
    const { spans, assessment } = readText(text);
    const found = spans.map(({ start, end, label }) => [text.slice(start, end), label]);
    expect(found).toEqual([
      ["Ana Ruiz", "NAME"],
      ["3/9/1961", "DATE"],
    ]);
    expect(assessment).toMatchObject({
      sensitivity: "sensitive",
      reasons: ["HAS_NAME", "HAS_DATE", "CASE_RELATIVE"],
    });
  });

  it("takes a general question for one, and a described patient as the policy says", () => {
    expect(readText("What are the symptoms of gout?")).toMatchObject({
      spans: [],
      assessment: { sensitivity: "public" },
    });
    const described = "prognosis of a 68-year-old with COPD";
    expect(readText(described).assessment.sensitivity).toBe("contextual");
    expect(readText(described, { describedPatients: "public" }).assessment.sensitivity).toBe("public");
  });

  it("counts what cannot be read as what was not checked", () => {
    expect(readText(undefined as unknown as string)).toEqual(failedReading);
    expect(failedReading.assessment).toMatchObject({ sensitivity: "sensitive", isCloudBarred: true });
  });
});
