import type { Model, ModelEvent, ModelRequest } from "@cloister/answering";
import { BaseError } from "@cloister/bytes";
import { buildIndex, KnowledgeIndex, parseArticle } from "@cloister/retrieval";
import { PatientPassage } from "@cloister/retrieval/patient";
import { citedSources } from "@cloister/transparency";
import { describe, expect, it } from "vitest";
import { respond, type Turn } from "./respond.ts";

const articles = [
  {
    id: "asthma",
    title: "Asthma",
    text: "Asthma is a condition of the airways.\n\n## Symptoms\n\nAsthma causes wheezing, coughing and a tight chest. Asthma symptoms are often worse at night.\n\n## What helps\n\nA reliever inhaler opens the airways during an asthma attack. A preventer inhaler reduces swelling in asthma when it is used every day.",
    sources: [{ name: "NHS: Asthma", url: "https://www.nhs.uk/conditions/asthma/" }],
  },
  {
    id: "migraine",
    title: "Migraine",
    text: "Migraine is a headache disorder.\n\n## Symptoms\n\nMigraine causes a throbbing headache, often on one side. Migraine can bring nausea and sensitivity to light.",
    sources: [{ name: "NHS: Migraine", url: "https://www.nhs.uk/conditions/migraine/" }],
  },
].map(parseArticle);
const index = new KnowledgeIndex(buildIndex(articles));
const question = "What are the symptoms of asthma?";

function turn(parts: Partial<Turn> = {}): Turn {
  const scope = { tenant: "alice", patient: "alice", session: "1" };
  return { question, scope, signal: new AbortController().signal, write: () => undefined, ...parts };
}

async function ask(asked: string) {
  return (await respond(turn({ question: asked }), { index, country: "GB" })).answer;
}

/** The port with words of a test's. */
function modelThatSays(
  ...pieces: readonly string[]
): Model & { readonly requests: ModelRequest[]; readonly said: string[] } {
  const requests: ModelRequest[] = [];
  const said: string[] = [];
  return {
    requests,
    said,
    identity: { name: "test", contextTokensCount: 4096 },
    async *generate(request, signal): AsyncGenerator<ModelEvent, void, undefined> {
      requests.push(request);
      for (const text of pieces) {
        if (signal.aborted) break;
        said.push(text);
        yield { type: "text", text };
      }
      yield { type: "end", reason: signal.aborted ? "stopped" : "complete", usage: { outputTokensCount: 1 } };
    },
    health: async () => "ready",
    close: async () => undefined,
  };
}

async function askWith(model: Model, parts: Partial<Turn> = {}) {
  return respond(turn(parts), { index, country: "GB", model });
}

const texts = ({ sentences }: { readonly sentences: readonly { readonly text: string }[] }) =>
  sentences.map(({ text }) => text);

describe("the assistant's answer", () => {
  it("is made of cited sentences, each word for word in its source", async () => {
    const answer = await ask(question);
    expect(answer.outcome).toBe("grounded");
    expect(answer.sentences.length).toBeGreaterThan(0);
    for (const { text, citations } of answer.sentences) {
      const [first = 0] = citations;
      const cited = answer.citations[first - 1];
      expect(cited?.quote).toContain(text);
      expect(index.article(cited?.article ?? "")?.text).toContain(text);
      expect(cited?.digest).toHaveLength(32);
      expect(cited?.clinicallyReviewed).toBe(false);
    }
  });

  it("is that it does not know, where the knowledge does not reach", async () => {
    for (const unknown of ["Who won the football match yesterday?", "What is the dose of adalimumab?"]) {
      const answer = await ask(unknown);
      expect(answer).toMatchObject({ outcome: "abstained", citations: [] });
      expect(texts(answer).join(" ")).toContain("person");
    }
  });

  it("puts an emergency before everything, with the country's number", async () => {
    const answer = await ask("I have crushing chest pain going into my left arm. Is it asthma?");
    expect(answer.outcome).toBe("emergency");
    expect(texts(answer).join(" ")).toContain("999");
  });
});

