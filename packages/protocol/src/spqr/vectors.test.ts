import { fromBase64, fromHex, toBase64, toHex } from "@cloister/bytes";
import { readProto } from "@cloister/codec";
import type * as crypto from "@cloister/crypto";
import { describe, expect, it, vi } from "vitest";
import { loadVectors, vectorsPresent } from "../testing/vectors.ts";
import {
  ciphertextMac,
  epochSecret,
  headerMac,
  startAuthenticator,
  updateAuthenticator,
} from "./authenticator.ts";
import type { Braid } from "./braid.ts";
import { type Chunk, decode, nextChunk } from "./erasure-code.ts";
import { fieldTables } from "./field.ts";
import { completedEpochCount, receiveSpqr, type SpqrState, sendSpqr, startSpqr } from "./index.ts";
import { addEpoch, startSchedule, takeReceivingKey, takeSendingKey } from "./key-schedule.ts";
import { parseSpqrField, writeSpqrField } from "./message.ts";

interface Epoch {
  epoch: number;
  decapsulationKey: string;
  m: string;
  complete?: boolean;
  authRootAfter?: string;
  authMacAfter?: string;
  chain?: { root: string };
}
interface Transcript {
  pqxdh: { spqrKey: string };
  epochs: Epoch[];
  events: {
    op: "send" | "deliver";
    id: number;
    from?: "alice" | "bob";
    to?: "alice" | "bob";
    ok?: boolean;
    type: number;
    message: string;
    spqr: { epoch: number; index: number; type: number; key: string; state: string };
  }[];
}
interface Vectors {
  transcripts: { pingpong: Transcript; lossy: Transcript };
  erasure: {
    gfProducts: { a: number; b: number; product: number }[];
    gfInverses: { a: number; inverse: number }[];
    vectors: { length: number; message: string; chunks: { index: number; data: string }[] }[];
  };
  schedule: {
    initialKey: string;
    start: { root: string; a2b: string; b2a: string };
    a2bKeys: { index: number; key: string; nextChain: string }[];
    addEpoch: { secret: string; root: string; a2b: string; b2a: string };
    authenticator: {
      epoch: number;
      initial: { root: string; mac: string };
      header: string;
      headerMac: string;
      updateWith: string;
      updated: { root: string; mac: string };
      ciphertext: string;
      ciphertextMac: string;
    };
    sckaKey: { kemSecret: string; epoch1: string; epoch258: string };
  };
  messages: {
    accepted: { hex: string; epoch: number; index: number; type: number; chunk?: number; data?: string }[];
    refused: { name: string; hex: string }[];
  };
}

const vectors = await loadVectors<Vectors>("spqr");

// The transcripts give the expanded decapsulation key and not the seed that the state holds. So a seed
// here only names a recorded key; everything else of the package runs as it is.
const recordedKeys = vi.hoisted(() => new Map<string, Uint8Array<ArrayBuffer>>());
vi.mock("@cloister/crypto", async (importOriginal) => {
  const original = await importOriginal<typeof crypto>();
  return {
    ...original,
    mlKem768KeyPair(seed: Uint8Array) {
      const privateKey = recordedKeys.get(seed.join())?.slice();
      return privateKey
        ? { privateKey, publicKey: privateKey.slice(1152, 1152 + 1184) }
        : original.mlKem768KeyPair(seed);
    },
  };
});

/** The published names behind the notes' abbreviations. */
const states: Record<string, Braid["kind"]> = {
  E0: "keys-unsampled",
  E1: "keys-sampled",
  E2: "header-sent",
  E3: "ct1-received",
  E4: "vector-sent",
  C0: "no-header-received",
  C1: "header-received",
  C2: "ct1-sampled",
  C3: "vector-received",
  C4: "ct1-acknowledged",
  C5: "ct2-sampled",
};

function codeOf(operation: () => unknown): unknown {
  try {
    return operation();
  } catch (error) {
    return (error as { code: string }).code;
  }
}

/** Field 5 of a recorded message, whether it opens a session or not. */
function fieldOf(type: number, message: Uint8Array): Uint8Array {
  const body = message.subarray(1);
  if (type === 3) {
    const inner = readProto(body, { message: [4, "bytes"] }).message;
    return inner ? fieldOf(2, inner) : new Uint8Array();
  }
  return readProto(body.subarray(0, -8), { field: [5, "bytes"] }).field ?? new Uint8Array();
}

