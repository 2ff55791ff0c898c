/**
 * A report: one message, opened by its recipient for the compliance desk. Deterministic CBOR, format 1.
 * Whatever was not reported stays hidden: each message has an opening of its own.
 */
import { decodeCbor, encodeCbor, type FieldReader, readMap } from "@cloister/codec";
import { type KeyPair, PUBLIC_KEY_BYTES, rawPublicKey } from "../keys.ts";
import { MAX_MESSAGE_BYTES, MAX_UINT32 } from "../limits.ts";
import { broken, demand } from "../rules.ts";
import {
  ACCOUNT_BYTES,
  type CertificatePolicy,
  verifySenderCertificate,
} from "../sealed-sender/certificates.ts";
import { COMMITMENT_BYTES, commit, OPENING_BYTES } from "./commitment.ts";
import { proven } from "./sealed.ts";
import { checkProofAsDesk, PROOF_BYTES } from "./sender-proof.ts";
import { checkStamp, hourStartMs, type Stamp, type StampKey } from "./stamp.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const FORMAT = 1;
const MAX_CERTIFICATE_BYTES = 1024;

/** A message whose sender the relay knew, and stamped. */
export interface KnownSender {
  readonly kind: "known";
  /** 16 bytes. */
  readonly account: Bytes;
}

/** A message whose sender was sealed: the certificate it came with and the proof that was in it. */
export interface SealedSender {
  readonly kind: "sealed";
  readonly certificate: Bytes;
  readonly proof: Bytes;
  /** The reporting recipient's, 33 bytes. */
  readonly recipientKey: Bytes;
}

/** What a recipient hands to the desk. */
export interface Report {
  readonly content: Bytes;
  readonly opening: Bytes;
  /** The reporting recipient, 16 bytes. */
  readonly recipient: Bytes;
  readonly stamp: Stamp;
  readonly sender: KnownSender | SealedSender;
}

/** What the desk then knows: this account sent this content to that one in the hour that begins then. */
export interface VerifiedReport {
  readonly content: Bytes;
  readonly sender: Bytes;
  readonly recipient: Bytes;
  readonly hourStartMs: number;
}

/** What the desk checks with: the relay's stamp keys and, for sealed senders, its own key and trust roots. */
export interface Desk extends Omit<CertificatePolicy, "nowMs"> {
  readonly stampKeys: readonly StampKey[];
  readonly keyPair: KeyPair;
}

/** Writes a report. */
export function writeReport({ content, opening, recipient, stamp, sender }: Report): Bytes {
  return encodeCbor({
    format: FORMAT,
    content,
    opening,
    recipient,
    stamp: { ...stamp },
    sender: { ...sender },
  });
}

/**
 * Checks a report. `bytes` is controlled by whoever reports, who may want to frame somebody.
 * @throws BaseError `FRANK-003` to `FRANK-006`, `SEALED-…`, `KEY-…`
 */
export function verifyReport(bytes: Uint8Array, desk: Desk): VerifiedReport {
  const { content, opening, recipient, stamp, sender } = readReport(bytes);
  const key = desk.stampKeys.find(({ id }) => id === stamp.keyId);
  demand(key !== undefined, "FRANK-006");
  const commitment = commit(content, opening);
  const startMs = hourStartMs(stamp);
  const base = { content, recipient, hourStartMs: startMs };
  if (sender.kind === "known") {
    checkStamp({ commitment, recipient, sender: sender.account }, stamp, key);
    return { ...base, sender: sender.account };
  }
  checkStamp({ commitment, recipient }, stamp, key);
  // The certificate had to be valid when the message passed, not when somebody reports it.
  const { account, identityKey } = verifySenderCertificate(sender.certificate, { ...desk, nowMs: startMs });
  const message = proven(commitment, recipient);
  const subject = { senderKey: identityKey, recipientKey: sender.recipientKey, message };
  checkProofAsDesk(sender.proof, subject, desk.keyPair);
  return { ...base, sender: account };
}

function readReport(bytes: Uint8Array): Report {
  try {
    const fields = readMap(decodeCbor(bytes));
    demand(fields.uint("format") === FORMAT, "FRANK-005");
    const report = {
      content: fields.bytes("content", { maxBytes: MAX_MESSAGE_BYTES }),
      opening: fields.bytes("opening", { length: OPENING_BYTES }),
      recipient: fields.bytes("recipient", { length: ACCOUNT_BYTES }),
      stamp: fields.map("stamp", readStamp),
      sender: fields.map("sender", readSender),
    };
    fields.end();
    return report;
  } catch (cause) {
    throw broken("FRANK-005", cause);
  }
}

function readStamp(fields: FieldReader): Stamp {
  return {
    keyId: fields.uint("keyId", { max: MAX_UINT32 }),
    hour: fields.uint("hour", { max: MAX_UINT32 }),
    mac: fields.bytes("mac", { length: COMMITMENT_BYTES }),
  };
}

function readSender(fields: FieldReader): KnownSender | SealedSender {
  const kind = fields.oneOf("kind", ["known", "sealed"]);
  if (kind === "known") return { kind, account: fields.bytes("account", { length: ACCOUNT_BYTES }) };
  const recipientKey = fields.bytes("recipientKey", { length: PUBLIC_KEY_BYTES });
  rawPublicKey(recipientKey);
  return {
    kind,
    certificate: fields.bytes("certificate", { maxBytes: MAX_CERTIFICATE_BYTES }),
    proof: fields.bytes("proof", { length: PROOF_BYTES }),
    recipientKey,
  };
}
