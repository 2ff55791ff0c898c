import { concatBytes, fromHex, toHex, toUtf8 } from "@cloister/bytes";
import { ProtoWriter } from "@cloister/codec";
import { type Random, x25519PublicKey } from "@cloister/crypto";
import { describe, expect, it } from "vitest";
import {
  archiveSession,
  decryptMessage,
  decryptPreKeyMessage,
  emptyRecord,
  encrypt,
  type LocalIdentity,
  type LocalPreKeys,
  type OneTimePreKey,
  type SignedPreKey,
  startSession,
} from "./index.ts";
import { loadVectors, vectorsPresent } from "./testing/vectors.ts";

// Sessions of version 3 as another implementation scripted them: which keys are drawn, what is sent, what arrives.

interface SendStep {
  readonly smsText?: string;
  readonly endSession?: boolean;
  readonly expectedCiphertext: string;
  readonly ourIdentityKey?: string;
  readonly ourBaseKey?: string;
  readonly ourEphemeralKey?: string;
  readonly registrationId?: number;
  readonly getKeys?: {
    readonly identityKey: string;
    readonly devices: readonly {
      readonly deviceId: number;
      readonly registrationId: number;
      readonly preKey?: { readonly keyId: number; readonly publicKey: string };
      readonly signedPreKey: {
        readonly keyId: number;
        readonly publicKey: string;
        readonly signature: string;
      };
    }[];
  };
}
interface ReceiveStep {
  readonly type: 1 | 3;
  readonly message: string;
  readonly expectedSmsText?: string;
  readonly expectTerminateSession?: boolean;
  readonly newEphemeralKey?: string;
  readonly ourIdentityKey?: string;
  readonly ourPreKey?: string;
  readonly preKeyId?: number;
  readonly ourSignedPreKey?: string;
  readonly signedPreKeyId?: number;
}
type Step = readonly ["sendMessage", SendStep] | readonly ["receiveMessage", ReceiveStep];

const pairOf = (privateKey: Uint8Array<ArrayBuffer>) => ({
  privateKey,
  publicKey: concatBytes(Uint8Array.of(5), x25519PublicKey(privateKey)),
});
const none = new Uint8Array();

/** The content that the scripts send: a text, or the flag that ends the session; padded as they pad. */
function contentOf(step: Pick<SendStep, "smsText" | "endSession">): Uint8Array {
  const writer = new ProtoWriter();
  if (step.endSession) writer.uint32(4, 1);
  else writer.bytes(1, toUtf8(step.smsText ?? ""));
  const padded = new Uint8Array(159);
  padded.set(concatBytes(writer.finish(), Uint8Array.of(0x80)));
  return padded;
}

/** One side that follows a script. */
class Actor {
  record = emptyRecord;
  #local: LocalIdentity | undefined;
  #preKeys: LocalPreKeys = {};
  #drawn: Uint8Array<ArrayBuffer>[] = [];
  readonly #random: Random = (lengthBytes) => this.#drawn.shift() ?? new Uint8Array(lengthBytes).fill(1);

  /** Receiving scripts name no registration id, for it shows nowhere. */
  become(privateKey: string | undefined, registrationId = 1): LocalIdentity {
    if (privateKey) this.#local = { identityKeyPair: pairOf(fromHex(privateKey)), registrationId };
    if (!this.#local) throw new Error("the script names no identity");
    return this.#local;
  }

  /** The private keys to draw next. The scripts' own side draws its ratchet key on receiving, ours on sending. */
  draw(...keys: readonly (string | undefined)[]): void {
    const drawn = keys.flatMap((key) => (key ? [fromHex(key)] : []));
    if (drawn.length > 0) this.#drawn = drawn;
  }

  start(step: SendStep): void {
    const [device] = step.getKeys?.devices ?? [];
    if (!step.getKeys || !device) return;
    const local = this.become(step.ourIdentityKey, step.registrationId);
    const { preKey, signedPreKey } = device;
    const remote = {
      registrationId: device.registrationId,
      deviceId: device.deviceId,
      identityKey: fromHex(step.getKeys.identityKey),
      signedPreKeyId: signedPreKey.keyId,
      signedPreKey: fromHex(signedPreKey.publicKey),
      signedPreKeySignature: fromHex(signedPreKey.signature),
      ...(preKey && { preKeyId: preKey.keyId, preKey: fromHex(preKey.publicKey) }),
    };
    const { record } = this;
    const random = this.#random;
    this.record = startSession({ local, remote, random, nowMs: 0, record, minimum: "v3" }).record;
  }

  send(step: SendStep): Uint8Array {
    this.draw(step.ourBaseKey, step.ourEphemeralKey);
    this.start(step);
    const sent = encrypt(this.record, contentOf(step), this.#random);
    this.record = sent.record;
    return sent.message.bytes;
  }

  receive(step: ReceiveStep): Uint8Array {
    const { ourPreKey, ourSignedPreKey, preKeyId = 0, signedPreKeyId = 0 } = step;
    if (ourSignedPreKey) {
      const signedPreKey: SignedPreKey = {
        id: signedPreKeyId,
        signature: none.slice(),
        ...pairOf(fromHex(ourSignedPreKey)),
      };
      const oneTimePreKey: OneTimePreKey | undefined = ourPreKey
        ? { id: preKeyId, ...pairOf(fromHex(ourPreKey)) }
        : undefined;
      this.#preKeys = { signedPreKey, oneTimePreKey };
    }
    const bytes = fromHex(step.message);
    const opened = step.type === 3 ? this.#openFirst(step, bytes) : decryptMessage(this.record, bytes);
    this.record = opened.record;
    this.draw(step.newEphemeralKey);
    return opened.plaintext;
  }

  #openFirst(step: ReceiveStep, bytes: Uint8Array) {
    const local = this.become(step.ourIdentityKey);
    const { record } = this;
    return decryptPreKeyMessage({
      record,
      local,
      preKeys: this.#preKeys,
      seenBaseKeys: [],
      bytes,
      minimum: "v3",
    });
  }

  end(): void {
    this.record = archiveSession(this.record).record;
  }
}

describe.skipIf(!vectorsPresent)("scripted sessions of version 3", async () => {
  const { tests = [] } = await loadVectors<{ tests?: { name: string; vectors: Step[] }[] }>(
    "session_v3_twoparty_js",
  );

  it.each(tests)("$name", ({ vectors }) => {
    const actor = new Actor();
    for (const [kind, step] of vectors) {
      if (kind === "sendMessage") expect(toHex(actor.send(step))).toBe(step.expectedCiphertext);
      else {
        const { expectedSmsText: smsText, expectTerminateSession: endSession } = step;
        const content = contentOf({ ...(smsText && { smsText }), ...(endSession && { endSession }) });
        expect(toHex(actor.receive(step))).toBe(toHex(content));
      }
      if ("endSession" in step || "expectTerminateSession" in step) actor.end();
    }
  });

  it("are as many as were recorded", () => {
    expect(tests.length).toBeGreaterThanOrEqual(14);
  });
});
