/// <reference types="node" />
import { MemoryLogStore } from "@cloister/testkit/log-store";
import { encodeLeaf, TransparencyLog } from "@cloister/transparency";
import { cosigner, parsePolicy, verifyWitnessed, Witness } from "@cloister/transparency/witnessing";
import { beforeEach, describe, expect, it } from "vitest";
import type { LogLine } from "./logger.ts";
import { Witnessing } from "./witnessing.ts";

const origin = "clinic.example/log";
const seed = new Uint8Array(32).fill(1);
const names = ["w1", "w2", "w3"];
const keys = new Map(
  names.map((name, at) => [
    name,
    cosigner({
      name: `${name}.example`,
      seed: new Uint8Array(32).fill(10 + at),
      algorithm: "ed25519",
      clock: () => 9000,
    }),
  ]),
);
const newLog = () => new TransparencyLog({ store: new MemoryLogStore(), origin, seed });
const { vkey } = newLog();
const policyText = [
  ...[...keys].map(([name, { vkey: key }]) => `witness ${name} ${key} http://${name}/`),
  "group all 2 w1 w2 w3",
  "quorum all",
  "",
].join("\n");
const policy = parsePolicy(policyText);

let witnesses: Map<string, Witness>;
let lines: LogLine[];
let kept: string[];
let log: TransparencyLog;
let next = 0;

function newWitness(name: string): Witness {
  let note: string | undefined;
  const store = {
    latest: () => note,
    replace: ({ after }: { after: string }) => {
      note = after;
      return true;
    },
    close: () => undefined,
  };
  const by = keys.get(name);
  return new Witness({ logs: [vkey], cosigners: by ? [by] : [], store });
}

/** What the three witnesses answer; a name without a witness does not answer at all. */
async function answer(url: string, body: string): Promise<Response> {
  const name = new URL(url).hostname;
  const witness = witnesses.get(name);
  if (witness === undefined) return new Promise(() => undefined);
  try {
    const said = witness.addCheckpoint(body);
    if (said.status === "cosigned") return new Response(said.lines);
    return new Response(`${said.size}\n`, { status: 409 });
  } catch {
    return new Response("", { status: 422 });
  }
}

function witnessing(more: { kept?: string; ask?: typeof answer; by?: TransparencyLog } = {}): Witnessing {
  const { ask = answer, by = log } = more;
  return new Witnessing({
    log: by,
    policy,
    logger: (line) => lines.push(line),
    keep: async (note) => void kept.push(note),
    ...(more.kept === undefined ? {} : { kept: more.kept }),
    fetch: ((url: string, init: { body: string }) => ask(url, init.body)) as unknown as typeof fetch,
  });
}

async function append(count: number, to = log): Promise<void> {
  for (let at = 0; at < count; at += 1) {
    next += 1;
    await to.append(encodeLeaf({ type: "ai.asked", at: "2026-11-24T16Z" }, new Uint8Array(32).fill(next)));
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !holds(); tries += 1) await new Promise((wait) => setTimeout(wait, 5));
  expect(holds()).toBe(true);
}

function sizeOf(note: string | undefined): number {
  return note === undefined ? -1 : verifyWitnessed(note, policy, [vkey]).checkpoint.size;
}

beforeEach(() => {
  [lines, kept, next, log] = [[], [], 0, newLog()];
  witnesses = new Map(names.map((name) => [name, newWitness(name)]));
});

describe("witnessing", () => {
  it("has the head cosigned as the log grows, and keeps it", async () => {
    const rounds = witnessing();
    expect(rounds.latest()).toBeUndefined();
    for (let size = 3; size <= 12; size += 3) {
      await append(3);
      rounds.wake();
      await until(() => sizeOf(rounds.latest()) === size);
    }
    expect(kept.at(-1)).toBe(rounds.latest());
    const before = kept.length;
    rounds.wake();
    await new Promise((wait) => setTimeout(wait, 20));
    expect(kept).toHaveLength(before);
  });

  it("does with the witnesses that answer, and waits for none that the quorum does not need", async () => {
    witnesses.delete("w2");
    const rounds = witnessing();
    for (let size = 1; size <= 3; size += 1) {
      await append(1);
      rounds.wake();
      await until(() => sizeOf(rounds.latest()) === size);
    }
  });

  it("publishes nothing without the quorum, and says so", async () => {
    await append(1);
    const refuse = async (url: string, body: string) =>
      url.includes("w1") ? answer(url, body) : new Response("", { status: 500 });
    const rounds = witnessing({ ask: refuse });
    rounds.wake();
    await until(() => lines.some(({ event }) => event === "unwitnessed"));
    expect(rounds.latest()).toBeUndefined();
    expect(lines.filter(({ event }) => event === "witness")).toEqual([
      { event: "witness", code: "WITNESS_REFUSED" },
      { event: "witness", code: "WITNESS_REFUSED" },
    ]);
    rounds.stop();
  });

  it("goes on after a start from what it kept, and with witnesses that know its log", async () => {
    await append(4);
    const first = witnessing();
    first.wake();
    await until(() => sizeOf(first.latest()) === 4);
    await append(2);
    const second = witnessing({ kept: kept.at(-1) ?? "" });
    expect(sizeOf(second.latest())).toBe(4);
    second.wake();
    await until(() => sizeOf(second.latest()) === 6);
    expect(witnessing({ kept: await log.checkpoint() }).latest()).toBeUndefined();
    expect(witnessing({ kept: "damaged" }).latest()).toBeUndefined();
  });

  it("gets no quorum for a history that it began anew: shorter, or forked", async () => {
    await append(4);
    const rounds = witnessing();
    rounds.wake();
    await until(() => sizeOf(rounds.latest()) === 4);

    const shorter = newLog();
    await append(2, shorter);
    const back = witnessing({ by: shorter });
    back.wake();
    await until(() => lines.some(({ code }) => code === "WITNESS_AHEAD"));
    back.stop();

    await append(5, shorter);
    const forked = witnessing({ by: shorter });
    lines = [];
    forked.wake();
    await until(() => lines.some(({ event }) => event === "unwitnessed"));
    expect(forked.latest()).toBeUndefined();
    forked.stop();
  });

  it.each([
    ["another's lines", async () => new Response("— w9.example AAAAAAAAAAAA\n")],
    ["a forged cosignature", async () => new Response("— w1.example AAAAAAAAAAAA\n")],
    ["more than lines", async () => new Response("x\n\n— w1.example AAAAAAAAAAAA\n")],
    ["too much", async () => new Response("x".repeat(70_000))],
    ["a conflict without a size", async () => new Response("soon\n", { status: 409 })],
    ["conflicts without end", async () => new Response("1\n", { status: 409 })],
    ["nothing", async () => Promise.reject(new TypeError("no connection"))],
  ])("is not impressed by %s", async (_, ask) => {
    await append(3);
    const rounds = witnessing({ ask });
    rounds.wake();
    await until(() => lines.some(({ event }) => event === "unwitnessed"));
    expect(rounds.latest()).toBeUndefined();
    expect(lines.filter(({ event }) => event === "witness")).toHaveLength(3);
    expect(lines.some(({ code }) => code === "INTERNAL")).toBe(false);
    rounds.stop();
  });
});
