import { equalBytes, toUtf8 } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { describe, expect, it } from "vitest";
import { Keyring } from "./keyring.ts";
import { unwrapLocally, wrapLocally } from "./local-key.ts";
import type { KeyProvider, WrappedKey } from "./port.ts";
import { countByVersion, nextRotationStep, readRotation, rotateKeys } from "./rotation.ts";
import { keyError } from "./rules.ts";
import { type ConversationRef, type KeyScope, scopeBytes } from "./scope.ts";
import { resumeShredding, type ShredEvent, type ShredPorts, shredKeys } from "./shredding.ts";
import type { Journal, WrappedKeyRecord, WrappedKeyStore } from "./store.ts";

class Crash extends Error {}

/** Counts effects and breaks off after a number of them, as a killed process would. */
class Fuse {
  left = Number.POSITIVE_INFINITY;
  used = 0;

  burn(): void {
    if (this.used >= this.left) throw new Crash();
    this.used += 1;
  }
}

class MemoryKeys implements KeyProvider {
  readonly keks = [systemRandom(32)];
  readonly #fuse: Fuse;

  constructor(fuse: Fuse) {
    this.#fuse = fuse;
  }

  async status() {
    return { kind: "file", version: String(this.keks.length), signingKey: new Uint8Array(32) } as const;
  }
  async wrap(key: Uint8Array, scope: KeyScope): Promise<WrappedKey> {
    const kek = this.keks.at(-1) ?? key;
    return {
      version: String(this.keks.length),
      bytes: wrapLocally({ kek, key, scope, random: systemRandom }),
    };
  }
  async unwrap({ version, bytes }: WrappedKey, scope: KeyScope) {
    const kek = this.keks[Number(version) - 1];
    if (!kek) throw keyError("KEY_MISSING");
    return unwrapLocally({ kek, wrapped: bytes, scope });
  }
  async dataKey(scope: KeyScope) {
    const key = systemRandom(32);
    return { key, wrapped: await this.wrap(key, scope) };
  }
  async rewrap(wrapped: WrappedKey, scope: KeyScope) {
    return this.wrap(await this.unwrap(wrapped, scope), scope);
  }
  sign(): Promise<never> {
    return Promise.reject(keyError("KEY_DENIED"));
  }
  async rotate() {
    this.#fuse.burn();
    this.keks.push(systemRandom(32));
    return String(this.keks.length);
  }
  async close() {}
}

class MemoryStore implements WrappedKeyStore {
  readonly name: string;
  readonly records = new Map<string, WrappedKeyRecord>();
  readonly #fuse: Fuse;

  constructor(name: string, fuse: Fuse) {
    this.name = name;
    this.#fuse = fuse;
  }

  async get(scope: KeyScope) {
    return this.records.get(String(scopeBytes(scope)));
  }
  async create(record: WrappedKeyRecord) {
    if (await this.get(record.scope)) throw keyError("RECORD_CHANGED");
    this.records.set(String(scopeBytes(record.scope)), record);
  }
  async replace(record: WrappedKeyRecord, before: WrappedKey) {
    const there = await this.get(record.scope);
    if (!there || !equalBytes(there.wrapped.bytes, before.bytes)) throw keyError("RECORD_CHANGED");
    this.#fuse.burn();
    this.records.set(String(scopeBytes(record.scope)), record);
  }
  async *list(tenant: string) {
    yield* [...this.records.values()].filter(({ scope }) => scope.tenant === tenant);
  }
  #of({ tenant, conversation }: ConversationRef) {
    return [...this.records].filter(
      ([, { scope }]) => scope.tenant === tenant && scope.conversation === conversation,
    );
  }
  async destroy(ref: ConversationRef) {
    const found = this.#of(ref);
    for (const [key] of found) {
      this.#fuse.burn();
      this.records.delete(key);
    }
    return found.length;
  }
  async count(ref: ConversationRef) {
    return this.#of(ref).length;
  }
}

