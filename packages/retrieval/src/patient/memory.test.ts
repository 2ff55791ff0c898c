import { BaseError, toUtf8 } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import {
  type KeyProvider,
  Keyring,
  keyError,
  unwrapLocally,
  type WrappedKeyRecord,
  wrapLocally,
} from "@cloister/keys";
import { describe, expect, it } from "vitest";
import { buildIndex } from "../knowledge.ts";
import { PatientMemory } from "./memory.ts";
import { PatientPassage } from "./passage.ts";
import { type MemoryRef, maxRememberedCount, maxShardBytes } from "./shard.ts";

const ref: MemoryRef = { tenant: "clinic", patient: "alice", conversation: "c1" };
const turn = { id: "m1", question: "Is my zebrafever back?", answer: "Ask your nurse." };
const keyOf = (one: MemoryRef) => JSON.stringify(one);

function provider(): KeyProvider {
  const kek = systemRandom(32);
  const wrapped = (key: Uint8Array, scope: Parameters<KeyProvider["wrap"]>[1]) => ({
    version: "1",
    bytes: wrapLocally({ kek, key, scope, random: systemRandom }),
  });
  return {
    status: async () => ({ kind: "file", version: "1", signingKey: new Uint8Array(32) }),
    wrap: async (key, scope) => wrapped(key, scope),
    unwrap: async ({ bytes }, scope) => unwrapLocally({ kek, wrapped: bytes, scope }),
    dataKey: async (scope) => {
      const key = systemRandom(32);
      return { key, wrapped: wrapped(key, scope) };
    },
    rewrap: async (key) => key,
    sign: () => Promise.reject(keyError("KEY_DENIED")),
    rotate: async () => "1",
    close: async () => undefined,
  };
}

/** A memory over the real keyring, with what it keeps open to look at. */
function setUp() {
  const shards = new Map<string, Uint8Array>();
  const records = new Map<string, WrappedKeyRecord>();
  const state = { consent: true, opened: [] as Uint8Array[], shredded: [] as string[], crash: false };
  const nameOf = (scope: WrappedKeyRecord["scope"]) =>
    `${scope.conversation}/${scope.epoch}.${scope.version}`;
  const journal = new Map<string, Uint8Array>();
  const keyring = new Keyring({
    provider: provider(),
    store: {
      name: "test",
      get: async (scope) => records.get(nameOf(scope)),
      create: async (record) => void records.set(nameOf(record.scope), record),
      replace: async () => undefined,
      destroy: async () => 0,
      count: async () => 0,
      list: async function* () {
        yield* records.values();
      },
    },
    journal: {
      read: async (name) => journal.get(name),
      write: async (name, bytes) => void journal.set(name, bytes),
      names: async () => [...journal.keys()],
    },
    random: systemRandom,
  });
  const ports = {
    sealer: {
      seal: (input: Parameters<Keyring["seal"]>[0]) => {
        state.opened.push(input.plaintext);
        return keyring.seal(input);
      },
      open: async (input: Parameters<Keyring["open"]>[0]) => {
        const bytes = await keyring.open(input).catch((error: unknown) => {
          if (state.shredded.includes(input.conversation.conversation)) throw keyError("KEY_SHREDDED");
          throw error;
        });
        state.opened.push(bytes);
        return bytes;
      },
    },
    store: {
      read: async (one: MemoryRef) => shards.get(keyOf(one)),
      write: async (one: MemoryRef, bytes: Uint8Array) => void shards.set(keyOf(one), bytes),
      remove: async (one: MemoryRef) => {
        if (state.crash) throw new BaseError("Unavailable", "CRASH", "killed");
        shards.delete(keyOf(one));
      },
      list: async function* () {
        for (const key of shards.keys()) yield JSON.parse(key) as MemoryRef;
      },
    },
    shred: async ({ conversation }: { readonly conversation: string }) => {
      state.shredded.push(conversation);
      for (const key of records.keys()) if (key.startsWith(conversation)) records.delete(key);
    },
    mayKeep: async () => state.consent,
    freshId: () => `k${systemRandom(6).join("")}`,
    nowMs: () => Date.UTC(2026, 2, 2),
  };
  return { memory: new PatientMemory(ports), shards, records, state };
}

const textsOf = (passages: readonly PatientPassage[], patient = "alice") =>
  passages.map((passage) => passage.revealTo(patient).text);

