/**
 * Every decoder of bytes or text from outside. Each must answer any input with a value or with a typed
 * error; a deterministic format must also write back exactly what it accepted.
 */
import { decodeNsmAnswer } from "@cloister/attestation/nsm";
import {
  BaseError,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  isBaseError,
  toUtf8,
} from "@cloister/bytes";
import { decodeCbor, encodeCbor } from "@cloister/codec";
import { decodeContent, encodeContent } from "@cloister/contracts/content";
import {
  decodeCredential,
  decodeInvitation,
  encodeCredential,
  encodeInvitation,
  parseInvitationCode,
} from "@cloister/contracts/credential";
import {
  fillSealedEnvelope,
  openEnvelope,
  openSealedEnvelope,
  sealEnvelope,
  unpadContent,
} from "@cloister/contracts/envelope";
import { decodeClientFrame, decodeRelayFrame, encodeClientFrame } from "@cloister/contracts/frames";
import * as signal from "@cloister/protocol";
import { splitSealedMessage } from "@cloister/protocol/sealed-sender";
import {
  parseSenderKey,
  parseSenderKeyRecord,
  serializeSenderKey,
  serializeSenderKeyRecord,
} from "@cloister/protocol/sender-keys";
import { parseArticle } from "@cloister/retrieval";
import { checkRedFlags } from "@cloister/safety";
import * as transparency from "@cloister/transparency";
import { enclaveSeeds as enclave } from "./enclave-seeds.ts";
import { groupSeeds as groups } from "./group-seeds.ts";
import { seeds } from "./seeds.ts";

export interface Target {
  readonly name: string;
  /** Valid inputs to start from. */
  readonly seeds: () => readonly Uint8Array[];
  /** May throw what {@link acceptable} takes, nothing else. */
  readonly run: (input: Uint8Array) => unknown;
}

const answersToBadInput: ReadonlySet<string> = new Set([
  "Decode",
  "Verification",
  "Policy",
  "Conflict",
  "Usage",
]);

/**
 * Whether an error is an answer to bad input. Its causes count too: a decoder must not hide a bug of its own
 * behind "malformed".
 */
export function acceptable(error: unknown): boolean {
  if (!isBaseError(error) || !answersToBadInput.has(error.family)) return false;
  const { cause } = error;
  return cause === undefined || !(cause instanceof BaseError || isBug(cause)) || acceptable(cause);
}

/** The platform refuses with codes (`ERR_ENCODING_INVALID_ENCODED_DATA`); a slip in our code has none. */
function isBug(cause: unknown): boolean {
  const slip = cause instanceof RangeError || cause instanceof ReferenceError || cause instanceof TypeError;
  return slip && !("code" in cause);
}

/** Reads, writes again and compares: no second encoding of the same value is accepted. */
function canonical<T>(read: (input: Uint8Array) => T, write: (value: T) => Uint8Array) {
  return (input: Uint8Array): void => {
    const written = write(read(input));
    if (written.length !== input.length || written.some((byte, at) => byte !== input[at])) {
      throw new Error("accepted an encoding that its own writer does not make");
    }
  };
}

function text(read: (value: string) => unknown) {
  return (input: Uint8Array): unknown => read(fromUtf8(input));
}

function json(read: (value: unknown) => unknown) {
  return text((value) => {
    let parsed: unknown;
    try {
      parsed = JSON.parse(value);
    } catch {
      return undefined; // the platform's parser, not ours
    }
    return read(parsed);
  });
}

const { chat, classicChat } = seeds;

