/** Valid inputs, made by the product's own writers with a fixed stream of random bytes. */
import { appraise } from "@cloister/attestation";
import { issueCertificate, issueDocument } from "@cloister/attestation/development";
import { concatBytes, toUtf8, uint32 } from "@cloister/bytes";
import { type Content, encodeContent } from "@cloister/contracts/content";
import {
  encodeCredential,
  encodeInvitation,
  formatInvitationCode,
  issueInvitation,
  redeemInvitation,
} from "@cloister/contracts/credential";
import { fillSealedEnvelope, padContent, sealEnvelope } from "@cloister/contracts/envelope";
import { encodeClientFrame, encodeRelayFrame } from "@cloister/contracts/frames";
import { ed25519KeyPair, ed25519Sign, type Random, sha256 } from "@cloister/crypto";
import * as signal from "@cloister/protocol";
import * as transparency from "@cloister/transparency";
import { ed25519NoteSigner } from "@cloister/transparency/note";

let drawnCount = 0;

/** The same bytes in every run, so that a finding can be repeated. */
const fixedRandom: Random = (length) => {
  const blocks: Uint8Array[] = [];
  for (let have = 0; have < length; have += 32)
    blocks.push(sha256(concatBytes(toUtf8("fuzz"), uint32(drawnCount++))));
  return concatBytes(...blocks).slice(0, length);
};

const id = "AAAAAAAAAAAAAAAAAAAAAA";
const other = "AQEBAQEBAQEBAQEBAQEBAQ";
const digest = new Uint8Array(32).fill(7);
const answer = {
  outcome: "grounded",
  sentences: [{ text: "Rest and drink enough.", citations: [1] }],
  citations: [
    {
      article: "flu",
      passage: "flu#1",
      title: "Flu",
      quote: "Rest and drink enough.",
      sourceName: "NHS",
      sourceUrl: "https://www.nhs.uk/conditions/flu/",
      digest,
      clinicallyReviewed: false,
    },
  ],
} as const;

const identityKeyPair = signal.generateIdentityKeyPair(fixedRandom);
const logSeed = fixedRandom(32);
const log = ed25519NoteSigner("log.example", logSeed);
const leaf = transparency.encodeLeaf(
  { type: "message.sent", at: "2026-01-01T00Z", actor: new Uint8Array(16), kind: "human" },
  digest,
);
const checkpoint = transparency.signCheckpoint(log, { size: 1, root: transparency.leafHash(leaf) });
const receipt = transparency.attachProof(
  transparency.signReceipt({
    body: {
      agentKey: identityKeyPair.publicKey,
      backing: "development",
      engine: { name: "grounded", version: "1" },
      indexDigest: digest,
      processedAt: "on-premise",
      sources: transparency.citedSources(answer),
      deidentified: { applied: false },
      requestId: new Uint8Array(16),
      answerDigest: transparency.answerDigest(answer),
      issuedAt: "2026-01-01T00Z",
    },
    privateKey: identityKeyPair.privateKey,
    random: fixedRandom,
  }),
  { leaf, leafIndex: 0, proof: [], checkpoint },
);

const contents: readonly Content[] = [
  { kind: "profile", displayName: "Zoë" },
  {
    kind: "conversation",
    conversation: id,
    title: "Knee",
    members: [
      { account: id, role: "patient" },
      { account: other, role: "clinician" },
    ],
    createdAtMs: 1,
  },
  { kind: "text", conversation: id, id: other, sentAtMs: 2, body: "hello", asked: other },
  { kind: "ask", conversation: id, id: other, sentAtMs: 2, body: "hello?", replyTo: [id, other] },
  { kind: "answer", conversation: id, id: other, inReplyTo: id, asker: id, sentAtMs: 3, answer, receipt },
  { kind: "consent", conversation: id, agent: other, granted: true, atMs: 4 },
  { kind: "status", conversation: id, status: "read", ids: [id, other] },
];

/** Two devices with an open session, caught at several moments. A minimum of "v3" makes it one of X3DH. */
function conversation(minimum: signal.Grade) {
  const random = fixedRandom;
  const bob = { identityKeyPair, registrationId: 2 };
  const alice = { identityKeyPair: signal.generateIdentityKeyPair(random), registrationId: 1 };
  const signedPreKey = signal.createSignedPreKey({ identityKeyPair, id: 1, random });
  const kemPreKey = signal.createKemPreKey({ identityKeyPair, id: 1, lastResort: true, random });
  const published = { signedPreKey, ...(minimum === "v3" ? {} : { kemPreKey }) };
  const remote = signal.createPreKeyBundle({ local: bob, deviceId: 1, ...published });
  const started = signal.startSession({ local: alice, remote, random, nowMs: 0, minimum });
  const first = signal.encrypt(started.record, toUtf8("hello"), random);
  const openFirst = (bytes: Uint8Array) =>
    signal.decryptPreKeyMessage({
      record: signal.emptyRecord,
      local: bob,
      preKeys: published,
      seenBaseKeys: [],
      bytes,
      minimum,
    });
  const opened = openFirst(first.message.bytes);
  const reply = signal.encrypt(opened.record, toUtf8("hello to you"), random);
  const skipped = signal.encrypt(
    signal.encrypt(reply.record, toUtf8("1"), random).record,
    toUtf8("2"),
    random,
  );
  const behind = signal.decryptMessage(
    signal.decryptMessage(first.record, reply.message.bytes).record,
    skipped.message.bytes,
  );
  const records = [signal.emptyRecord, started.record, first.record, opened.record, behind.record];
  return {
    openFirst,
    record: first.record,
    records: records.map(signal.serializeSessionRecord),
    firstMessage: first.message.bytes,
    message: reply.message.bytes,
  };
}

