/// <reference types="node" />
import { existsSync, readFileSync } from "node:fs";
import { fromBase64, fromHex, toBase64, toHex, toUtf8 } from "@cloister/bytes";
import { describe, expect, it } from "vitest";
import { matchesScannedSafetyNumber, safetyNumber } from "./index.ts";
import { messageKeys, messageSeed, nextChainKey } from "./kdf.ts";
import { respond } from "./pqxdh.ts";
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
  pqxdh: { rootKey: string; chainKey: string; spqrKey: string };
  events: { message: string }[];
}

interface SpqrFile {
  transcripts: { pingpong: Transcript; lossy: Transcript };
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

describe.skipIf(!present)("recorded handshakes of libsignal 0.103.0", () => {
  const { transcripts } = load("spqr.json") as SpqrFile;

  it.each(["pingpong", "lossy"] as const)("derives the PQXDH secrets of %s", (name) => {
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
