import { describe, expect, it } from "vitest";
import { type GatedEvent, gatedEvents } from "./gate.ts";
import type { ModelEvent } from "./model.ts";

const end: ModelEvent = { type: "end", reason: "complete", usage: { outputTokensCount: 1 } };
let isStopped = false;

async function* pieces(...texts: readonly string[]): AsyncGenerator<ModelEvent> {
  isStopped = false;
  try {
    for (const text of texts) yield { type: "text", text };
    yield end;
  } finally {
    isStopped = true;
  }
}

async function run(
  texts: readonly string[],
  check = (_clause: string, _before: string) => none,
  isJson = false,
) {
  const seen: GatedEvent[] = [];
  for await (const event of gatedEvents(pieces(...texts), check, { isJson })) seen.push(event);
  return seen;
}
const none: string | undefined = undefined;
const text = (value: string): GatedEvent => ({ type: "text", text: value });

describe("the gate", () => {
  it("lets clauses through, whole and in order", async () => {
    expect(await run(["One tw", "o. Thr", 'ee?" Four', " 3.5 mg!\nfive"])).toEqual([
      text("One two. "),
      text('Three?" '),
      text("Four 3.5 mg!\n"),
      text("five"),
      end,
    ]);
  });

  it("shows nothing of a clause that is forbidden, nor what comes after, and stops the engine", async () => {
    const check = (clause: string) => (clause.includes("dose") ? "DOSE" : none);
    expect(await run(["Well. The do", "se is five. More. ", "Never."], check)).toEqual([
      text("Well. "),
      { type: "withheld", rule: "DOSE" },
    ]);
    expect(isStopped).toBe(true);
  });

  it("checks the last clause too, and lets a check see what came before", async () => {
    const seen: string[] = [];
    const check = (clause: string, before: string) => {
      seen.push(`${before}|${clause}`);
      return clause === "b" ? "B" : none;
    };
    expect(await run(["a. b"], check)).toEqual([text("a. "), { type: "withheld", rule: "B" }]);
    expect(seen).toEqual(["|a. ", "a. |b"]);
  });

  it("holds JSON until it is complete", async () => {
    expect(await run(['{"a":"x. ', 'y"}'], undefined, true)).toEqual([text('{"a":"x. y"}'), end]);
  });

  it("does not wait for an end that never comes", async () => {
    const events = await run(Array.from({ length: 700 }, () => "x"));
    expect(events[0]).toEqual(text("x".repeat(601)));
  });
});
