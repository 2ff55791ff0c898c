/// <reference types="node" />
import { existsSync, readFileSync } from "node:fs";
import { fromBase64, fromHex, toBase64, toHex, toUtf8 } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import {
  decryptMessage,
  decryptPreKeyMessage,
  emptyRecord,
  encrypt,
  matchesScannedSafetyNumber,
  safetyNumber,
} from "./index.ts";
import { messageKeys, messageSeed, nextChainKey } from "./kdf.ts";
import { respond } from "./pqxdh.ts";
import { parseSpqrField, startSpqr } from "./spqr.ts";
import { readPreKeySignalMessage } from "./wire.ts";

const folder = new URL("../../../../shared/vectors/protocol/", import.meta.url);
const present = existsSync(folder);
if (!present)
  process.stderr.write("protocol: ../shared/vectors/protocol is missing, vector tests are skipped\n");

/** Nothing here is read when the folder is missing. */
function load(name: string): unknown {
  return JSON.parse(present ? readFileSync(new URL(name, folder), "utf8") : "{}");
}

interface KeyText {
  id: number;
  private: string;
  public: string;
  secret: string;
  signature: string;
}
interface Transcript {
  parties: {
    alice: { registrationId: number; identity: KeyText };
    bob: {
      registrationId: number;
      identity: KeyText;
      preKey: KeyText;
      signedPreKey: KeyText;
      kyberPreKey: KeyText;
    };
  };
  ratchetKeys: { alice: KeyText[]; bob: KeyText[] };
  pqxdh: { rootKey: string; chainKey: string; spqrKey: string };
  chain0: { a2b: string; b2a: string };
  events: {
    op: "send" | "deliver";
    id: number;
    from?: string;
    to?: string;
    ok?: boolean;
    type: number;
    message: string;
    plaintext: string;
    spqr: { epoch: number; type: number; key: string };
  }[];
}

interface SpqrFile {
  transcripts: { pingpong: Transcript; lossy: Transcript };
  schedule: { initialKey: string; start: { a2b: string; b2a: string } };
  messages: {
    accepted: { hex: string; epoch: number; index: number; type: number }[];
    refused: { hex: string }[];
  };
}
interface RustFile {
  fingerprint: Record<
    "ALICE_STABLE_ID" | "BOB_STABLE_ID" | "ALICE_SCANNABLE_FINGERPRINT_V2" | "BOB_SCANNABLE_FINGERPRINT_V2",
    string
  >;
  chain_key_derivation: Record<"seed" | "message_key" | "mac_key" | "next_chain_key", string>;
}
interface JavaFile {
  vectors: {
    "ratchet/ChainKeyTest.java": {
      testChainKeyDerivationV3: Record<"seed" | "messageKey" | "macKey" | "nextChainKey", string>;
    };
    "fingerprint/NumericFingerprintGeneratorTest.java": {
      _class: { ALICE_IDENTITY: string; BOB_IDENTITY: string };
      _consts: { DISPLAYABLE_FINGERPRINT_V1: string };
    };
  };
}

const pair = (key: KeyText) => ({ publicKey: fromBase64(key.public), privateKey: fromBase64(key.private) });

function bobOf({ parties: { bob } }: Transcript) {
  return {
    local: { identityKeyPair: pair(bob.identity), registrationId: bob.registrationId },
    preKeys: {
      oneTimePreKey: { id: bob.preKey.id, ...pair(bob.preKey) },
      signedPreKey: {
        id: bob.signedPreKey.id,
        ...pair(bob.signedPreKey),
        signature: fromBase64(bob.signedPreKey.signature),
      },
      kemPreKey: {
        id: bob.kyberPreKey.id,
        publicKey: fromBase64(bob.kyberPreKey.public),
        privateKey: fromBase64(bob.kyberPreKey.secret).slice(1),
        signature: fromBase64(bob.kyberPreKey.signature),
        lastResort: false,
      },
    },
  };
}

/**
 * Plays Bob against the recorded messages of libsignal 0.103.0 until the transcript leaves epoch 1, with
 * the recorded ratchet keys. Counts the messages opened, and those of ours equal to libsignal's.
 */
function replay(transcript: Transcript): { opened: number; equal: number; sentNone: number } {
  const bob = bobOf(transcript);
  const keys = transcript.ratchetKeys.bob.map((key) => fromBase64(key.private));
  const random = () => keys.shift() ?? new Uint8Array();
  const sends = new Map(
    transcript.events.filter(({ op }) => op === "send").map((event) => [event.id, event]),
  );
  const figures = { opened: 0, equal: 0, sentNone: 0 };
  let record = emptyRecord;
  for (const event of transcript.events) {
    const sent = sends.get(event.id);
    if (!sent || sent.spqr.epoch > 1) break;
    const bytes = fromBase64(sent.message);
    const plaintext = fromBase64(sent.plaintext);
    if (event.op === "send" && event.from === "bob") {
      const step = encrypt(record, plaintext, random);
      record = step.record;
      if (sent.spqr.type === 0) figures.sentNone += 1;
      if (toBase64(step.message.bytes) === sent.message) figures.equal += 1;
    } else if (event.op === "deliver" && event.to === "bob" && event.ok) {
      const step =
        sent.type === 3
          ? decryptPreKeyMessage({ record, ...bob, seenBaseKeys: [], bytes })
          : decryptMessage(record, bytes);
      record = step.record;
      expect(toHex(step.plaintext)).toBe(toHex(plaintext));
      figures.opened += 1;
    }
  }
  return figures;
}