function world() {
  const fuse = new Fuse();
  const states = new Map<string, Uint8Array>();
  const journal: Journal = {
    read: async (name) => states.get(name),
    write: async (name, state) => {
      fuse.burn();
      states.set(name, state);
    },
    names: async () => [...states.keys()],
  };
  const provider = new MemoryKeys(fuse);
  const store = new MemoryStore("main", fuse);
  const backup = new MemoryStore("backup", fuse);
  const events = new Map<string, ShredEvent>();
  const held = new Set<string>();
  const shredding: ShredPorts = {
    journal,
    log: {
      append: async (event) => {
        fuse.burn();
        events.set(event.id, event);
      },
    },
    holds: { isHeld: async ({ conversation }) => held.has(conversation) },
    copies: [store, backup],
  };
  const keyring = new Keyring({ provider, store, journal, random: systemRandom });
  return { fuse, journal, provider, store, backup, events, held, shredding, keyring };
}

const scopeOf = (conversation: string, epoch = 0): KeyScope => ({
  tenant: "t",
  conversation,
  epoch,
  version: 1,
});
const associatedData = toUtf8("memory");
const request = { tenant: "t", conversation: "c1", reason: "erasure", requestedBy: "officer-1", atMs: 7 };

async function filled() {
  const all = world();
  const envelopes = new Map<string, Uint8Array>();
  for (const conversation of ["c1", "c2", "c3"]) {
    for (const epoch of [0, 1]) {
      const scope = scopeOf(conversation, epoch);
      const envelope = await all.keyring.seal({ scope, plaintext: toUtf8(conversation), associatedData });
      envelopes.set(`${conversation}/${epoch}`, envelope);
    }
  }
  for (const [key, record] of all.store.records) all.backup.records.set(key, record);
  const opens = async () => {
    for (const [name, envelope] of envelopes) {
      const [conversation = ""] = name.split("/");
      const opened = await all.keyring.open({
        envelope,
        conversation: { tenant: "t", conversation },
        associatedData,
      });
      expect(opened).toEqual(toUtf8(conversation));
    }
  };
  return { ...all, envelopes, opens };
}

describe("rotation", () => {
  it("moves every wrapped key to the new version", async () => {
    const { provider, store, journal, opens } = await filled();
    const report = await rotateKeys({ provider, store, journal, tenant: "t" });
    expect(report).toEqual({ from: "1", to: "2", rewrapped: 6, damaged: 0, resumed: false });
    expect(await countByVersion(store, "t")).toEqual(new Map([["2", 6]]));
    expect(await readRotation(journal, "t")).toEqual({ stage: "done", from: "1", to: "2" });
    await opens();
  });

  it("goes on after a crash at any point, with one new version, and all open throughout", async () => {
    for (let left = 0; left < 10; left += 1) {
      const { provider, store, journal, fuse, opens } = await filled();
      const ports = { provider, store, journal, tenant: "t" };
      fuse.left = left;
      await expect(rotateKeys(ports)).rejects.toBeInstanceOf(Crash);
      await opens();
      fuse.left = Number.POSITIVE_INFINITY;
      const report = await rotateKeys(ports);
      expect(report).toMatchObject({ from: "1", to: "2", resumed: left > 0 });
      expect(provider.keks).toHaveLength(2);
      expect(await countByVersion(store, "t")).toEqual(new Map([["2", 6]]));
      await opens();
    }
  });

  it("leaves a damaged record, says so, and moves the others", async () => {
    const { provider, store, journal } = await filled();
    const scope = scopeOf("c2");
    store.records.set(String(scopeBytes(scope)), {
      scope,
      wrapped: { version: "1", bytes: new Uint8Array(60) },
    });
    const report = await rotateKeys({ provider, store, journal, tenant: "t" });
    expect(report).toMatchObject({ rewrapped: 5, damaged: 1 });
  });

  it("asks the key store only once the intent is written down", () => {
    expect(nextRotationStep(undefined, "1")).toEqual({
      act: "write",
      state: { stage: "starting", from: "1" },
    });
    expect(nextRotationStep({ stage: "starting", from: "1" }, "1")).toEqual({ act: "rotate", from: "1" });
    const moved = { act: "write", state: { stage: "rewrapping", from: "1", to: "2" } };
    expect(nextRotationStep({ stage: "starting", from: "1" }, "2")).toEqual(moved);
  });
});