/** The recorded randomness of an epoch. */
function randomOf(transcript: Transcript, epoch: bigint): crypto.Random {
  return (lengthBytes) => {
    const recorded = transcript.epochs.find((entry) => BigInt(entry.epoch) === epoch);
    if (!recorded) throw new Error("the transcript has no such epoch");
    if (lengthBytes === 32) return fromBase64(recorded.m);
    const seed = new Uint8Array(lengthBytes).fill(recorded.epoch);
    recordedKeys.set(seed.join(), fromBase64(recorded.decapsulationKey));
    return seed;
  };
}

/** Both sides of a transcript. */
function playWith(transcript: Transcript) {
  const random = (epoch: bigint) => randomOf(transcript, epoch);
  const initialKey = fromBase64(transcript.pqxdh.spqrKey);
  const sides: Record<"alice" | "bob", SpqrState> = {
    alice: startSpqr(initialKey, "initiator"),
    bob: startSpqr(initialKey, "responder"),
  };
  return { random, sides };
}

function braidOf(state: SpqrState): Braid {
  if (state.kind !== "active") throw new Error("no ratchet");
  return state.braid;
}

describe.skipIf(!vectorsPresent)("recorded conversations of libsignal 0.103.0", () => {
  it.each(["pingpong", "lossy"] as const)("reproduces both sides of %s byte for byte", (name) => {
    recordedKeys.clear();
    const transcript = vectors.transcripts[name];
    const { random, sides } = playWith(transcript);
    const fields = new Map<number, { field: Uint8Array; key: string }>();
    for (const { op, id, from, to, ok, type, message, spqr } of transcript.events) {
      if (op === "send" && from) {
        const step = sendSpqr(sides[from], random(braidOf(sides[from]).epoch));
        sides[from] = step.state;
        const field = fieldOf(type, fromBase64(message));
        expect([id, toHex(step.field ?? new Uint8Array())]).toEqual([id, toHex(field)]);
        expect(toBase64(step.key)).toBe(spqr.key);
        expect(braidOf(step.state).kind).toBe(states[spqr.state]);
        fields.set(id, { field, key: spqr.key });
      } else if (to && ok) {
        const sent = fields.get(id);
        const step = receiveSpqr(sides[to], sent?.field);
        sides[to] = step.state;
        expect(toBase64(step.key)).toBe(sent?.key);
      }
    }
    const complete = transcript.epochs.filter((epoch) => epoch.complete).length;
    expect(complete).toBeGreaterThanOrEqual(name === "pingpong" ? 3 : 5);
    expect(completedEpochCount(sides.alice)).toBeGreaterThanOrEqual(complete);
  });

  it("ends each recorded epoch with the same authenticator and root", () => {
    const transcript = vectors.transcripts.pingpong;
    const { random, sides } = playWith(transcript);
    const found = new Map<string, string>();
    const sent = new Map<number, Uint8Array | undefined>();
    for (const { op, id, from, to } of transcript.events) {
      if (op === "send" && from) {
        const step = sendSpqr(sides[from], random(braidOf(sides[from]).epoch));
        sides[from] = step.state;
        sent.set(id, step.field);
      } else if (to) sides[to] = receiveSpqr(sides[to], sent.get(id)).state;
      for (const state of Object.values(sides)) {
        if (state.kind !== "active") continue;
        const { root, mac } = state.braid.authenticator;
        found.set(toBase64(root), toBase64(mac));
        found.set(toBase64(state.schedule.root), "root of a chain epoch");
      }
    }
    for (const epoch of transcript.epochs.filter(({ complete }) => complete)) {
      expect(found.get(epoch.authRootAfter ?? "")).toBe(epoch.authMacAfter);
      expect(found.get(epoch.chain?.root ?? "")).toBe("root of a chain epoch");
    }
  });
});