describe("the asker's own record", () => {
  const record = [
    new PatientPassage({
      patient: "alice",
      source: "memory",
      id: "memory:1",
      title: "Your earlier question, 2026-03-02",
      text: "You asked: Is my zebrafever back?\nThe answer was: Ask your nurse.",
      keywords: "",
    }),
  ];
  const asking = (asked: string, patient = "alice") =>
    respond(turn({ question: asked, record, scope: { tenant: patient, patient, session: "1" } }), {
      index,
      country: "GB",
    });

  it("is quoted to a question about it, and cited as their record", async () => {
    const { answer } = await asking("What did I ask before about zebrafever?");
    expect(answer.outcome).toBe("grounded");
    expect(texts(answer)).toContain("You asked: Is my zebrafever back?");
    expect(answer.citations).toMatchObject([{ sourceName: "Your record", passage: "memory:1" }]);
    expect(citedSources(answer)).toMatchObject([{ title: "Your earlier question, 2026-03-02" }]);
  });

  it("stays out of answers about anything else", async () => {
    expect((await asking(question)).answer).toEqual(await ask(question));
  });

  it("is never said to anybody else", async () => {
    await expect(asking("What did I ask before about zebrafever?", "bob")).rejects.toMatchObject({
      code: "PATIENT_MISMATCH",
    });
  });

  it("is nobody else's where fifty ask at once, with a model that says back all it is told", async () => {
    const canary = (patient: number) => `canary${patient}zq`;
    const people = Array.from({ length: 50 }, (_, number) => number);
    const answers = people.map(async (number) => {
      const patient = `p${number}`;
      const mine = new PatientPassage({
        patient,
        source: "memory",
        id: `memory:${number}`,
        title: "Your earlier question, 2026-03-02",
        text: `You asked: Are asthma symptoms ${canary(number)}?`,
        keywords: "",
      });
      const echo = modelThatSays();
      echo.generate = async function* (request) {
        await Promise.resolve();
        for (const { text } of request.passages) yield { type: "text", text: `${text}. ` };
        yield { type: "end", reason: "complete", usage: { outputTokensCount: 1 } };
      };
      const asked = "You told me about asthma symptoms before. What are the symptoms of my asthma?";
      const scope = { tenant: patient, patient, session: "1" };
      const { answer } = await askWith(echo, { question: asked, record: [mine], scope });
      return JSON.stringify(answer);
    });
    for (const [number, said] of (await Promise.all(answers)).entries()) {
      expect(said).toContain(canary(number));
      expect(said.match(/canary\d+zq/g)?.every((found) => found === canary(number))).toBe(true);
    }
  });

  it("is told to a model as the patient's, apart from the knowledge", async () => {
    const asthma = new PatientPassage({
      patient: "alice",
      source: "memory",
      id: "memory:2",
      title: "Your earlier question, 2026-03-02",
      text: "You asked: Which asthma symptoms are there?\nThe answer was: Wheezing.",
      keywords: "",
    });
    const model = modelThatSays("Asthma causes wheezing, coughing and a tight chest [1].");
    const asked = "You told me about asthma symptoms before. What are the symptoms of my asthma?";
    const { answer } = await askWith(model, { question: asked, record: [asthma] });
    const passages = model.requests[0]?.passages ?? [];
    expect(passages.map(({ of }) => of).filter((of) => of !== undefined)).toEqual(["patient"]);
    expect(answer.citations.map(({ sourceName }) => sourceName)).toContain("Your record");
  });
});

