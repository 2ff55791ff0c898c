import { toBase64 } from "@cloister/bytes";
import { ed25519KeyPair } from "@cloister/crypto";
import { MemoryLogStore } from "@cloister/testkit/log-store";
import { describe, expect, it } from "vitest";
import { cosigner, parseCosignatureKey, verifyCosignatures } from "./cosignature.ts";
import { encodeLeaf } from "./leaf.ts";
import { TransparencyLog } from "./log.ts";
import { emptyRoot, leafHash } from "./merkle.ts";
import { ed25519NoteSigner, formatVerifierKey, signNote } from "./note.ts";
import { parsePolicy } from "./policy.ts";
import type { WitnessStore } from "./ports.ts";
import { formatTlogProof, parseTlogProof, verifyTlogProof } from "./tlog-proof.ts";
import { addSignatureLines, formatAddCheckpoint, parseAddCheckpoint, Witness } from "./witness.ts";

const origin = "clinic.example/log";
const seed = new Uint8Array(32).fill(1);
const vkey = formatVerifierKey(origin, ed25519KeyPair(seed).publicKey);
const cosigners = (["ed25519", "ml-dsa-44"] as const).map((algorithm) =>
  cosigner({ name: "w.example/1", seed: new Uint8Array(32).fill(9), algorithm, clock: () => 5000 }),
);

class MemoryWitnessStore implements WitnessStore {
  readonly notes = new Map<string, string>();
  latest(of: string): string | undefined {
    return this.notes.get(of);
  }
  replace({ origin: of, before, after }: Parameters<WitnessStore["replace"]>[0]): boolean {
    if (this.notes.get(of) !== before) return false;
    this.notes.set(of, after);
    return true;
  }
  close(): void {
    this.notes.clear();
  }
}

function leaf(number: number): Uint8Array<ArrayBuffer> {
  return encodeLeaf({ type: "ai.asked", at: "2026-11-24T16Z" }, new Uint8Array(32).fill(number));
}

async function logOf(count: number, from = 0): Promise<TransparencyLog> {
  const log = new TransparencyLog({ store: new MemoryLogStore(), origin, seed });
  for (let number = 0; number < count; number += 1) await log.append(leaf(from + number));
  return log;
}

async function request(log: TransparencyLog, oldSize: number): Promise<string> {
  const [size, checkpoint] = [await log.size(), await log.checkpoint()];
  const proof = oldSize === 0 || oldSize >= size ? [] : await log.proveConsistency(oldSize, size);
  return formatAddCheckpoint({ oldSize, proof, checkpoint });
}

function newWitness(store: WitnessStore = new MemoryWitnessStore()): Witness {
  return new Witness({ logs: [vkey], cosigners, store });
}