describe.skipIf(!vectorsPresent)("vectors of the parts", () => {
  it("multiplies and inverts in GF(2^16)", () => {
    const { log, power } = fieldTables();
    const logOf = (a: number) => log[a] ?? 0;
    for (const { a, b, product } of vectors.erasure.gfProducts) {
      expect(a * b === 0 ? 0 : power[logOf(a) + logOf(b)]).toBe(product);
    }
    for (const { a, inverse } of vectors.erasure.gfInverses) expect(power[0xffff - logOf(a)]).toBe(inverse);
  });

  it("codes and decodes", () => {
    for (const { length, message, chunks } of vectors.erasure.vectors) {
      const source = fromBase64(message);
      const read = chunks.map(({ index, data }): Chunk => ({ index, data: fromBase64(data) }));
      for (const chunk of read) {
        expect(nextChunk({ source, next: chunk.index }).chunk).toEqual(chunk);
      }
      const others = Array.from(
        { length: length / 32 },
        (_, at) => nextChunk({ source, next: 50_000 + at }).chunk,
      );
      const mixed = [...read.slice(-3), ...others].slice(0, length / 32);
      expect(decode(mixed, length)).toEqual(source);
      expect(decode(mixed.slice(1), length)).toBeUndefined();
    }
  });

  it("derives the chains and keys of the schedule", () => {
    const { initialKey, start, a2bKeys, addEpoch: added } = vectors.schedule;
    let schedule = startSchedule(fromBase64(initialKey), "initiator");
    let peer = startSchedule(fromBase64(initialKey), "responder");
    const keysOf = ({ root, epochs }: typeof schedule) => {
      const { sending, receiving } = epochs.at(-1) ?? {};
      const text = (key: Uint8Array | undefined) => toBase64(key ?? new Uint8Array());
      return [text(root), text(sending?.chainKey), text(receiving?.chainKey)];
    };
    expect(keysOf(schedule)).toEqual([start.root, start.a2b, start.b2a]);
    expect(keysOf(peer)).toEqual([start.root, start.b2a, start.a2b]);
    const first = schedule;
    for (const { index, key, nextChain } of a2bKeys) {
      const sent = takeSendingKey(schedule, 0n);
      const received = takeReceivingKey(peer, 0n, index);
      expect([sent.index, toBase64(sent.key), toBase64(received.key)]).toEqual([index, key, key]);
      schedule = sent.schedule;
      peer = received.schedule;
      expect(keysOf(schedule)[1]).toBe(nextChain);
      expect(keysOf(peer)[2]).toBe(nextChain);
    }
    const next = addEpoch(first, fromBase64(added.secret), "initiator").schedule;
    expect(keysOf(next)).toEqual([added.root, added.a2b, added.b2a]);
  });

  it("authenticates", () => {
    const { initialKey, authenticator, sckaKey } = vectors.schedule;
    const epoch = BigInt(authenticator.epoch);
    const state = startAuthenticator(fromBase64(initialKey));
    const text = ({ root, mac }: typeof state) => ({ root: toBase64(root), mac: toBase64(mac) });
    expect(text(state)).toEqual(authenticator.initial);
    expect(toBase64(headerMac(state, epoch, fromBase64(authenticator.header)))).toBe(authenticator.headerMac);
    const updated = updateAuthenticator(state, epoch, fromBase64(authenticator.updateWith));
    expect(text(updated)).toEqual(authenticator.updated);
    expect(toBase64(ciphertextMac(updated, epoch, fromBase64(authenticator.ciphertext)))).toBe(
      authenticator.ciphertextMac,
    );
    const secret = () => fromBase64(sckaKey.kemSecret);
    expect(toBase64(epochSecret(secret(), 1n))).toBe(sckaKey.epoch1);
    expect(toBase64(epochSecret(secret(), 258n))).toBe(sckaKey.epoch258);
  });

  it("reads the field as libsignal does, and writes it back", () => {
    const { accepted, refused } = vectors.messages;
    const names = ["none", "header", "vector", "vector-ack", "ack", "ct1", "ct2"];
    for (const { hex, epoch, index, type, chunk, data } of accepted) {
      const payload = {
        type: names[type],
        ...(data === undefined ? {} : { chunk: { index: chunk, data: fromHex(data) } }),
      };
      const field = parseSpqrField(fromHex(hex));
      expect(field).toEqual({ kind: "version-1", message: { epoch: BigInt(epoch), index, payload } });
      if (field.kind !== "version-1") throw new Error("not version 1");
      const written = toHex(writeSpqrField(field.message));
      expect([hex, "0181000100"].includes(written) || hex.length > written.length).toBe(true);
      expect(parseSpqrField(fromHex(written))).toEqual(field);
    }
    expect(refused).toHaveLength(8);
    for (const { name, hex } of refused) {
      const code = codeOf(() => parseSpqrField(fromHex(hex)));
      expect([name, code]).toEqual([name, "SPQR-002"]);
    }
  });
});
