import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { OutgoingEnvelope } from "@cloister/contracts/frames";
import type { DeviceAddress } from "@cloister/contracts/ids";
import type { RelayStore, SendRequest } from "@cloister/relay-core";
import { MemoryRelayStore, storeTestAccount, storeTestDevice } from "@cloister/testkit/relay-store";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRelayStore, type RelayStoreOptions } from "./relay.ts";
import { migrate, migrations } from "./relay-schema.ts";

const alice: DeviceAddress = { account: "A".repeat(22), device: 1 };
const bob: DeviceAddress = { account: "B".repeat(22), device: 1 };
const roomy = {
  ageMs: 0,
  maxQueuedCount: 100_000,
  maxQueuedBytes: 1_000_000_000,
  maxPerSenderCount: 100_000,
  maxPerSenderBytes: 1_000_000_000,
};

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "cloister-relay-"));
});
afterEach(() => rm(dir, { recursive: true }));

async function open(options: Partial<RelayStoreOptions> = {}): Promise<RelayStore> {
  const onFatal = (error: Error) => {
    throw error;
  };
  const store = await openRelayStore({ dir, onFatal, ballastBytes: 0, lowWaterBytes: 0, ...options });
  await store.createAccount(storeTestAccount("A", 1));
  await store.createAccount(storeTestAccount("B", 2));
  return store;
}

let counter = 0;
function send(length = 1024): SendRequest {
  counter += 1;
  const id = new Uint8Array(16);
  new DataView(id.buffer).setUint32(0, counter);
  const envelope: OutgoingEnvelope = { ...bob, id, payload: new Uint8Array(length).fill(counter) };
  return { from: alice, envelopes: [envelope], ...roomy };
}

const readAll = (store: RelayStore) =>
  store.read({ address: bob, afterSeq: 0, maxCount: 100_000, maxBytes: 1_000_000_000 });

async function sendUntilRefused(store: RelayStore, length?: number): Promise<number> {
  for (let count = 0; ; count += 1) {
    try {
      await store.append(send(length));
    } catch (error) {
      expect(error).toMatchObject({ code: "UNAVAILABLE" });
      return count;
    }
  }
}

describe("a full disk", () => {
  it.each([
    ["stops growth before it is full", { length: 1024, lowWaterBytes: 262_144 }],
    ["refuses growth where it turns out to be full", { length: 65_536, lowWaterBytes: 32_768 }],
  ])("%s; acknowledging goes on and makes room", async (_, { length, lowWaterBytes }) => {
    const store = await open({ maxBytes: 1024 * 1024, lowWaterBytes });
    const count = await sendUntilRefused(store, length);
    expect(count).toBeGreaterThan(9);
    const together = await Promise.allSettled([
      store.append(send(length)),
      store.putSession({ tokenHash: new Uint8Array(32), address: bob, expiresAtMs: 1 }),
      store.acknowledge(bob, 1),
      store.account(bob.account),
    ]);
    const outcomes = together.map(({ status }) => status);
    expect(outcomes).toEqual(["rejected", "fulfilled", "fulfilled", "fulfilled"]);
    expect((await readAll(store))[0]?.seq).toBe(2);
    await store.acknowledge(bob, count);
    expect(await sendUntilRefused(store, length)).toBeGreaterThan(9);
    await store.close();
  });

  it("keeps what it accepted, and nothing of what it refused", async () => {
    const store = await open({ maxBytes: 1024 * 1024 });
    const accepted = await sendUntilRefused(store);
    const burst = await Promise.allSettled(Array.from({ length: 20 }, () => store.append(send())));
    const more = burst.filter(({ status }) => status === "fulfilled").length;
    await store.close();
    const again = await open();
    expect((await readAll(again)).map(({ seq }) => seq)).toEqual(
      Array.from({ length: accepted + more }, (_, at) => at + 1),
    );
    await again.close();
  });

  it("lays a ballast that takes real room", async () => {
    const store = await open({ ballastBytes: 2 * 1024 * 1024 });
    const { size, blocks } = await stat(join(dir, "relay.ballast"));
    expect(size).toBe(2 * 1024 * 1024);
    expect(blocks * 512).toBeGreaterThanOrEqual(size);
    await store.close();
  });
});

