import { describe, expect, it } from "vitest";
import { breachReport, type Incident, readIncident } from "./breach.ts";

const incident: Incident = {
  discovered: "2026-11-10",
  from: "2026-11-01",
  to: "2026-11-09",
  affected: { NY: 3 },
  keysExposed: true,
  what: "a laptop with the data folder was stolen",
};
const deadlinesOf = (change: Partial<Incident>) =>
  breachReport({ ...incident, ...change }, []).deadlines.map(({ to, by }) => `${by} ${to}`);

describe("the breach helper", () => {
  it("counts 60 days for people, and from the year's end where fewer than 500 are affected", () => {
    expect(deadlinesOf({})).toEqual(["2027-01-09 each person affected", "2027-03-01 the Secretary of HHS"]);
    expect(deadlinesOf({ affected: { NY: 250, NJ: 249 } })[1]).toBe("2027-03-01 the Secretary of HHS");
  });

  it("tells the Secretary with the people from 500 on, and the media of a State from 501 on", () => {
    expect(deadlinesOf({ affected: { NY: 250, NJ: 250 } })).toEqual([
      "2027-01-09 each person affected",
      "2027-01-09 the Secretary of HHS",
    ]);
    expect(deadlinesOf({ affected: { NY: 500, NJ: 501 } })).toEqual([
      "2027-01-09 each person affected",
      "2027-01-09 the Secretary of HHS",
      "2027-01-09 prominent media in NJ",
    ]);
  });

  it("names no deadline while what was taken is secured", () => {
    expect(breachReport({ ...incident, keysExposed: false }, [])).toMatchObject({
      unsecured: false,
      deadlines: [],
    });
  });

  it("finds whose acts fall into the days, both included", () => {
    const acts = ["2026-10-31T23Z", "2026-11-01T00Z", "2026-11-09T23Z", "2026-11-10T00Z"].map(
      (at, index) => ({
        index,
        at,
        type: index === 1 ? "message.sent" : "ai.asked",
        actor: `a${index}`,
        conversation: "c",
      }),
    );
    const { who, acts: counts } = breachReport(incident, acts);
    expect(who).toEqual({ actors: ["a1", "a2"], conversations: ["c"], affectedCount: 3 });
    expect(counts).toEqual({ "message.sent": 1, "ai.asked": 1 });
  });

  it("refuses what it cannot rely on", () => {
    expect(readIncident(JSON.stringify(incident))).toEqual(incident);
    const wrong = expect.objectContaining({ code: "BREACH_INPUT" });
    const tries = [
      { discovered: "10.11.2026" },
      { from: "2026-12-01" },
      { affected: { NY: -1 } },
      { name: "Jane" },
    ];
    for (const change of tries) {
      expect(() => readIncident(JSON.stringify({ ...incident, ...change }))).toThrowError(wrong);
    }
    expect(() => readIncident("no JSON")).toThrowError(wrong);
  });
});