export const targets: readonly Target[] = [
  { name: "hex", seeds: () => [toUtf8("00ff")], run: text(fromHex) },
  { name: "base64", seeds: () => [toUtf8("AAECAw==")], run: text(fromBase64) },
  { name: "base64url", seeds: () => [toUtf8("AAECAw")], run: text(fromBase64Url) },
  {
    name: "cbor",
    seeds: () => [seeds.content, seeds.receipt],
    run: canonical((input) => decodeCbor(input), encodeCbor),
  },
  { name: "content", seeds: () => seeds.contents, run: canonical(decodeContent, encodeContent) },
  { name: "padded content", seeds: () => [seeds.padded], run: unpadContent },
  { name: "envelope", seeds: () => [seeds.envelope], run: canonical(openEnvelope, sealEnvelope) },
  {
    name: "sealed envelope",
    seeds: () => [seeds.sealedEnvelope],
    run: canonical(openSealedEnvelope, fillSealedEnvelope),
  },
  {
    name: "client frame",
    seeds: () => seeds.clientFrames,
    run: canonical(decodeClientFrame, encodeClientFrame),
  },
  // A code of a later relay is read as a general one, so it is not written back.
  { name: "relay frame", seeds: () => seeds.relayFrames, run: decodeRelayFrame },
  { name: "invitation", seeds: () => [seeds.invitation], run: canonical(decodeInvitation, encodeInvitation) },
  { name: "credential", seeds: () => [seeds.credential], run: canonical(decodeCredential, encodeCredential) },
  { name: "invitation code", seeds: () => [toUtf8(seeds.invitationCode)], run: text(parseInvitationCode) },
  {
    name: "first message",
    seeds: () => [chat.firstMessage, classicChat.firstMessage],
    run: signal.inspectPreKeyMessage,
  },
  { name: "message", seeds: () => [chat.message], run: (input) => signal.decryptMessage(chat.record, input) },
  {
    name: "message of version 3",
    seeds: () => [classicChat.message],
    run: (input) => signal.decryptMessage(classicChat.record, input),
  },
  { name: "opening message", seeds: () => [chat.firstMessage], run: chat.openFirst },
  {
    name: "opening message of version 3",
    seeds: () => [classicChat.firstMessage],
    run: classicChat.openFirst,
  },
  {
    name: "session record",
    seeds: () => [...chat.records, ...classicChat.records],
    run: canonical(signal.parseSessionRecord, signal.serializeSessionRecord),
  },
  { name: "sender key distribution", seeds: () => [groups.distribution], run: groups.accept },
  { name: "group message", seeds: () => [groups.message], run: groups.open },
  {
    name: "sender key",
    seeds: () => [groups.senderKey],
    run: canonical(parseSenderKey, serializeSenderKey),
  },
  {
    name: "sender key record",
    seeds: () => groups.senderKeyRecords,
    run: canonical(parseSenderKeyRecord, serializeSenderKeyRecord),
  },
  { name: "sender certificate", seeds: () => [groups.certificate], run: groups.verifyCertificate },
  { name: "uploaded sealed message", seeds: () => [groups.uploaded], run: splitSealedMessage },
  { name: "sealed message", seeds: () => groups.sealed, run: groups.openSealed },
  { name: "franked message", seeds: () => [groups.franked], run: groups.openFranked },
  { name: "report", seeds: () => groups.reports, run: groups.verifyReport },
  { name: "receipt", seeds: () => [seeds.receipt], run: seeds.verifyReceipt },
  { name: "evidence", seeds: () => [seeds.evidence], run: seeds.appraise },
  { name: "enclave image", seeds: () => enclave.images, run: enclave.parseImage },
  { name: "security module", seeds: () => enclave.moduleAnswers, run: decodeNsmAnswer },
  { name: "leaf", seeds: () => [seeds.leaf], run: transparency.decodeLeaf },
  {
    name: "checkpoint",
    seeds: () => [toUtf8(seeds.checkpoint)],
    run: text((note) => transparency.verifyCheckpoint(note, [seeds.verifierKey])),
  },
  {
    name: "verifier key",
    seeds: () => [toUtf8(seeds.verifierKey)],
    run: text(transparency.parseVerifierKey),
  },
  {
    name: "transparency suite",
    seeds: () => seeds.transparencyRequests,
    run: json(transparency.conformTransparency),
  },
  { name: "proof JSON", seeds: () => seeds.proofsJson, run: json(transparency.proofFromJson) },
  { name: "logged leaf JSON", seeds: () => seeds.loggedLeafJson, run: json(transparency.loggedLeafFromJson) },
  { name: "article JSON", seeds: () => seeds.articlesJson, run: json(parseArticle) },
  {
    name: "red flags",
    seeds: () => [toUtf8("I have crushing chest pain since 2 h, no fever")],
    run: text(checkRedFlags),
  },
];