describe("a witness", () => {
  it("cosigns a log as it grows, and the same tree again", async () => {
    const [log, witness] = [await logOf(3), newWitness()];
    expect(witness.latest(origin)).toBeUndefined();
    for (const oldSize of [0, 3]) {
      const answer = witness.addCheckpoint(await request(log, oldSize));
      if (answer.status !== "cosigned") throw new Error("cosigns");
      const note = addSignatureLines(await log.checkpoint(), answer.lines);
      const keys = cosigners.map((by) => parseCosignatureKey(by.vkey));
      expect(verifyCosignatures(note, keys).map(({ atMs }) => atMs)).toEqual([5000, 5000]);
      expect(witness.latest(origin)).toBe(note);
      await log.append(leaf(100 + oldSize));
    }
    expect(witness.addCheckpoint(await request(log, 0))).toEqual({ status: "stale", size: 4 });
    expect(witness.addCheckpoint(await request(log, 4))).toMatchObject({ status: "cosigned" });
  });

  it("refuses a fork, a swapped root and a proof too many", async () => {
    const [log, fork, witness] = [await logOf(5), await logOf(9, 50), newWitness()];
    witness.addCheckpoint(await request(log, 0));
    const inconsistent = expect.objectContaining({ code: "WITNESS_INCONSISTENT" });
    const forked = await request(fork, 5);
    expect(() => witness.addCheckpoint(forked)).toThrow(inconsistent);
    const sameSize = await request(await logOf(5, 50), 5);
    expect(() => witness.addCheckpoint(sameSize)).toThrow(inconsistent);
    const another = newWitness();
    const checkpoint = await log.checkpoint();
    const tooMany = formatAddCheckpoint({ oldSize: 0, proof: [emptyRoot], checkpoint });
    expect(() => another.addCheckpoint(tooMany)).toThrow(inconsistent);
    const text = `${origin}\n0\n${toBase64(leafHash(seed))}\n`;
    const notEmpty = signNote(text, [ed25519NoteSigner(origin, seed)]);
    const body = formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint: notEmpty });
    expect(() => another.addCheckpoint(body)).toThrow(inconsistent);
    expect(another.latest(origin)).toBeUndefined();
  });

  it("refuses unknown logs, bad signatures and malformed requests", async () => {
    const [log, witness] = [await logOf(2), newWitness()];
    const good = await request(log, 0);
    const refuse = (body: string, code: string) =>
      expect(() => witness.addCheckpoint(body)).toThrow(expect.objectContaining({ code }));
    refuse(good.replaceAll(origin, "other.example/log"), "WITNESS_ORIGIN");
    refuse(good.replace("\n2\n", "\n3\n"), "WITNESS_SIGNATURE");
    refuse(good.replace(`— ${origin} `, "— other.example/log "), "WITNESS_SIGNATURE");
    refuse(good.replace("old 0", "old 3"), "WITNESS_REQUEST");
    for (const old of ["old 00", "old -1", "old", "", "old 0\nAAAA", `old 0${"\nA".repeat(70)}`]) {
      refuse(good.replace("old 0", old), "WITNESS_REQUEST");
    }
    refuse("", "WITNESS_REQUEST");
    refuse(`${good}more`, "WITNESS_REQUEST");
    expect(witness.latest(origin)).toBeUndefined();
  });

  it("judges anew when another instance over its store was faster", async () => {
    const log = await logOf(2);
    const store = new MemoryWitnessStore();
    const replace = store.replace.bind(store);
    const early = await request(log, 0);
    await log.append(leaf(77));
    const late = await request(log, 0);
    let raced = false;
    store.replace = (change) => {
      if (!raced) {
        raced = true;
        expect(newWitness(store).addCheckpoint(late)).toMatchObject({ status: "cosigned" });
      }
      return replace(change);
    };
    expect(newWitness(store).addCheckpoint(early)).toEqual({ status: "stale", size: 3 });
  });

  it("knows what it is asked, and what it may answer", async () => {
    const log = await logOf(2);
    const body = await request(log, 1);
    expect(formatAddCheckpoint(parseAddCheckpoint(body))).toBe(body);
    expect(newWitness().origins()).toEqual([origin]);
    const injected = `x\n\n— ${origin} AAAAAAAA\n`;
    const note = await log.checkpoint();
    expect(() => addSignatureLines(note, injected)).toThrow(/rule broken/);
    expect(() => addSignatureLines(note, `\n${note}`)).toThrow(
      expect.objectContaining({ code: "NOTE_FORMAT" }),
    );
  });
});

describe("a proof for a file", () => {
  const policy = parsePolicy(`log ${vkey}\nwitness w ${cosigners[0]?.vkey}\nquorum w\n`);

  it("verifies offline, under the policy's quorum", async () => {
    const log = await logOf(6);
    const answer = newWitness().addCheckpoint(await request(log, 0));
    const checkpoint = `${await log.checkpoint()}${answer.status === "cosigned" ? answer.lines : ""}`;
    for (const index of [0, 5]) {
      const proof = await log.proveInclusion(index, 6);
      const text = formatTlogProof({ index, proof, checkpoint, extra: leaf(index) });
      expect(parseTlogProof(text)).toEqual({ index, proof, checkpoint, extra: leaf(index) });
      expect(verifyTlogProof({ text, leaf: leaf(index), policy })).toMatchObject({ index });
      expect(() => verifyTlogProof({ text, leaf: leaf(9), policy })).toThrow(
        expect.objectContaining({ code: "MERKLE_ROOT" }),
      );
      const unwitnessed = formatTlogProof({ index, proof, checkpoint: await log.checkpoint() });
      expect(() => verifyTlogProof({ text: unwitnessed, leaf: leaf(index), policy })).toThrow(
        expect.objectContaining({ code: "QUORUM_MISSING" }),
      );
    }
  });

  it.each([
    "",
    "c2sp.org/tlog-proof@v2\nindex 0\n\nx\n",
    "c2sp.org/tlog-proof@v1\n\nx\n",
    "c2sp.org/tlog-proof@v1\nindex 00\n\nx\n",
    "c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\nx\n",
    "c2sp.org/tlog-proof@v1\nindex 0\nextra AAAA\n\nx\n",
    "c2sp.org/tlog-proof@v1\nextra ?\nindex 0\n\nx\n",
  ])("breaks PROOF_FORMAT: %j", (text) => {
    expect(() => parseTlogProof(text)).toThrow(expect.objectContaining({ code: "PROOF_FORMAT" }));
  });
});
