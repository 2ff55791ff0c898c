import { type CborMap, decodeCbor, encodeCbor } from "@cloister/codec";
import type { Answer } from "@cloister/contracts/answer";
import type { RoutedDecision } from "@cloister/contracts/decision";
import { x25519KeyPair } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { MemoryLogStore } from "@cloister/testkit/log-store";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { signCheckpoint } from "./checkpoint.ts";
import { encodeLeaf } from "./leaf.ts";
import { TransparencyLog } from "./log.ts";
import { leafHash } from "./merkle.ts";
import { ed25519NoteSigner } from "./note.ts";
import {
  answerDigest,
  attachProof,
  citedSources,
  decodeReceiptBody,
  type ReceiptAnchor,
  type ReceiptBody,
  receiptDigest,
  type SignedReceipt,
  signReceipt,
} from "./receipt.ts";
import {
  type ReceiptClaim,
  type ReceiptStepName,
  receiptStepNames,
  verifyReceipt,
} from "./verify-receipt.ts";

const at = "2026-11-24T16Z";
const salt = new Uint8Array(32).fill(9);
const bytes32 = (value: number) => new Uint8Array(32).fill(value);
const agent = x25519KeyPair(systemRandom);
const agentKey = Uint8Array.of(0x05, ...agent.publicKey);
const log = new TransparencyLog({
  store: new MemoryLogStore(),
  origin: "clinic.example/log",
  seed: bytes32(1),
});

const answer: Answer = {
  outcome: "grounded",
  sentences: [
    { text: "Drink enough.", citations: [1] },
    { text: "See a doctor when fever lasts three days.", citations: [1, 2] },
  ],
  citations: ["fever", "fluids"].map((article, number) => ({
    article,
    passage: `${article}#1`,
    title: `About ${article}`,
    quote: "Words of the article.",
    sourceName: "A public source",
    sourceUrl: number === 0 ? `https://example.org/${article}` : "",
    digest: bytes32(20 + number),
    clinicallyReviewed: false,
  })),
};

const body: ReceiptBody = {
  agentKey,
  backing: "development",
  engine: { name: "grounded", version: "1" },
  indexDigest: bytes32(30),
  processedAt: "on-premise",
  sources: citedSources(answer),
  deidentified: { applied: false },
  requestId: new Uint8Array(16).fill(31),
  answerDigest: answerDigest(answer),
  issuedAt: at,
};

const decision: RoutedDecision = {
  sensitivity: "sensitive",
  isCloudBarred: false,
  processor: "on-premise",
  deidentify: false,
  reasons: ["HAS_NAME", "CASE_RELATIVE"],
  policyDigest: "ab".repeat(32),
};

function sign(changes: Partial<ReceiptBody> = {}, privateKey: Uint8Array = agent.privateKey): SignedReceipt {
  return signReceipt({ body: { ...body, ...changes }, privateKey, random: systemRandom });
}

function leafOf(signed: SignedReceipt, abstained = false): Uint8Array {
  return encodeLeaf({ type: "ai.answered", at, receiptDigest: receiptDigest(signed), abstained }, salt);
}

async function anchor(leaf: Uint8Array): Promise<ReceiptAnchor> {
  const { index, proof, checkpoint } = await log.append(leaf);
  return { leaf, leafIndex: index, proof, checkpoint };
}

let signed: SignedReceipt;
let honest: ReceiptAnchor;
let claim: ReceiptClaim;

beforeAll(async () => {
  for (let n = 0; n < 5; n += 1) await log.append(encodeLeaf({ type: "ai.asked", at }, bytes32(n)));
  signed = sign();
  honest = await anchor(leafOf(signed));
  const receipt = attachProof(signed, honest);
  claim = { receipt, answer, expectedAgentKey: agentKey, logVkeys: [log.vkey] };
});

function failures(verdict: ReturnType<typeof verifyReceipt>): Partial<Record<ReceiptStepName, string>> {
  return Object.fromEntries(
    verdict.steps.flatMap((step) => (step.status === "failed" ? [[step.step, step.reason]] : [])),
  );
}

/** The verdict on a receipt that was changed, and whatever else the caller changes. */
function verdictOn(receipt: Uint8Array, changes: Partial<ReceiptClaim> = {}) {
  const verdict = verifyReceipt({ ...claim, receipt, ...changes });
  expect(verdict.verified).toBe(Object.keys(failures(verdict)).length === 0);
  expect("body" in verdict).toBe(verdict.verified);
  return failures(verdict);
}

