import { concatBytes, equalBytes, zeroise } from "@cloister/bytes";
import {
  mlKem768Decapsulate,
  mlKem768EncapsulateV,
  mlKem768KeyPair,
  type SplitEncapsulationKey,
  splitMlKem768Key,
} from "@cloister/crypto";
import { broken, demand } from "../rules.ts";
import {
  authenticatorSecrets,
  ciphertextMac,
  epochSecret,
  headerMac,
  updateAuthenticator,
} from "./authenticator.ts";
import {
  type Braid,
  type BraidIn,
  type BraidStep,
  CT1_BYTES,
  CT2_BYTES,
  HEADER_BYTES,
  VECTOR_BYTES,
} from "./braid.ts";
import { type Chunk, collect, decode, startEncoder } from "./erasure-code.ts";
import type { Payload, SpqrMessage } from "./message.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const MAC_BYTES = 32;

/**
 * What a message does to the agreement. All of it is attacker-controlled until the message's own MAC was
 * verified; commit only then. Late messages, and payloads that the state does not wait for, do nothing.
 * @throws BaseError `SPQR-009` to `SPQR-012`
 */
export function receiveBraid(braid: Braid, { epoch, payload }: SpqrMessage): BraidStep {
  if (epoch < braid.epoch) return unchanged(braid);
  if (epoch > braid.epoch) {
    demand(braid.kind === "ct2-sampled" && epoch === braid.epoch + 1n, "SPQR-009");
    const { authenticator } = braid;
    return { braid: { kind: "keys-unsampled", epoch, authenticator }, erase: [] };
  }
  switch (braid.kind) {
    case "keys-sampled":
      return payload.type === "ct1" ? firstCt1(braid, payload.chunk) : unchanged(braid);
    case "header-sent":
      return payload.type === "ct1" ? moreCt1(braid, payload.chunk) : unchanged(braid);
    case "ct1-received":
      return payload.type === "ct2" ? firstCt2(braid, payload.chunk) : unchanged(braid);
    case "vector-sent":
      return payload.type === "ct2" ? moreCt2(braid, payload.chunk) : unchanged(braid);
    case "no-header-received":
      return payload.type === "header" ? moreHeader(braid, payload.chunk) : unchanged(braid);
    case "ct1-sampled":
    case "ct1-acknowledged":
      return moreVector(braid, payload);
    case "vector-received":
      return isAcknowledgement(payload) ? unchanged(ct2Sampled(braid, braid.ct2)) : unchanged(braid);
    case "keys-unsampled":
    case "header-received":
    case "ct2-sampled":
      return unchanged(braid);
  }
}

const unchanged = (braid: Braid): BraidStep => ({ braid, erase: [] });

function isAcknowledgement({ type }: Payload): boolean {
  return type === "vector-ack" || type === "ack";
}

function firstCt1({ epoch, authenticator, seed }: BraidIn<"keys-sampled">, chunk: Chunk): BraidStep {
  const pair = mlKem768KeyPair(seed);
  const { vector } = splitMlKem768Key(pair);
  zeroise(pair.privateKey);
  const common = { epoch, authenticator, seed };
  return unchanged({ kind: "header-sent", ...common, vector: startEncoder(vector), ct1: [chunk] });
}

function moreCt1(braid: BraidIn<"header-sent">, chunk: Chunk): BraidStep {
  const { epoch, authenticator, seed, vector } = braid;
  const chunks = collect(braid.ct1, chunk);
  const ct1 = decode(chunks, CT1_BYTES);
  if (!ct1) return unchanged({ ...braid, ct1: chunks });
  return unchanged({ kind: "ct1-received", epoch, authenticator, seed, vector, ct1 });
}

function firstCt2({ epoch, authenticator, seed, ct1 }: BraidIn<"ct1-received">, chunk: Chunk): BraidStep {
  return unchanged({ kind: "vector-sent", epoch, authenticator, seed, ct1, ct2: [chunk] });
}