describe("with a model", () => {
  const right = "Wheezing, coughing and chest tightness are symptoms of asthma [1].";

  it("has its words where a passage bears them out, with the part that does", async () => {
    const model = modelThatSays(right, " They often get worse at night [1]. ");
    const { answer, asked } = await askWith(model);
    expect(asked).toBe(true);
    expect(answer.outcome).toBe("grounded");
    expect(texts(answer)[0]).toBe("Wheezing, coughing and chest tightness are symptoms of asthma.");
    const [first] = answer.sentences[0]?.citations ?? [];
    expect(answer.citations[(first ?? 0) - 1]?.quote).toContain("Asthma causes wheezing");
  });

  it.each([
    ["denies what its source says", "Asthma never causes wheezing, coughing or a tight chest [1]."],
    ["names what is not there", "Asthma causes a rash, coughing and a tight chest [1]."],
    ["cites the wrong passage", "Migraine causes a throbbing headache [1]."],
    ["cites nothing and is not borne out", "Asthma is caused by mould on the walls."],
    ["diagnoses", "You have asthma [1]."],
    ["changes a dose", "You should double your inhaler dose for asthma [1]."],
  ])("lets through nothing that %s", async (_what, said) => {
    const told: string[] = [];
    const { answer } = await askWith(modelThatSays(said), {
      write: (sentences) => told.push(...texts({ sentences })),
    });
    expect(texts(answer)).not.toContain(said.replace(/ \[\d\]/, ""));
    expect(told).not.toContain(said.replace(/ \[\d\]/, ""));
    expect(answer).toEqual(await ask(question));
  });

  it("is given what it cites where it cites nothing, or what there is not", async () => {
    for (const said of [right.replace(" [1]", ""), right.replace("[1]", "[9]")]) {
      const { answer } = await askWith(modelThatSays(said));
      expect(texts(answer)[0]).toBe("Wheezing, coughing and chest tightness are symptoms of asthma.");
      expect(answer.sentences[0]?.citations).toHaveLength(1);
    }
  });

  it("is asked no further when it says again what it said", async () => {
    const model = modelThatSays(...Array.from({ length: 50 }, () => "Asthma is nice. "));
    expect((await askWith(model)).answer).toEqual(await ask(question));
    expect(model.said.length).toBeLessThan(5);
  });

  it("has a quotation in place of what may not stand", async () => {
    const { answer } = await askWith(modelThatSays(right, " Asthma never causes wheezing [1]. "));
    expect(texts(answer).length).toBeGreaterThan(1);
    for (const text of texts(answer).slice(1)) expect(articles[0]?.text).toContain(text);
  });

  it("shows what was let through as it comes, beginning with nothing", async () => {
    const told: string[][] = [];
    await askWith(modelThatSays(right, " Asthma is often worse at night [1]. "), {
      write: (sentences) => told.push(texts({ sentences })),
    });
    expect(told.map((sentences) => sentences.length)).toEqual([0, 1, 2]);
  });

  it("ends with what there is when the asker wants no more", async () => {
    const stopping = new AbortController();
    const model = modelThatSays(right, " Asthma", " is often worse at night [1]. ", "More [1].");
    const { answer } = await askWith(model, {
      signal: stopping.signal,
      write: (sentences) => {
        if (sentences.length > 0) stopping.abort();
      },
    });
    expect(answer.outcome).toBe("stopped");
    expect(answer.sentences).toHaveLength(1);
  });

  it("quotes when the model fails, and says why to the log", async () => {
    const broken = modelThatSays();
    broken.generate = () => {
      throw new BaseError("Unavailable", "MODEL_BUSY", "busy");
    };
    const response = await askWith(broken);
    expect(response).toEqual({ answer: await ask(question), asked: true, failed: "MODEL_BUSY" });
  });

  it("is asked about what the passages are about, and nothing else", async () => {
    const model = modelThatSays();
    await askWith(model);
    const [request] = model.requests;
    expect(request?.passages.map(({ id }) => id)).toContain("asthma#symptoms");
    expect(request?.temperature).toBeLessThanOrEqual(0.2);
    expect(request?.scope.tenant).toBe("alice");
    for (const unasked of [
      "Who won the football match yesterday?",
      "I cannot breathe and my lips are blue",
    ]) {
      expect((await askWith(model, { question: unasked })).asked).toBe(false);
    }
    expect(model.requests).toHaveLength(1);
  });
});
