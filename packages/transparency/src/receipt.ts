import { concatBytes, toUtf8 } from "@cloister/bytes";
import {
  type CborMap,
  type CborValue,
  decodeCbor,
  encodeCbor,
  type FieldReader,
  readMap,
} from "@cloister/codec";
import { type Answer, type Citation, encodeAnswer } from "@cloister/contracts/answer";
import { decisionToCbor, type RoutedDecision, readDecision } from "@cloister/contracts/decision";
import { type Random, sha256, xeddsaSign } from "@cloister/crypto";
import { optional, readHour } from "./fields.ts";
import { hashBytesCount } from "./merkle.ts";
import { broken } from "./rules.ts";

/** Longest encoded receipt; it travels inside a message. */
const maxReceiptBytes = 16_384;
const identityKeyBytesCount = 33;
const signatureBytesCount = 64;
const requestIdBytesCount = 16;
const maxMeasurementBytes = 48;
const maxSourcesCount = 24;
const maxProofCount = 64;
const version = 1;
/** Of a body with a decision; a body without one is written as before there were any. */
const decidedVersion = 2;

const receiptLabel = toUtf8("Cloister receipt v1\0");
const answerLabel = toUtf8("Cloister answer v1\0");

/** What stands behind the agent's key. Only `hardware` is ever shown as verified. */
const backings = ["hardware", "development", "declared", "device", "vendor"] as const;
/** One of {@link backings}. */
export type Backing = (typeof backings)[number];

/** Where the answer was made. */
const places = ["enclave", "on-premise", "device", "cloud"] as const;
/** One of {@link places}. */
export type Place = (typeof places)[number];

/** An article that the answer was made from. */
export interface ReceiptSource {
  readonly id: string;
  readonly title: string;
  /** SHA-256 of the article's text, 32 bytes. */
  readonly digest: Uint8Array;
  readonly url?: string;
}

/** What the agent claims about one answer. It has a model digest, an index digest, or both. */
export interface ReceiptBody {
  /** The agent's identity key: 0x05 || X25519, 33 bytes. */
  readonly agentKey: Uint8Array;
  readonly backing: Backing;
  /** Of the enclave that holds the key, 32 to 48 bytes. */
  readonly measurement?: Uint8Array;
  readonly engine: { readonly name: string; readonly version: string };
  /** SHA-256, 32 bytes. */
  readonly modelDigest?: Uint8Array;
  /** SHA-256, 32 bytes. */
  readonly indexDigest?: Uint8Array;
  readonly processedAt: Place;
  readonly sources: readonly ReceiptSource[];
  readonly deidentified: { readonly applied: boolean };
  /** What the asker's device decided about the question, as it came with it. */
  readonly decision?: RoutedDecision;
  /** Names the question, 16 bytes; the client makes it from where, by whom and in which words it was put. */
  readonly requestId: Uint8Array;
  /** {@link answerDigest}, 32 bytes. */
  readonly answerDigest: Uint8Array;
  /** UTC hour, as `hourOf` gives it. */
  readonly issuedAt: string;
}

/** An encoded body with the agent's XEdDSA signature (64 bytes); not in the log yet. */
export interface SignedReceipt {
  readonly body: Uint8Array;
  readonly signature: Uint8Array;
}

/** Where a log keeps the receipt's leaf, and the proof of it. */
export interface ReceiptAnchor {
  readonly leaf: Uint8Array;
  readonly leafIndex: number;
  readonly proof: readonly Uint8Array[];
  readonly checkpoint: string;
}

/** A receipt, taken apart; nothing in it is verified. */
export interface UnverifiedReceipt extends SignedReceipt, ReceiptAnchor {}

/** SHA-256 over a label and the answer's deterministic encoding, 32 bytes. */
export function answerDigest(answer: Answer): Uint8Array<ArrayBuffer> {
  return sha256(concatBytes(answerLabel, encodeAnswer(answer)));
}

/** The article behind a citation, as a receipt names it. */
export function sourceOf({ article, title, digest, sourceUrl }: Citation): ReceiptSource {
  return { id: article, title, digest, ...(sourceUrl === "" ? {} : { url: sourceUrl }) };
}

/** The articles that an answer cites, each once: the `sources` of its receipt. */
export function citedSources(answer: Answer): ReceiptSource[] {
  const sources = answer.citations.map(sourceOf);
  return [...new Map(sources.map((source) => [source.id, source])).values()];
}

/** The digest that the log entry holds: SHA-256 of the encoded body, 32 bytes. */
export function receiptDigest({ body }: SignedReceipt): Uint8Array<ArrayBuffer> {
  return sha256(body);
}

/** What the agent signs. */
export function receiptMessage(body: Uint8Array): Uint8Array<ArrayBuffer> {
  return concatBytes(receiptLabel, body);
}

/**
 * Encodes the body (deterministic CBOR; version 2 with a decision, else 1) and signs it with the agent's identity key.
 * @throws BaseError `RECEIPT_FORMAT`, `CRYPTO_LENGTH`
 */
