import { concatBytes, zeroise } from "@cloister/bytes";
import { mlKem768EncapsulateU, mlKem768KeyPair, type Random, splitMlKem768Key } from "@cloister/crypto";
import { authenticatorSecrets, epochSecret, headerMac, updateAuthenticator } from "./authenticator.ts";
import type { Braid, BraidIn, BraidStep } from "./braid.ts";
import { nextChunk, startEncoder } from "./erasure-code.ts";
import type { Payload } from "./message.ts";

const SEED_BYTES = 64;
const MESSAGE_BYTES = 32;

type SendStep = BraidStep & { readonly payload: Payload };

/** What the next message carries. Randomness is drawn when a key is made, or encapsulated to. */
export function sendBraid(braid: Braid, random: Random): SendStep {
  switch (braid.kind) {
    case "keys-unsampled":
      return sampleKeys(braid, random);
    case "header-received":
      return sampleCt1(braid, random);
    case "keys-sampled": {
      const { encoder: header, chunk } = nextChunk(braid.header);
      return { braid: { ...braid, header }, payload: { type: "header", chunk }, erase: [] };
    }
    case "header-sent":
    case "ct1-received": {
      const { encoder: vector, chunk } = nextChunk(braid.vector);
      const type = braid.kind === "header-sent" ? "vector" : "vector-ack";
      return { braid: { ...braid, vector }, payload: { type, chunk }, erase: [] };
    }
    case "ct1-sampled":
    case "vector-received": {
      const { encoder: ct1, chunk } = nextChunk(braid.ct1);
      return { braid: { ...braid, ct1 }, payload: { type: "ct1", chunk }, erase: [] };
    }
    case "ct2-sampled": {
      const { encoder: ct2, chunk } = nextChunk(braid.ct2);
      return { braid: { ...braid, ct2 }, payload: { type: "ct2", chunk }, erase: [] };
    }
    case "vector-sent":
      return { braid, payload: { type: "ack" }, erase: [] };
    case "no-header-received":
    case "ct1-acknowledged":
      return { braid, payload: { type: "none" }, erase: [] };
  }
}

function sampleKeys({ epoch, authenticator }: BraidIn<"keys-unsampled">, random: Random): SendStep {
  const seed = random(SEED_BYTES);
  const pair = mlKem768KeyPair(seed);
  const { header } = splitMlKem768Key(pair);
  zeroise(pair.privateKey);
  const encoder = startEncoder(concatBytes(header, headerMac(authenticator, epoch, header)));
  return sendBraid({ kind: "keys-sampled", epoch, authenticator, seed, header: encoder }, random);
}

/** The secret is known from here on; this message and all others of the epoch are keyed by the chain before. */
function sampleCt1({ epoch, authenticator, header }: BraidIn<"header-received">, random: Random): SendStep {
  const message = random(MESSAGE_BYTES);
  const { ct1, sharedSecret } = mlKem768EncapsulateU(header, message);
  const secret = epochSecret(sharedSecret, epoch);
  const sampled: Braid = {
    kind: "ct1-sampled",
    epoch,
    authenticator: updateAuthenticator(authenticator, epoch, secret),
    header,
    message,
    ct1: startEncoder(ct1),
    vector: [],
  };
  return { ...sendBraid(sampled, random), secret, erase: authenticatorSecrets(authenticator) };
}
