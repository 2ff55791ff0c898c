import { toUtf8 } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { Vault } from "@cloister/deid";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AskEgress, askCloud, type CloudEvent, prepareOutgoing } from "./index.ts";

const signal = { aborted: false };
const said = "I am Lucia Marchetti, DOB 05/03/1961. Dr. Okonkwo said “rest” – is that right? 日本 🙂";

async function* cut(
  bytes: Uint8Array,
  sizes: readonly number[],
): AsyncGenerator<Uint8Array, void, undefined> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield bytes.slice(at, at + size);
    at += size;
  }
}

function stream(texts: readonly string[], end = "data: [DONE]\n\n"): Uint8Array {
  const spoken = texts.map(
    (content) => `:    \ndata: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`,
  );
  const last = `data: ${JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] })}\r\n\r\n`;
  return toUtf8(spoken.join("") + last + end);
}

function answering(status: number, body: Uint8Array, sizes: readonly number[] = [7]): AskEgress {
  return async () => ({ status, pieces: cut(body, sizes) });
}

async function events(egress: AskEgress, vault: Vault): Promise<CloudEvent[]> {
  const outgoing = prepareOutgoing([{ from: "patient", text: said }], vault);
  const all: CloudEvent[] = [];
  for await (const event of askCloud({ outgoing, vault, model: "m", maxTokensCount: 9, egress, signal }))
    all.push(event);
  return all;
}

const textOf = (all: readonly CloudEvent[]) =>
  all.map((event) => (event.type === "text" ? event.text : "")).join("");

describe("a question to the cloud", () => {
  it("takes surrogates only, and tells which they are and how many of each kind", async () => {
    const vault = Vault.create(systemRandom);
    const outgoing = prepareOutgoing([{ from: "patient", text: said }], vault);
    expect(outgoing.counts).toMatchObject({ NAME: 3, DATE: 1 });
    expect(outgoing.turns[0]?.text).not.toMatch(/Lucia|Marchetti|Okonkwo|05\/03\/1961/);
    for (const surrogate of outgoing.surrogates) expect(outgoing.turns[0]?.text).toContain(surrogate);
    let sent = "";
    const egress: AskEgress = async (body) => {
      sent = body;
      return { status: 200, pieces: cut(stream(["ok"]), [50]) };
    };
    for await (const _ of askCloud({ outgoing, vault, model: "m", maxTokensCount: 9, egress, signal }));
    expect(JSON.parse(sent)).toEqual({
      model: "m",
      messages: [{ role: "user", content: outgoing.turns[0]?.text }],
      surrogates: outgoing.surrogates,
      max_completion_tokens: 9,
      stream: true,
    });
  });

  it("gives the same answer however tokens and bytes are cut", async () => {
    const vault = Vault.create(systemRandom);
    const { turns } = prepareOutgoing([{ from: "patient", text: said }], vault);
    const reply = turns[0]?.text ?? "";
    const letters = Array.from(reply);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        async (tokens, sizes) => {
          const texts: string[] = [];
          for (let at = 0, turn = 0; at < letters.length; turn += 1) {
            const size = tokens[turn % tokens.length] ?? 1;
            texts.push(letters.slice(at, at + size).join(""));
            at += size;
          }
          const all = await events(answering(200, stream(texts), sizes), vault);
          expect(textOf(all)).toBe(said);
          expect(all.at(-1)).toEqual({ type: "end", reason: "complete", ambiguous: [] });
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each<[string, number, Uint8Array, string]>([
    ["a refusal", 403, toUtf8('{"error":{"code":"EGRESS_IDENTIFIER","message":"Lucia"}}'), "CLOUD_REFUSED"],
    ["a busy egress", 429, toUtf8('{"error":{"code":"MODEL_BUSY"}}'), "CLOUD_BUSY"],
    ["an error in the stream", 200, toUtf8('data: {"error":{"code":"MODEL_BROKEN_OFF"}}\n\n'), "CLOUD_BUSY"],
    ["an answer that breaks off", 200, stream(["so"], ""), "CLOUD_BROKEN_OFF"],
    ["no JSON", 200, toUtf8("data: Lucia\n\n"), "CLOUD_PROTOCOL"],
    ["another shape", 200, toUtf8('data: {"choices":"Lucia"}\n\n'), "CLOUD_PROTOCOL"],
    ["no UTF-8", 200, Uint8Array.of(0xff, 0x0a), "CLOUD_PROTOCOL"],
    ["a line without end", 200, new Uint8Array(70_000).fill(65), "CLOUD_PROTOCOL"],
    ["a refusal that is none", 500, toUtf8("<html>Lucia"), "CLOUD_REFUSED"],
  ])("ends with a typed error at %s, which it does not quote", async (_what, status, body, code) => {
    const failure = events(answering(status, body), Vault.create(systemRandom));
    await expect(failure).rejects.toMatchObject({ code, message: expect.not.stringContaining("Lucia") });
  });
});
