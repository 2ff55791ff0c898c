import { fromBase64, toBase64 } from "@cloister/bytes";
import type * as crypto from "@cloister/crypto";
import { describe, expect, it, vi } from "vitest";
import { decryptMessage, decryptPreKeyMessage, emptyRecord, encrypt, type SessionRecord } from "./index.ts";
import { respond } from "./pqxdh.ts";
import { newChain } from "./receiving-chain.ts";
import { startSpqr } from "./spqr/index.ts";
import { loadVectors, vectorsPresent } from "./testing/vectors.ts";
import { readPreKeySignalMessage } from "./wire.ts";

// Whole conversations of libsignal 0.103.0, played by both sides with the recorded randomness.

interface KeyText {
  id: number;
  private: string;
  public: string;
  secret: string;
  signature: string;
}
type Name = "alice" | "bob";
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
  ratchetKeys: Record<Name, KeyText[]>;
  pqxdh: { rootKey: string; chainKey: string; spqrKey: string };
  epochs: { epoch: number; decapsulationKey: string; m: string }[];
  events: {
    op: "send" | "deliver";
    id: number;
    from?: Name;
    to?: Name;
    ok?: boolean;
    type: 2 | 3;
    message: string;
    plaintext: string;
  }[];
}

// The transcripts give the expanded decapsulation key and not its seed, so a seed here names a recorded key.
const recordedKeys = vi.hoisted(() => new Map<number | undefined, Uint8Array<ArrayBuffer>>());
vi.mock("@cloister/crypto", async (importOriginal) => {
  const original = await importOriginal<typeof crypto>();
  return {
    ...original,
    mlKem768KeyPair(seed: Uint8Array) {
      const privateKey = recordedKeys.get(seed[0])?.slice();
      return privateKey
        ? { privateKey, publicKey: privateKey.slice(1152, 1152 + 1184) }
        : original.mlKem768KeyPair(seed);
    },
  };
});

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

const firstOf = ({ events }: Transcript) => readPreKeySignalMessage(fromBase64(events[0]?.message ?? ""));

/** Alice's record after PQXDH, whose randomness was not recorded but whose secrets were. */
function aliceRecord(transcript: Transcript): SessionRecord {
  const { parties, pqxdh } = transcript;
  const { baseKey, preKeyId, signedPreKeyId, kem } = firstOf(transcript);
  const chain = newChain(fromBase64(parties.bob.signedPreKey.public), fromBase64(pqxdh.chainKey));
  return {
    active: {
      version: 4,
      origin: { role: "initiator", pending: { preKeyId, signedPreKeyId, kem, startedAtMs: 0 } },
      baseKey,
      localIdentityKey: fromBase64(parties.alice.identity.public),
      remoteIdentityKey: fromBase64(parties.bob.identity.public),
      localRegistrationId: parties.alice.registrationId,
      remoteRegistrationId: parties.bob.registrationId,
      ratchet: {
        rootKey: fromBase64(pqxdh.rootKey),
        sending: { kind: "due", previousCounter: 0 },
        receiving: [chain],
        spqr: startSpqr(fromBase64(pqxdh.spqrKey), "initiator"),
      },
    },
    archived: [],
    highestGrade: "spqr",
  };
}

/** What a side draws next: a ratchet key where one is due, and the recorded randomness of its epoch. */
function recordedRandom(transcript: Transcript, name: Name, record: SessionRecord): crypto.Random {
  const { sending, spqr } = record.active?.ratchet ?? {};
  let keyDue = sending?.kind === "due";
  const epoch = spqr?.kind === "active" ? Number(spqr.braid.epoch) : 0;
  const recorded = transcript.epochs.find((entry) => entry.epoch === epoch);
  return (lengthBytes) => {
    if (keyDue) {
      keyDue = false;
      return fromBase64(transcript.ratchetKeys[name].shift()?.private ?? "");
    }
    if (lengthBytes === 32) return fromBase64(recorded?.m ?? "");
    recordedKeys.set(epoch, fromBase64(recorded?.decapsulationKey ?? ""));
    return new Uint8Array(lengthBytes).fill(epoch);
  };
}

describe.skipIf(!vectorsPresent)("recorded conversations of libsignal 0.103.0", async () => {
  const { transcripts } = await loadVectors<{ transcripts: Record<"pingpong" | "lossy", Transcript> }>(
    "spqr",
  );

  it.each(["pingpong", "lossy"] as const)("reproduces and opens all of %s", (which) => {
    recordedKeys.clear();
    const transcript = structuredClone(transcripts[which]);
    const bob = bobOf(transcript);
    const records: Record<Name, SessionRecord> = { alice: aliceRecord(transcript), bob: emptyRecord };
    const sent = new Map<number, Transcript["events"][number]>();
    const figures = { opened: 0, refused: 0, equal: 0, firsts: 0 };
    for (const event of transcript.events) {
      const { op, id, from, to } = event;
      if (op === "send" && from) {
        sent.set(id, event);
        const random = recordedRandom(transcript, from, records[from]);
        const step = encrypt(records[from], fromBase64(event.plaintext), random);
        records[from] = step.record;
        expect([id, step.message.type]).toEqual([id, event.type]);
        // First messages carry the addresses (field 6), which we leave out; all others agree byte for byte.
        if (event.type === 3) figures.firsts += 1;
        else {
          expect([id, toBase64(step.message.bytes)]).toEqual([id, event.message]);
          figures.equal += 1;
        }
      } else if (to) {
        const { type = 2, message = "", plaintext } = sent.get(id) ?? {};
        const bytes = fromBase64(message);
        const record = records[to];
        const open = () =>
          type === 3
            ? decryptPreKeyMessage({ record, ...bob, seenBaseKeys: [], bytes })
            : decryptMessage(record, bytes);
        if (!event.ok) {
          expect(open).toThrowError(expect.objectContaining({ code: "RATCHET-003" }));
          figures.refused += 1;
          continue;
        }
        const step = open();
        records[to] = step.record;
        expect([id, toBase64(step.plaintext)]).toEqual([id, plaintext]);
        figures.opened += 1;
      }
    }
    expect(figures.opened).toBeGreaterThan(300);
    expect(figures.equal).toBeGreaterThan(300);
    expect(figures.firsts).toBeLessThan(5);
    expect(figures.refused > 0).toBe(which === "lossy");
  });

  it.each(["pingpong", "lossy"] as const)("derives the PQXDH secrets of %s", (which) => {
    const transcript = transcripts[which];
    const first = firstOf(transcript);
    const { local, preKeys } = bobOf(transcript);
    const { kemPreKey } = preKeys;
    const secrets = respond({
      identityKeyPair: local.identityKeyPair,
      ...preKeys,
      kem: first.kem && { kemPreKey, kyberCiphertext: first.kem.kyberCiphertext },
      remoteIdentityKey: first.identityKey,
      baseKey: first.baseKey,
    });
    const text = Object.fromEntries(
      Object.entries(secrets).map(([name, secret]: [string, Uint8Array]) => [name, toBase64(secret)]),
    );
    expect(text).toEqual(transcript.pqxdh);
  });
});