describe("shredding", () => {
  const open = async ({ keyring, envelopes }: Awaited<ReturnType<typeof filled>>) =>
    keyring.open({
      envelope: envelopes.get("c1/0") ?? new Uint8Array(),
      conversation: scopeOf("c1"),
      associatedData,
    });

  it("destroys every copy, logs before and after, and leaves the others", async () => {
    const all = await filled();
    const state = await shredKeys(request, all.shredding);
    expect(state).toMatchObject({ stage: "done", remaining: [] });
    expect([all.store.records.size, all.backup.records.size]).toEqual([4, 4]);
    expect([...all.events.values()].map(({ type }) => type)).toEqual(["keys.shred", "keys.shredded"]);
    await expect(open(all)).rejects.toMatchObject({ code: "KEY_SHREDDED" });
    const again = all.keyring.seal({ scope: scopeOf("c1", 9), plaintext: new Uint8Array(), associatedData });
    await expect(again).rejects.toMatchObject({ code: "KEY_SHREDDED" });
    await expect(shredKeys(request, all.shredding)).resolves.toEqual(state);
  });

  it("is refused under a hold, which is logged too", async () => {
    const all = await filled();
    all.held.add("c1");
    await expect(shredKeys(request, all.shredding)).rejects.toMatchObject({ code: "SHRED_HELD" });
    expect([...all.events.values()].map(({ type }) => type)).toEqual(["keys.shred-refused"]);
    await all.opens();
    all.held.clear();
    await expect(shredKeys(request, all.shredding)).resolves.toMatchObject({ stage: "done" });
  });

  it("destroys nothing while the log is down", async () => {
    const all = await filled();
    const log = { append: () => Promise.reject(keyError("KEY_UNAVAILABLE")) };
    const act = shredKeys(request, { ...all.shredding, log });
    await expect(act).rejects.toMatchObject({ code: "KEY_UNAVAILABLE" });
    await all.opens();
  });

  it("is finished after a crash at any point; destroyed only once it was logged", async () => {
    for (let left = 0; left < 11; left += 1) {
      const all = await filled();
      all.fuse.left = left;
      await expect(shredKeys(request, all.shredding)).rejects.toBeInstanceOf(Crash);
      const untouched = all.store.records.size + all.backup.records.size === 12;
      expect(untouched || [...all.events.values()][0]?.type === "keys.shred").toBe(true);
      all.fuse.left = Number.POSITIVE_INFINITY;
      const finished = await resumeShredding(all.shredding);
      expect(finished).toHaveLength(left === 0 ? 0 : 1);
      if (left === 0) continue;
      expect([all.store.records.size, all.backup.records.size]).toEqual([4, 4]);
      expect([...all.events.values()].map(({ type }) => type)).toEqual(["keys.shred", "keys.shredded"]);
      await expect(open(all)).rejects.toMatchObject({ code: "KEY_SHREDDED" });
    }
  });

  it("stops at a hold that comes before the first copy is gone, and may be read again", async () => {
    const all = await filled();
    // Three effects: written down, logged, written down that it is logged.
    all.fuse.left = 3;
    await expect(shredKeys(request, all.shredding)).rejects.toBeInstanceOf(Crash);
    await expect(open(all)).rejects.toMatchObject({ code: "KEY_SHREDDED" });
    all.fuse.left = Number.POSITIVE_INFINITY;
    all.held.add("c1");
    expect(await resumeShredding(all.shredding)).toEqual([]);
    await all.opens();
    all.held.clear();
    expect(await resumeShredding(all.shredding)).toHaveLength(1);
    await expect(open(all)).rejects.toMatchObject({ code: "KEY_SHREDDED" });
  });

  it("does not call itself done when a place it began with is not known any more", async () => {
    const all = await filled();
    all.fuse.left = 1;
    await expect(shredKeys(request, all.shredding)).rejects.toBeInstanceOf(Crash);
    all.fuse.left = Number.POSITIVE_INFINITY;
    const partly = { ...all.shredding, copies: [all.store] };
    await expect(resumeShredding(partly)).rejects.toMatchObject({ code: "SHRED_INCOMPLETE" });
    await expect(resumeShredding(all.shredding)).resolves.toHaveLength(1);
  });
});