describe("the file", () => {
  it("belongs to one process at a time", async () => {
    const store = await open();
    await expect(open()).rejects.toMatchObject({ code: "STORE_LOCKED" });
    await store.close();
    await (await open()).close();
  });

  it("is not opened when a newer Cloister wrote it", async () => {
    await (await open()).close();
    const database = new DatabaseSync(join(dir, "relay.db"));
    database.exec(`PRAGMA user_version = ${migrations.length + 1}`);
    database.close();
    await expect(open()).rejects.toMatchObject({ code: "STORE_VERSION" });
  });

  it("is not opened when it is no database", async () => {
    await (await open()).close();
    await writeFile(join(dir, "relay.db"), "something else entirely, but long enough to look like a header");
    await expect(open()).rejects.toMatchObject({ code: "STORE_FAILED" });
  });

  it("holds nothing of an envelope once it was acknowledged", async () => {
    const store = await open();
    const payload = new TextEncoder().encode("sealed words, ".repeat(300).slice(0, 4096));
    await store.append({ ...send(), envelopes: [{ ...bob, id: new Uint8Array(16), payload }] });
    await store.close();
    expect(await readFile(join(dir, "relay.db"), "latin1")).toContain("sealed words");
    const again = await open();
    await again.acknowledge(bob, 1);
    await again.close();
    expect(await readFile(join(dir, "relay.db"), "latin1")).not.toContain("sealed words");
  });
});

describe("migrations", () => {
  it("run once each, in order, and a failed one leaves the version where it was", () => {
    const database = new DatabaseSync(":memory:");
    migrate(database, migrations);
    const steps = [...migrations, "CREATE TABLE more (x)", "CREATE TABLE broken (; )"];
    expect(() => migrate(database, steps)).toThrow("syntax error");
    const version = () => database.prepare("PRAGMA user_version").get();
    expect(version()).toEqual({ user_version: migrations.length + 1 });
    migrate(database, steps.slice(0, -1));
    expect(version()).toEqual({ user_version: migrations.length + 1 });
    database.close();
  });

  it("count what waits already towards its senders", () => {
    const database = new DatabaseSync(":memory:");
    migrate(database, migrations.slice(0, 1));
    database.exec(`
      INSERT INTO account (no, id, role, identity_key, last_device)
        VALUES (7, 'A', 'patient', x'07', 2), (8, 'B', 'patient', x'08', 1);
      INSERT INTO device (no, account, id, registration_id, auth_key)
        VALUES (1, 7, 1, 0, x'01'), (2, 7, 2, 0, x'02'), (3, 8, 1, 0, x'03');
      INSERT INTO envelope VALUES (3, 1, x'01', 1, x'aabb', 0), (3, 2, x'02', 2, x'aa', 0), (1, 1, x'03', 3, x'', 0);
    `);
    migrate(database, migrations);
    const rows = database.prepare("SELECT * FROM sender_share").all();
    expect(rows.map((row) => Object.values(row))).toEqual([
      [1, 8, 1, 0],
      [3, 7, 2, 3],
    ]);
    database.close();
  });
});