describe("receipts", () => {
  it("verify, and only then show what they say", () => {
    const verdict = verifyReceipt(claim);
    expect(verdict).toMatchObject({ verified: true, body, leafIndex: 5, checkpoint: { size: 6 } });
    expect(verdict.steps.map(({ step, status }) => [step, status])).toEqual(
      receiptStepNames.slice(0, 5).map((step) => [step, "passed"]),
    );
  });

  it("carry every optional field", async () => {
    const full = sign({
      measurement: new Uint8Array(48).fill(1),
      modelDigest: bytes32(2),
      backing: "hardware",
    });
    const receipt = attachProof(full, await anchor(leafOf(full)));
    expect(verifyReceipt({ ...claim, receipt })).toMatchObject({
      verified: true,
      body: { backing: "hardware", modelDigest: bytes32(2) },
    });
  });

  it("carry the decision that let the question go, as version 2; without one they stay version 1", async () => {
    const decided = sign({ decision });
    const receipt = attachProof(decided, await anchor(leafOf(decided)));
    expect(verifyReceipt({ ...claim, receipt })).toMatchObject({ verified: true, body: { decision } });
    expect(decodeCbor(decided.body)).toMatchObject({ v: 2 });
    expect(decodeCbor(signed.body)).toMatchObject({ v: 1 });
    expect(decodeCbor(signed.body)).not.toHaveProperty("decision");
  });

  it("refuse a decision under version 1, none under version 2, and reasons that are no codes", () => {
    const fields = decodeCbor(sign({ decision }).body) as CborMap;
    const { decision: held, ...without } = fields;
    for (const wrong of [
      { ...fields, v: 1 },
      { ...without, v: 2 },
      { ...fields, v: 3 },
      { ...fields, decision: { ...(held as CborMap), reasons: ["Ana Ruiz"] } },
    ]) {
      expect(() => decodeReceiptBody(encodeCbor(wrong))).toThrow(
        expect.objectContaining({ code: "RECEIPT_FORMAT" }),
      );
    }
  });

  it("fail when another key signed, or the agent is not the one expected", async () => {
    const mallory = x25519KeyPair(systemRandom);
    const forged = sign({}, mallory.privateKey);
    const receipt = attachProof(forged, await anchor(leafOf(forged)));
    expect(verdictOn(receipt)).toEqual({ signature: "RECEIPT_SIGNATURE" });
    const malloryKey = Uint8Array.of(0x05, ...mallory.publicKey);
    expect(verdictOn(claim.receipt, { expectedAgentKey: malloryKey })).toEqual({
      signature: "RECEIPT_AGENT_KEY",
    });
    expect(verdictOn(claim.receipt, { expectedAgentKey: agent.publicKey })).toEqual({
      signature: "RECEIPT_AGENT_KEY",
    });
  });

  it("fail when the answer's words, citations or outcome changed", () => {
    const [first, second] = answer.sentences;
    if (!first || !second) throw new Error("the answer has two sentences");
    const changed: Answer[] = [
      { ...answer, sentences: [{ ...first, text: "Drink nothing." }, second] },
      { ...answer, sentences: [{ ...first, citations: [2] }, second] },
      { ...answer, sentences: [first] },
      { ...answer, citations: answer.citations.map((each) => ({ ...each, quote: "Other words." })) },
      { ...answer, sentences: [{ ...first, text: "\ud800" }, second] },
    ];
    for (const shown of changed) {
      expect(verdictOn(claim.receipt, { answer: shown })).toEqual({ answer: "RECEIPT_ANSWER" });
    }
    const abstained: Answer = { ...answer, outcome: "abstained" };
    expect(verdictOn(claim.receipt, { answer: abstained })).toEqual({
      answer: "RECEIPT_ANSWER",
      leaf: "RECEIPT_LEAF",
    });
  });

  it("fail when the agent cites what its receipt does not name", async () => {
    const [source] = body.sources;
    if (!source) throw new Error("the receipt has sources");
    for (const sources of [[], [source], body.sources.map((each) => ({ ...each, digest: bytes32(0) }))]) {
      const lying = sign({ sources });
      const receipt = attachProof(lying, await anchor(leafOf(lying)));
      expect(verdictOn(receipt)).toEqual({ answer: "RECEIPT_SOURCES" });
    }
  });

  it("fail when the leaf is another, another receipt's, or not an answer's", async () => {
    const other = sign({ requestId: new Uint8Array(16) });
    const asked = encodeLeaf({ type: "ai.asked", at }, salt);
    for (const leaf of [leafOf(other), asked, leafOf(signed, true)]) {
      expect(verdictOn(attachProof(signed, await anchor(leaf)))).toEqual({ leaf: "RECEIPT_LEAF" });
    }
    expect(verdictOn(attachProof(signed, { ...honest, leaf: Uint8Array.of(1, 2, 3) }))).toEqual({
      leaf: "LEAF_FIELDS",
      inclusion: "MERKLE_ROOT",
    });
  });

  it("fail when the leaf is not where the receipt says, or not in the log", async () => {
    const unlogged = encodeLeaf(
      { type: "ai.answered", at, receiptDigest: receiptDigest(signed), abstained: false },
      bytes32(77),
    );
    const cases: [string, ReceiptAnchor][] = [
      ["MERKLE_ROOT", { ...honest, leaf: unlogged }],
      ["MERKLE_PROOF_LENGTH", { ...honest, proof: honest.proof.slice(1) }],
      ["MERKLE_ROOT", { ...honest, leafIndex: 4 }],
      ["MERKLE_RANGE", { ...honest, leafIndex: 600 }],
    ];
    for (const [reason, changed] of cases) {
      expect(verdictOn(attachProof(signed, changed))).toEqual({ inclusion: reason });
    }
  });

  it("fail under a head that the log did not sign", () => {
    const forged = signCheckpoint(ed25519NoteSigner("clinic.example/log", bytes32(2)), {
      size: 1,
      root: leafHash(honest.leaf),
    });
    const receipt = attachProof(signed, { ...honest, leafIndex: 0, proof: [], checkpoint: forged });
    expect(verdictOn(receipt)).toEqual({ checkpoint: "NOTE_UNSIGNED", inclusion: "RECEIPT_UNANCHORED" });
    expect(verdictOn(claim.receipt, { logVkeys: [] })).toEqual({
      checkpoint: "NOTE_UNSIGNED",
      inclusion: "RECEIPT_UNANCHORED",
    });
    expect(verdictOn(claim.receipt, { logVkeys: ["nonsense"] })).toEqual({
      checkpoint: "VKEY_FORMAT",
      inclusion: "RECEIPT_UNANCHORED",
    });
  });

  it("are held against a checkpoint that was seen before", async () => {
    const note = await log.checkpoint();
    const proof = await log.proveConsistency(6, await log.size());
    expect(verdictOn(claim.receipt, { previousCheckpoint: { note, proof } })).toEqual({});
    expect(verifyReceipt({ ...claim, previousCheckpoint: { note, proof } }).steps).toHaveLength(6);
    expect(verdictOn(claim.receipt, { previousCheckpoint: { note } })).toEqual({
      consistency: "CHECKPOINT_UNPROVEN",
    });
    const fork = signCheckpoint(ed25519NoteSigner("clinic.example/log", bytes32(1)), {
      size: 6,
      root: bytes32(0),
    });
    expect(verdictOn(claim.receipt, { previousCheckpoint: { note: fork } })).toEqual({
      consistency: "CHECKPOINT_FORK",
    });
    expect(verdictOn(claim.receipt, { previousCheckpoint: { note: "" } })).toEqual({
      consistency: "NOTE_FORMAT",
    });
  });

  it("fail in every step when they cannot be read", () => {
    const reasons = new Set(Object.values(verdictOn(new Uint8Array())));
    expect(reasons).toEqual(new Set(["RECEIPT_FORMAT"]));
    expect(Object.keys(verdictOn(new Uint8Array(20_000)))).toHaveLength(5);
  });

  it("never pass with a flipped bit, and never throw", () => {
    const { receipt } = claim;
    fc.assert(
      fc.property(fc.nat(receipt.length * 8 - 1), (bit) => {
        const flipped = Uint8Array.from(receipt);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(verifyReceipt({ ...claim, receipt: flipped }).verified).toBe(false);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
        expect(verifyReceipt({ ...claim, receipt: noise }).verified).toBe(false);
      }),
    );
  });

  it("are not made with fields out of bounds", () => {
    const bad: Partial<ReceiptBody>[] = [
      { agentKey: agent.publicKey },
      { measurement: new Uint8Array(20) },
      { measurement: new Uint8Array(64) },
      { requestId: new Uint8Array(8) },
      { issuedAt: "now" },
      { engine: { name: "x".repeat(65), version: "1" } },
      { sources: Array.from({ length: 25 }, () => body.sources[0] ?? { id: "", title: "", digest: salt }) },
      { backing: "trusted" as "hardware" },
      { note: "free text" } as Partial<ReceiptBody>,
    ];
    for (const changes of bad) expect(() => sign(changes)).toThrow(/rule broken/);
    const { indexDigest, ...neither } = body;
    expect(indexDigest).toBeDefined();
    expect(() => signReceipt({ body: neither, privateKey: agent.privateKey, random: systemRandom })).toThrow(
      expect.objectContaining({ code: "RECEIPT_FORMAT" }),
    );
    expect(() => attachProof(signed, { ...honest, proof: [new Uint8Array(31)] })).toThrow(
      expect.objectContaining({ code: "RECEIPT_FORMAT" }),
    );
  });
});