describe("a patient's memory", () => {
  it("is what was asked and answered, with the day, oldest first", async () => {
    const { memory } = setUp();
    await memory.keep(ref, turn);
    await memory.keep(ref, { id: "m2", question: "And\nnow?", answer: "Rest." });
    const [first, second] = (await memory.recall(ref)).map((one) => one.revealTo("alice"));
    expect(first?.title).toBe("Your earlier question, 2026-03-02");
    expect(first?.text).toContain("You asked: Is my zebrafever back?");
    expect(second?.text).toBe("You asked: And now?\nThe answer was: Rest.");
    await memory.keep(ref, { ...turn, answer: "Again." });
    expect(await memory.recall(ref)).toHaveLength(2);
  });

  it("rests sealed, and no byte of it is left in the clear after a call", async () => {
    const { memory, shards, state } = setUp();
    await memory.keep(ref, turn);
    await memory.recall(ref);
    expect(new TextDecoder().decode([...shards.values()][0])).not.toContain("zebrafever");
    expect(state.opened.length).toBe(2);
    for (const bytes of state.opened) expect(bytes.some((byte) => byte !== 0)).toBe(false);
  });

  it.each([
    ["patient", { ...ref, patient: "bob" }],
    ["conversation", { ...ref, conversation: "c2" }],
    ["tenant", { ...ref, tenant: "other" }],
  ])("does not open in the place of another %s", async (_what, other) => {
    const { memory, shards } = setUp();
    await memory.keep(ref, turn);
    shards.set(keyOf(other), shards.get(keyOf(ref)) ?? new Uint8Array());
    await expect(memory.recall(other)).rejects.toMatchObject({ family: "Verification" });
  });

  it("has bounds, and lets the oldest go", async () => {
    const { memory, shards } = setUp();
    for (let at = 0; at < maxRememberedCount + 3; at += 1) {
      await memory.keep(ref, { id: `m${at}`, question: "?".repeat(9_000), answer: "!".repeat(9_000) });
    }
    expect(shards.get(keyOf(ref))?.length).toBeLessThan(maxShardBytes + 1_024);
    const texts = textsOf(await memory.recall(ref));
    expect(texts.length).toBeGreaterThan(10);
    expect(texts.length).toBeLessThanOrEqual(maxRememberedCount);
    expect((await memory.recall(ref)).at(-1)?.revealTo("alice").id).toBe(`memory:m${maxRememberedCount + 2}`);
  });

  it("loses nothing of turns that come at once", async () => {
    const { memory } = setUp();
    await Promise.all(["a", "b", "c"].map((id) => memory.keep(ref, { ...turn, id })));
    expect(await memory.recall(ref)).toHaveLength(3);
  });

  it("is neither read nor written without consent, and is swept away", async () => {
    const { memory, shards, records, state } = setUp();
    await memory.keep(ref, turn);
    state.consent = false;
    expect(await memory.recall(ref)).toEqual([]);
    await memory.keep({ ...ref, conversation: "c2" }, turn);
    expect(shards.size).toBe(1);
    expect(await memory.sweep("clinic")).toEqual([]);
    expect([shards.size, records.size]).toEqual([0, 0]);
  });

  it("is gone with its keys, also when a crash left the shard; what follows has other keys", async () => {
    const { memory, shards, state } = setUp();
    await memory.keep(ref, turn);
    state.crash = true;
    await expect(memory.forget(ref)).rejects.toMatchObject({ code: "CRASH" });
    expect(shards.size).toBe(1);
    expect(await memory.recall(ref)).toEqual([]);
    await memory.keep(ref, { ...turn, id: "m9" });
    expect(textsOf(await memory.recall(ref))).toHaveLength(1);
    state.crash = false;
    await memory.forget(ref);
    expect(new Set(state.shredded).size).toBe(2);
  });

  it("says that a shard is damaged, without a word of it", async () => {
    const { memory, shards } = setUp();
    for (const bytes of [toUtf8("zebrafever"), new Uint8Array(), Uint8Array.of(0xa1, 0x61, 0x76, 0x02)]) {
      shards.set(keyOf(ref), bytes);
      await expect(memory.recall(ref)).rejects.toMatchObject({ code: "MEMORY_FORMAT" });
    }
  });
});

describe("a passage about a patient", () => {
  const passage = new PatientPassage({
    patient: "alice",
    source: "chart",
    id: "chart:1",
    title: "Medication list, 2026-03-02",
    text: "zebrazine 5 mg",
    keywords: "",
  });

  it("is said to that patient only", () => {
    expect(passage.revealTo("alice").text).toBe("zebrazine 5 mg");
    expect(() => passage.revealTo("bob")).toThrowError(expect.objectContaining({ code: "PATIENT_MISMATCH" }));
  });

  it("cannot get into the knowledge, into JSON or into a log line", () => {
    // @ts-expect-error a patient's passage is no article
    expect(() => buildIndex([passage])).toThrow(TypeError);
    const copies: object[] = [
      passage,
      Object.assign({}, passage),
      Object.fromEntries(Object.entries(passage)),
    ];
    for (const copy of copies) expect(JSON.stringify(copy)).not.toContain("zebrazine");
  });
});