export function signReceipt(input: {
  readonly body: ReceiptBody;
  /** X25519, 32 bytes. */
  readonly privateKey: Uint8Array;
  readonly random: Random;
}): SignedReceipt {
  const body = encodeReceiptBody(input.body);
  const { privateKey, random } = input;
  return { body, signature: xeddsaSign({ privateKey, message: receiptMessage(body), random }) };
}

function encodeReceiptBody(body: ReceiptBody): Uint8Array<ArrayBuffer> {
  const { decision, ...rest } = body;
  const map: CborMap = {
    ...rest,
    v: decision ? decidedVersion : version,
    engine: { ...body.engine },
    sources: body.sources.map((source) => ({ ...source })),
    deidentified: { ...body.deidentified },
    ...(decision && { decision: decisionToCbor(decision) }),
  };
  const bytes = encodeCbor(map);
  decodeReceiptBody(bytes);
  return bytes;
}

/** Joins the signed body with its place in the log: the bytes that travel with the answer. */
export function attachProof(signed: SignedReceipt, anchor: ReceiptAnchor): Uint8Array<ArrayBuffer> {
  const { body, signature } = signed;
  const { leaf, leafIndex, proof, checkpoint } = anchor;
  const bytes = encodeCbor({ v: version, body, signature, leaf, leafIndex, proof, checkpoint });
  decodeReceipt(bytes);
  return bytes;
}

/** Takes a receipt apart; `bytes` is untrusted. @throws BaseError `RECEIPT_FORMAT` */
export function decodeReceipt(bytes: Uint8Array): UnverifiedReceipt {
  return decodeAs(bytes, [version], (fields) => ({
    body: fields.bytes("body", { maxBytes: maxReceiptBytes }),
    signature: fields.bytes("signature", { length: signatureBytesCount }),
    leaf: fields.bytes("leaf", { maxBytes: maxReceiptBytes }),
    leafIndex: fields.uint("leafIndex"),
    proof: fields.list("proof", readHash, { maxCount: maxProofCount }),
    checkpoint: fields.text("checkpoint", { maxBytes: maxReceiptBytes }),
  }));
}

/** Reads a receipt's body; `bytes` is untrusted. @throws BaseError `RECEIPT_FORMAT` */
export function decodeReceiptBody(bytes: Uint8Array): ReceiptBody {
  return decodeAs(bytes, [version, decidedVersion], (fields, found) => {
    const body: ReceiptBody = {
      agentKey: fields.bytes("agentKey", { length: identityKeyBytesCount }),
      backing: fields.oneOf("backing", backings),
      ...optional(fields, "measurement", readMeasurement),
      engine: fields.map("engine", (engine) => ({
        name: engine.text("name", { maxBytes: 64 }),
        version: engine.text("version", { maxBytes: 64 }),
      })),
      ...optional(fields, "modelDigest", readDigest),
      ...optional(fields, "indexDigest", readDigest),
      processedAt: fields.oneOf("processedAt", places),
      sources: fields.list("sources", readSource, { maxCount: maxSourcesCount }),
      deidentified: fields.map("deidentified", (inner) => ({ applied: inner.bool("applied") })),
      ...(found === decidedVersion && { decision: fields.map("decision", readDecision) }),
      requestId: fields.bytes("requestId", { length: requestIdBytesCount }),
      answerDigest: readDigest("answerDigest", fields),
      issuedAt: readHour(fields, "issuedAt"),
    };
    if (!body.modelDigest && !body.indexDigest) throw broken("RECEIPT_FORMAT");
    return body;
  });
}

function decodeAs<T>(
  bytes: Uint8Array,
  versions: readonly number[],
  read: (fields: FieldReader, found: number) => T,
): T {
  try {
    if (bytes.length > maxReceiptBytes) throw broken("RECEIPT_FORMAT");
    const fields = readMap(decodeCbor(bytes));
    const found = fields.uint("v");
    if (!versions.includes(found)) throw broken("RECEIPT_FORMAT");
    const value = read(fields, found);
    fields.end();
    return value;
  } catch (cause) {
    throw broken("RECEIPT_FORMAT", cause);
  }
}

function readDigest(key: string, fields: FieldReader): Uint8Array<ArrayBuffer> {
  return fields.bytes(key, { length: hashBytesCount });
}

function readMeasurement(key: string, fields: FieldReader): Uint8Array<ArrayBuffer> {
  const measurement = fields.bytes(key, { maxBytes: maxMeasurementBytes });
  if (measurement.length < hashBytesCount) throw broken("RECEIPT_FORMAT");
  return measurement;
}

function readHash(item: CborValue): Uint8Array<ArrayBuffer> {
  return readDigest("hash", readMap({ hash: item }));
}

function readSource(item: CborValue): ReceiptSource {
  const fields = readMap(item);
  const source = {
    id: fields.text("id", { maxBytes: 200 }),
    title: fields.text("title", { maxBytes: 300 }),
    digest: readDigest("digest", fields),
    ...optional(fields, "url", (key) => fields.text(key, { maxBytes: 500 })),
  };
  fields.end();
  return source;
}