describe.skipIf(!present)("recorded conversations of libsignal 0.103.0", () => {
  const { transcripts, schedule, messages } = load("spqr.json") as SpqrFile;

  it.each(["pingpong", "lossy"] as const)("opens and reproduces the epoch-0 part of %s", (name) => {
    const { opened, equal, sentNone } = replay(transcripts[name]);
    expect(opened).toBeGreaterThan(40);
    // Bob's messages agree byte for byte as long as libsignal, too, has nothing to offer.
    expect(sentNone).toBeGreaterThan(0);
    expect(equal).toBe(sentNone);
  });

  it.each(["pingpong", "lossy"] as const)("derives the PQXDH secrets and chains of %s", (name) => {
    const transcript = transcripts[name];
    const first = readPreKeySignalMessage(fromBase64(transcript.events[0]?.message ?? ""));
    const { local, preKeys } = bobOf(transcript);
    const secrets = respond({
      identityKeyPair: local.identityKeyPair,
      ...preKeys,
      remoteIdentityKey: first.identityKey,
      baseKey: first.baseKey,
      kyberCiphertext: first.kyberCiphertext,
    });
    expect(toBase64(secrets.rootKey)).toBe(transcript.pqxdh.rootKey);
    expect(toBase64(secrets.chainKey)).toBe(transcript.pqxdh.chainKey);
    expect(toBase64(secrets.spqrKey)).toBe(transcript.pqxdh.spqrKey);
    const { sending, receiving } = startSpqr(secrets.spqrKey, "responder");
    expect(toBase64(receiving.chainKey)).toBe(transcript.chain0.a2b);
    expect(toBase64(sending.chainKey)).toBe(transcript.chain0.b2a);
  });

  it("starts the epoch-0 chains of the schedule vector", () => {
    const { sending, receiving } = startSpqr(fromBase64(schedule.initialKey), "initiator");
    expect(toBase64(sending.chainKey)).toBe(schedule.start.a2b);
    expect(toBase64(receiving.chainKey)).toBe(schedule.start.b2a);
  });

  it("reads the field as libsignal does", () => {
    for (const { hex, epoch, index, type } of messages.accepted) {
      expect(parseSpqrField(fromHex(hex))).toEqual({ epoch: BigInt(epoch), index, type });
    }
    for (const { hex } of messages.refused) {
      expect(() => parseSpqrField(fromHex(hex))).toThrowError(expect.objectContaining({ code: "SPQR-002" }));
    }
  });
});

describe.skipIf(!present)("Signal's unit vectors", () => {
  const java = (load("java_unit_vectors.json") as JavaFile).vectors;
  const rust = load("rust_unit_vectors.json") as RustFile;

  it("steps the chain and derives message keys", () => {
    const { chain_key_derivation: vector } = rust;
    const older = java["ratchet/ChainKeyTest.java"].testChainKeyDerivationV3;
    const seed = fromHex(vector.seed);
    const { cipherKey, macKey } = messageKeys(messageSeed(seed), new Uint8Array(32));
    const ours = { seed, messageKey: cipherKey, macKey, nextChainKey: nextChainKey(seed) };
    const text = Object.fromEntries(Object.entries(ours).map(([name, value]) => [name, toHex(value)]));
    expect(text).toMatchObject(older);
    expect(Object.values(text)).toEqual([
      vector.seed,
      vector.message_key,
      vector.mac_key,
      vector.next_chain_key,
    ]);
  });

  it("computes the safety number, and the codes mirror each other", () => {
    const numeric = java["fingerprint/NumericFingerprintGeneratorTest.java"];
    const localId = toUtf8(rust.fingerprint.ALICE_STABLE_ID);
    const remoteId = toUtf8(rust.fingerprint.BOB_STABLE_ID);
    const localIdentityKey = fromHex(numeric["_class"].ALICE_IDENTITY);
    const remoteIdentityKey = fromHex(numeric["_class"].BOB_IDENTITY);
    const alice = safetyNumber({ localId, localIdentityKey, remoteId, remoteIdentityKey });
    const bob = safetyNumber({
      localId: remoteId,
      localIdentityKey: remoteIdentityKey,
      remoteId: localId,
      remoteIdentityKey: localIdentityKey,
    });
    expect(alice.digits).toBe(numeric["_consts"].DISPLAYABLE_FINGERPRINT_V1);
    expect(bob.digits).toBe(alice.digits);
    expect(toHex(alice.qr)).toBe(rust.fingerprint.ALICE_SCANNABLE_FINGERPRINT_V2);
    expect(toHex(bob.qr)).toBe(rust.fingerprint.BOB_SCANNABLE_FINGERPRINT_V2);
    expect(matchesScannedSafetyNumber(alice, bob.qr)).toBe(true);
    expect(matchesScannedSafetyNumber(alice, alice.qr)).toBe(false);
  });
});
