import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { defaultQueueLimits, type Model, type ModelRequest, queuedModel } from "@cloister/answering";
import { llamaModel } from "@cloister/model-llama";
import { openAiModel } from "@cloister/model-openai";
import { systemClock } from "@cloister/net-platform";
import { collect, modelRequest, never } from "@cloister/testkit/model";
import { tinyGguf } from "@cloister/testkit/tiny-gguf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testEngine } from "../adapters/model-llama/src/testing/cache.ts";
import {
  chunk,
  done,
  FaultServer,
  finish,
  streamHead,
} from "../adapters/model-openai/src/testing/fault-server.ts";

/*
 * Fifty patients ask at once, each with a word of their own. Nobody's word, and nothing that a model made of
 * it, may be in another's answer. CLOISTER_CANARIES sets how many questions; CLOISTER_CANARY_WEIGHTS a GGUF
 * file instead of the tiny one.
 */

const patientsCount = 50;
const asked = process.env["CLOISTER_CANARIES"];
const askedCount = { server: Number(asked ?? 400), embedded: Number(asked ?? 36) };
const weights = process.env["CLOISTER_CANARY_WEIGHTS"];
const atOnceCount = 40;
const timeoutMs = 3_000_000;

const canaryOf = (patient: number) => `canary${patient}zq${(patient * 7919) % 997}x`;
const limits = {
  ...defaultQueueLimits,
  concurrencyCount: 4,
  waitingCount: 1_000,
  tenantWaitingCount: 1_000,
  waitMs: 600_000,
  turnMs: 600_000,
};

function request(patient: number): ModelRequest {
  const name = `patient-${patient}`;
  const canary = canaryOf(patient);
  return modelRequest({
    scope: { tenant: name, patient: name, session: `session-${patient}` },
    policy: "Repeat what the patient told you.",
    passages: [{ id: "note", text: `The note of ${canary} says ${patient} times ${canary}.` }],
    turns: [{ from: "patient", text: `My word is ${canary}. Which one is my word?` }],
    maxTokensCount: 16,
    // With one seed for all it is the words that make the answers differ, most so where it is warm.
    temperature: 1.5,
    seed: 1,
  });
}

/** Asks in an order that mixes everybody, many at a time, and hands each answer to `check`. */
async function askMixed(
  model: Model,
  { count, patients }: { readonly count: number; readonly patients: number },
  check: (patient: number, text: string) => void,
): Promise<void> {
  let next = 0;
  const asker = async () => {
    for (let i = next++; i < count; i = next++) {
      const patient = (i * 31) % patients;
      check(patient, (await collect(model.generate(request(patient), never()))).text);
    }
  };
  await Promise.all(Array.from({ length: atOnceCount }, asker));
}

function others(patient: number, text: string): string[] {
  return Array.from({ length: patientsCount }, (_, other) => canaryOf(other)).filter(
    (canary) => canary !== canaryOf(patient) && text.includes(canary),
  );
}

describe("with a server that says back what it was told", () => {
  const server = new FaultServer();
  let model: Model;

  beforeAll(async () => {
    await server.start();
    const options = { baseUrl: server.baseUrl, model: "m", contextTokensCount: 4096 };
    model = queuedModel(
      await openAiModel({ ...options, cacheSecret: new Uint8Array(32).fill(1) }),
      limits,
      systemClock,
    );
    server.bodies.length = 0;
    server.faults = {
      chat: (response, { messages }) => {
        const pieces =
          messages
            .map(({ content }) => content)
            .join("\n")
            .match(/[^]{1,24}/g) ?? [];
        response.writeHead(200, streamHead);
        const write = () => {
          const piece = pieces.shift();
          if (piece === undefined) return void response.end(`${finish}${usage}${done}`);
          response.write(chunk(piece));
          setImmediate(write);
        };
        write();
      },
    };
  });
  afterAll(async () => {
    await model.close();
    await server.stop();
  });
  const usage = chunk(undefined, { choices: [], usage: { prompt_tokens: 5, completion_tokens: 5 } });

  it(
    "gives everybody their own words and nobody else's",
    async () => {
      let checkedCount = 0;
      await askMixed(model, { count: askedCount.server, patients: patientsCount }, (patient, text) => {
        expect(text).toContain(canaryOf(patient));
        expect(others(patient, text)).toEqual([]);
        checkedCount += 1;
      });
      expect(checkedCount).toBe(askedCount.server);
    },
    timeoutMs,
  );

  it("parts the caches of any two", () => {
    const salts = new Map<string, string>();
    for (const { cache_salt: salt, messages } of server.bodies) {
      const canary = /canary\w+/.exec(messages.at(-1)?.content ?? "")?.[0] ?? "";
      expect(salts.get(salt) ?? canary).toBe(canary);
      salts.set(salt, canary);
    }
    expect(salts.size).toBe(patientsCount);
  });
});

const engine = (await testEngine()) ?? "";

describe.skipIf(engine === "")("with an embedded model (needs the npm registry once)", () => {
  let folder = "";
  const open = async () => {
    const file = weights ?? join(folder, "tiny.gguf");
    return llamaModel({ engine, weights: file, threadsCount: 1, contextTokensCount: 1024 });
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "cloister-canary-"));
    await writeFile(join(folder, "tiny.gguf"), tinyGguf());
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it(
    "answers each among all as it answers them alone",
    async () => {
      const count = askedCount.embedded;
      const patients = Math.min(patientsCount, Math.ceil(count / 3));
      const alone = new Map<number, string>();
      const first = await open();
      for (let patient = 0; patient < patients; patient += 1) {
        alone.set(patient, (await collect(first.generate(request(patient), never()))).text);
      }
      await first.close();
      // Were all answers the same, nothing could be told from them.
      expect(new Set(alone.values()).size).toBeGreaterThan(patients / 2);
      const model = queuedModel(await open(), limits, systemClock);
      let [checkedCount, sameCount] = [0, 0];
      await askMixed(model, { count, patients }, (patient, text) => {
        expect(others(patient, text)).toEqual([]);
        if (text === alone.get(patient)) sameCount += 1;
        checkedCount += 1;
      });
      await model.close();
      expect(checkedCount).toBe(askedCount.embedded);
      // Sums are rounded by how a prompt is cut into batches, and so warm a draw turns on the last digit now and
      // then. Another's words in the context would change nearly all.
      expect(sameCount / count).toBeGreaterThan(0.75);
    },
    timeoutMs,
  );
});
