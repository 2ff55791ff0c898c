import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { codeOf } from "./rules.ts";
import {
  entriesFromJson,
  entriesToJson,
  loggedLeafFromJson,
  loggedLeafToJson,
  proofFromJson,
  proofToJson,
} from "./wire.ts";

const bytes = fc.uint8Array({ maxLength: 40 });

describe("the log's answers", () => {
  it("round-trip through JSON", () => {
    const logged = fc.record({
      index: fc.nat(),
      leafHash: bytes,
      proof: fc.array(bytes),
      checkpoint: fc.string({ unit: "grapheme" }),
    });
    fc.assert(
      fc.property(logged, (value) => {
        expect(loggedLeafFromJson(JSON.parse(JSON.stringify(loggedLeafToJson(value))))).toEqual(value);
        expect(proofFromJson(proofToJson(value.proof))).toEqual(value.proof);
        expect(entriesFromJson(entriesToJson(value.proof))).toEqual(value.proof);
      }),
    );
    expect(proofToJson([], 7)).toEqual({ proof: [], index: 7 });
  });

  it("of any other shape are refused with a typed error", () => {
    const shapes = fc.oneof(
      fc.jsonValue(),
      fc.record({
        index: fc.jsonValue(),
        leafHash: fc.string(),
        proof: fc.array(fc.string()),
        entries: fc.jsonValue(),
      }),
    );
    const read = fc.constantFrom<(json: unknown) => unknown>(
      loggedLeafFromJson,
      proofFromJson,
      entriesFromJson,
    );
    fc.assert(
      fc.property(shapes, read, (json, from) => {
        try {
          from(json);
        } catch (error) {
          expect(codeOf(error)).toBe("LOG_ANSWER");
        }
      }),
    );
    for (const json of [null, [], { proof: ["+"] }, { proof: "AA" }]) {
      expect(() => proofFromJson(json)).toThrow(/answer of the log/);
    }
  });
});