function moreCt2(braid: BraidIn<"vector-sent">, chunk: Chunk): BraidStep {
  const chunks = collect(braid.ct2, chunk);
  const ct2 = decode(chunks, CT2_BYTES);
  return ct2 ? finish(braid, ct2) : unchanged({ ...braid, ct2: chunks });
}

/** Decapsulates. The MAC is under the authenticator that this very secret has updated. */
function finish({ epoch, authenticator, seed, ct1 }: BraidIn<"vector-sent">, ct2: Bytes): BraidStep {
  const { privateKey } = mlKem768KeyPair(seed);
  const ciphertext = concatBytes(ct1, ct2.subarray(0, -MAC_BYTES));
  const secret = epochSecret(mlKem768Decapsulate({ privateKey, ciphertext }), epoch);
  zeroise(privateKey);
  const updated = updateAuthenticator(authenticator, epoch, secret);
  if (!equalBytes(ciphertextMac(updated, epoch, ciphertext), ct2.subarray(-MAC_BYTES))) {
    zeroise(secret, ...authenticatorSecrets(updated));
    throw broken("SPQR-012");
  }
  return {
    braid: { kind: "no-header-received", epoch: epoch + 1n, authenticator: updated, header: [] },
    secret,
    erase: [seed, ...authenticatorSecrets(authenticator)],
  };
}

function moreHeader(braid: BraidIn<"no-header-received">, chunk: Chunk): BraidStep {
  const { epoch, authenticator } = braid;
  const chunks = collect(braid.header, chunk);
  const whole = decode(chunks, HEADER_BYTES);
  if (!whole) return unchanged({ ...braid, header: chunks });
  const header = whole.slice(0, -MAC_BYTES);
  const mac = headerMac(authenticator, epoch, header);
  demand(equalBytes(mac, whole.subarray(-MAC_BYTES)), "SPQR-010");
  return unchanged({ kind: "header-received", epoch, authenticator, header });
}

type BraidWithMessage = BraidIn<"ct1-sampled" | "ct1-acknowledged">;

/** An acknowledgement without a chunk says nothing here that the next chunk will not say. */
function moreVector(braid: BraidWithMessage, payload: Payload): BraidStep {
  if (payload.type !== "vector" && payload.type !== "vector-ack") return unchanged(braid);
  const chunks = collect(braid.vector, payload.chunk);
  const vector = decode(chunks, VECTOR_BYTES);
  const waiting = braid.kind === "ct1-sampled" && payload.type === "vector" ? braid : undefined;
  if (!vector) return unchanged(waiting ? { ...waiting, vector: chunks } : acknowledged(braid, chunks));
  const ct2 = authenticatedCt2(braid, vector);
  const { epoch, authenticator, message } = braid;
  return {
    braid: waiting
      ? { kind: "vector-received", epoch, authenticator, ct1: waiting.ct1, ct2 }
      : ct2Sampled(braid, ct2),
    erase: [message],
  };
}

function acknowledged(braid: BraidWithMessage, vector: readonly Chunk[]): Braid {
  const { epoch, authenticator, header, message } = braid;
  return { kind: "ct1-acknowledged", epoch, authenticator, header, message, ct1: ct1Of(braid), vector };
}

function ct2Sampled({ epoch, authenticator }: Braid, ct2: Bytes): Braid {
  return { kind: "ct2-sampled", epoch, authenticator, ct2: startEncoder(ct2) };
}

function ct1Of(braid: BraidWithMessage): Bytes {
  return braid.kind === "ct1-sampled" ? braid.ct1.source : braid.ct1;
}

/** ct2 and the MAC over the whole ciphertext. The vector has no MAC: the header's hash covers it. */
function authenticatedCt2(braid: BraidWithMessage, vector: Bytes): Bytes {
  const { epoch, authenticator, header, message } = braid;
  const ct2 = encapsulateV({ header, vector }, message);
  return concatBytes(ct2, ciphertextMac(authenticator, epoch, concatBytes(ct1Of(braid), ct2)));
}

function encapsulateV(key: SplitEncapsulationKey, message: Bytes): Bytes {
  try {
    return mlKem768EncapsulateV(key, message);
  } catch (cause) {
    throw broken("SPQR-011", cause);
  }
}
