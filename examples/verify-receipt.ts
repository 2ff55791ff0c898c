/**
 * A receipt, checked offline: by a patient, an auditor, or a court, years later and without asking anybody.
 *
 *   node examples/verify-receipt.ts
 *
 * It needs four things: the receipt and the answer as they were received, the agent's identity key as the
 * organisation vouches for it, and the log's verifier key.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { toUtf8 } from "@cloister/bytes";
import type { Answer } from "@cloister/contracts/answer";
import { sha256 } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";
import { generateIdentityKeyPair } from "@cloister/protocol";
import { openLogStore } from "@cloister/store-sqlite/log";
import {
  answerDigest,
  attachProof,
  citedSources,
  encodeLeaf,
  hourOf,
  receiptDigest,
  signReceipt,
  TransparencyLog,
  verifyReceipt,
} from "@cloister/transparency";

const say = (line: string) => process.stdout.write(`${line}\n`);

const answer: Answer = {
  outcome: "grounded",
  sentences: [{ text: "Most coughs get better within three weeks.", citations: [1] }],
  citations: [
    {
      article: "cough",
      passage: "p1",
      title: "Cough",
      quote: "Most coughs get better within three weeks.",
      sourceName: "A leaflet",
      sourceUrl: "https://clinic.example/leaflets/7",
      digest: sha256(toUtf8("the article's text")),
      clinicallyReviewed: false,
    },
  ],
};

/** What the agent does for each answer; `@cloister/client` does it for you. */
async function answerWithReceipt(log: TransparencyLog, agent: ReturnType<typeof generateIdentityKeyPair>) {
  const signed = signReceipt({
    body: {
      agentKey: agent.publicKey,
      backing: "development",
      engine: { name: "example", version: "1" },
      indexDigest: sha256(toUtf8("the index")),
      processedAt: "on-premise",
      sources: citedSources(answer),
      deidentified: { applied: false },
      requestId: systemRandom(16),
      answerDigest: answerDigest(answer),
      issuedAt: hourOf(Date.now()),
    },
    privateKey: agent.privateKey,
    random: systemRandom,
  });
  const leaf = encodeLeaf(
    { type: "ai.answered", at: hourOf(Date.now()), receiptDigest: receiptDigest(signed), abstained: false },
    systemRandom(32),
  );
  const { index: leafIndex, proof, checkpoint } = await log.append(leaf);
  return attachProof(signed, { leaf, leafIndex, proof, checkpoint });
}

const folder = await mkdtemp(join(tmpdir(), "cloister-example-"));
const store = await openLogStore(join(folder, "log.sqlite"));
try {
  const log = new TransparencyLog({ store, origin: "clinic.example/log", seed: systemRandom(32) });
  const agent = generateIdentityKeyPair(systemRandom);
  const receipt = await answerWithReceipt(log, agent);

  // From here on nothing but the four things is used.
  const trusted = { expectedAgentKey: agent.publicKey, logVkeys: [log.vkey] };
  const show = (title: string, claim: Parameters<typeof verifyReceipt>[0]) => {
    const verdict = verifyReceipt(claim);
    say(`${title}: ${verdict.verified ? "verified" : "NOT verified"}`);
    for (const step of verdict.steps) {
      say(`  ${step.step.padEnd(10)} ${step.status}${step.status === "failed" ? `: ${step.reason}` : ""}`);
    }
    return verdict;
  };
  const verdict = show("as received", { receipt, answer, ...trusted });
  if (verdict.verified) {
    const { backing, processedAt, engine, issuedAt } = verdict.body;
    say(`  ${engine.name} answered ${processedAt}, key backed by "${backing}", ${issuedAt}\n`);
  }
  const changed = { ...answer, sentences: [{ text: "Every cough gets better.", citations: [1] }] };
  show("with one sentence changed", { receipt, answer: changed, ...trusted });
  const stranger = generateIdentityKeyPair(systemRandom).publicKey;
  show("held against another agent's key", { receipt, answer, ...trusted, expectedAgentKey: stranger });
} finally {
  await store.close();
  await rm(folder, { recursive: true, force: true });
}