const root = issueCertificate({ name: "root", notBeforeMs: 0, notAfterMs: 9e9, role: "ca" }, fixedRandom);
const pcrs = new Map([0, 1, 2].map((index) => [index, new Uint8Array(48).fill(1)]));
const policy = { referenceValues: [pcrs], allowDebug: false, maxAgeMs: 9e9, maxFutureSkewMs: 0 };

const organisationSeed = fixedRandom(32);
const redeemSeed = fixedRandom(32);
const invitation = {
  id: new Uint8Array(16),
  role: "clinician",
  name: "Dr Ada Osei",
  redeemKey: ed25519KeyPair(redeemSeed).publicKey,
  expiresAtMs: 9,
} as const;
const code = issueInvitation({ invitation, redeemSeed, organisationSeed, sign: ed25519Sign });
const chat = conversation("spqr");
const envelope = sealEnvelope({ type: 2, bytes: chat.message });
const address = { account: id, device: 1 };

export const seeds = {
  chat,
  classicChat: conversation("v3"),
  content: encodeContent({ kind: "profile", displayName: "Zoë" }),
  contents: contents.map(encodeContent),
  padded: padContent(toUtf8("hello")),
  envelope,
  sealedEnvelope: fillSealedEnvelope(new Uint8Array(9)),
  clientFrames: [
    encodeClientFrame({ type: "hello", token: "token" }),
    encodeClientFrame({ type: "ack", epoch: 1, seq: 2 }),
    encodeClientFrame({
      type: "send",
      sendId: 1,
      envelopes: [{ ...address, id: new Uint8Array(16), payload: envelope }],
    }),
  ],
  relayFrames: [
    encodeRelayFrame({ type: "ready", epoch: 1 }),
    encodeRelayFrame({ type: "accept", sendId: 1 }),
    encodeRelayFrame({ type: "reject", sendId: 1, code: "MAILBOX_FULL", account: id, retryAfterMs: 5 }),
    encodeRelayFrame({ type: "deliver", seq: 1, id: new Uint8Array(16), from: address, payload: envelope }),
    encodeRelayFrame({ type: "deliver", seq: 2, id: new Uint8Array(16), sealedAtMs: 5, payload: envelope }),
    encodeRelayFrame({ type: "queueEmpty" }),
  ],
  invitation: encodeInvitation(invitation),
  invitationCode: formatInvitationCode(code),
  credential: encodeCredential(
    redeemInvitation({ code, identityKey: identityKeyPair.publicKey, sign: ed25519Sign }),
  ),
  evidence: issueDocument({ moduleId: "enclave", timestampMs: 5e9, pcrs }, root, fixedRandom),
  appraise: (document: Uint8Array) =>
    appraise({
      evidence: { kind: "nitro", document },
      atMs: 5e9,
      anchors: [{ backing: "development", certificate: root.certificate }],
      policy,
    }),
  leaf,
  checkpoint,
  verifierKey: transparency.formatVerifierKey("log.example", ed25519KeyPair(logSeed).publicKey),
  receipt,
  verifyReceipt: (bytes: Uint8Array) =>
    transparency.verifyReceipt({
      receipt: bytes,
      answer,
      expectedAgentKey: identityKeyPair.publicKey,
      logVkeys: [],
    }),
  transparencyRequests: [
    { op: "inclusion", leafHash: "AA==", index: 0, size: 1, proof: [], root: "AA==" },
    { op: "consistency", size1: 1, size2: 2, root1: "AA==", root2: "AA==", proof: ["AA=="] },
    { op: "note", text: checkpoint, vkeys: [] },
  ].map((request) => toUtf8(JSON.stringify(request))),
  proofsJson: [toUtf8(JSON.stringify({ proof: ["AA"], index: 1 }))],
  loggedLeafJson: [toUtf8(JSON.stringify({ index: 0, leafHash: "AA", proof: ["AA"], checkpoint }))],
  articlesJson: [
    toUtf8(JSON.stringify({ id: "flu", title: "Flu", text: "Rest.", source: "NHS", date: "2026-01-01" })),
  ],
};
