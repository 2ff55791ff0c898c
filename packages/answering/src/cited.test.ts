import { describe, expect, it } from "vitest";
import { type CitedSentence, citedSentences } from "./cited.ts";
import type { ModelEvent } from "./model.ts";

async function sentences(
  pieces: readonly string[],
  passagesCount = 3,
  reason: "complete" | "stopped" | "length" = "complete",
): Promise<CitedSentence[]> {
  async function* events(): AsyncGenerator<ModelEvent> {
    for (const text of pieces) yield { type: "text", text };
    yield { type: "end", reason, usage: { outputTokensCount: 1 } };
  }
  const found: CitedSentence[] = [];
  for await (const sentence of citedSentences(events(), passagesCount)) found.push(sentence);
  return found;
}

describe("the sentences of a draft", () => {
  it("come with what they cite, before or after the full stop, however the text is cut", async () => {
    const draft =
      "Gout hurts [1]. It comes suddenly. [2, 3] See Dr. Smith e.g. today [2]!\n\n- **Rest** helps [3].";
    const wanted = [
      { text: "Gout hurts.", citations: [1] },
      { text: "It comes suddenly.", citations: [2, 3] },
      { text: "See Dr. Smith e.g. today!", citations: [2] },
      { text: "Rest helps.", citations: [3] },
    ];
    expect(await sentences([draft])).toEqual(wanted);
    expect(await sentences(draft.split(""))).toEqual(wanted);
  });

  it("cite no passage that there is not", async () => {
    expect(await sentences(["Take it [0] [4] [passage 2]. So [x]."])).toEqual([
      { text: "Take it.", citations: [2] },
      { text: "So [x].", citations: [] },
    ]);
  });

  it("are let go when they have no end", async () => {
    const [first] = await sentences(["a ".repeat(400), "b"]);
    expect(first?.text.length).toBeGreaterThan(600);
  });

  it("are whole", async () => {
    for (const reason of ["stopped", "length"] as const) {
      expect(await sentences(["Gout hurts [1]. It comes sud"], 3, reason)).toEqual([
        { text: "Gout hurts.", citations: [1] },
      ]);
    }
  });

  it("are none where nothing is said", async () => {
    expect(await sentences([" \n ", "[1]"])).toEqual([]);
  });
});