describe("a batch", () => {
  it("is not harmed by one call in it that fails", async () => {
    const store = await open();
    const broken = { ...storeTestAccount("C", 3), identityKey: "not bytes" as unknown as Uint8Array };
    const results = await Promise.allSettled([
      store.append(send()),
      store.append(send()),
      store.createAccount(broken),
      store.append(send()),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
    expect(results[2]).toMatchObject({ reason: { code: "INTERNAL" } });
    expect((await readAll(store)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(await store.account("C".repeat(22))).toBeUndefined();
    await store.close();
  });

  it("carries more than one commit may hold, in order", async () => {
    const store = await open();
    const results = await Promise.all(Array.from({ length: 2000 }, () => store.append(send(256))));
    expect(results.flatMap((result) => (result.outcome === "stored" ? result.seqs : []))).toEqual(
      Array.from({ length: 2000 }, (_, at) => at + 1),
    );
    await store.close();
    await expect(store.append(send())).rejects.toMatchObject({ code: "STORE_CLOSED" });
  });
});

/** One call on any store; the same on both must give the same. */
type Step = (store: RelayStore) => Promise<unknown>;

describe("SQLite and the twin in memory", () => {
  const name = fc.constantFrom("A", "B", "C", "D");
  const seed = fc.integer({ min: 1, max: 6 });
  const small = fc.integer({ min: 0, max: 4 });
  const address = fc.record({
    account: name.map((letter) => letter.repeat(22)),
    device: fc.integer({ min: 1, max: 3 }),
  });
  const ageMs = fc.integer({ min: 0, max: 100 });
  const tokenHash = seed.map((n) => new Uint8Array(32).fill(n));
  const envelope = fc.record({
    to: address,
    id: fc.integer({ min: 1, max: 12 }).map((n) => new Uint8Array(16).fill(n)),
    payload: fc.integer({ min: 1, max: 3 }).map((n) => new Uint8Array(n * 256)),
  });
  const envelopes = fc.uniqueArray(envelope, {
    maxLength: 4,
    minLength: 1,
    selector: ({ to }) => `${to.account}${to.device}`,
  });
  const keys = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.tuple(name, seed, small, fc.option(seed)).map(
      ([letter, n, oneTime, invitation]): Step =>
        (store) =>
          store.createAccount({
            ...storeTestAccount(letter, n, oneTime),
            account: `${letter}${n}`.padEnd(22, letter),
            ...(invitation !== null && { invitationId: new Uint8Array(16).fill(invitation) }),
          }),
    ),
    fc.tuple(address, fc.integer({ min: 10, max: 14 })).map(
      ([{ account }, n]): Step =>
        (store) =>
          store.addDevice({ account, device: storeTestDevice(n, 2), maxDevicesCount: 3 }),
    ),
    address.map(
      (to): Step =>
        (store) =>
          store.revokeDevice(to),
    ),
    address.map(
      (to): Step =>
        (store) =>
          store.device(to),
    ),
    address.map(
      (to): Step =>
        (store) =>
          store.account(to.account),
    ),
    fc.tuple(tokenHash, address).map(
      ([hash, to]): Step =>
        async (store) => {
          if ((await store.session(hash)) === undefined) {
            await store.putSession({ tokenHash: hash, address: to, expiresAtMs: 50 });
          }
          return store.session(hash);
        },
    ),
    fc.tuple(address, keys, small).map(
      ([to, ids, more]): Step =>
        (store) => {
          const key = (id: number) => ({
            id,
            publicKey: new Uint8Array(33).fill(id),
            signature: new Uint8Array(64),
          });
          const plain = ids.map((id) => ({ id, publicKey: new Uint8Array(33).fill(id) }));
          const upload = { oneTimePreKeys: plain, kemPreKeys: ids.map(key) };
          return store.addPreKeys({ address: to, keys: upload, maxEachCount: 3 + more });
        },
    ),
    fc.tuple(address, fc.boolean()).map(
      ([to, oneTime]): Step =>
        (store) =>
          store.takePreKeys({
            account: to.account,
            devices: [1, 2, 3].map((device) => ({ device, oneTime })),
          }),
    ),
    fc.tuple(address, envelopes, ageMs, small).map(
      ([from, list, age, more]): Step =>
        (store) =>
          store.append({
            from,
            envelopes: list.map(({ to, id, payload }) => ({
              account: to.account,
              device: to.device,
              id,
              payload,
            })),
            ageMs: age,
            maxQueuedCount: 3 + more,
            maxQueuedBytes: 3000,
            maxPerSenderCount: 2 + more,
            maxPerSenderBytes: 2000,
          }),
    ),
    fc.tuple(address, small).map(
      ([to, afterSeq]): Step =>
        (store) =>
          store.read({ address: to, afterSeq, maxCount: 3, maxBytes: 1000 }),
    ),
    fc.tuple(address, fc.integer({ min: 0, max: 8 })).map(
      ([to, seq]): Step =>
        (store) =>
          store.acknowledge(to, seq),
    ),
    fc.tuple(ageMs, ageMs).map(
      ([age, nowMs]): Step =>
        (store) =>
          store.sweep({ nowMs, ageMs: age, envelopeMaxAgeMs: 60, tombstoneMaxAgeMs: 20, blobMaxAgeMs: 40 }),
    ),
    fc.constant<Step>((store) => store.directory()),
  );

  it("agree on every sequence of calls", { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const [twin, sqlite] = [new MemoryRelayStore(), await open()];
        await twin.createAccount(storeTestAccount("A", 1));
        await twin.createAccount(storeTestAccount("B", 2));
        try {
          for (const one of steps) expect(await one(sqlite)).toEqual(await one(twin));
        } finally {
          await sqlite.close();
          await rm(join(dir, "relay.db"));
        }
      }),
      { numRuns: 40 },
    );
  });
});
