import { decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import { fillEvidenceEnvelope, openEvidenceEnvelope } from "./envelope.ts";
import { readVersion1 } from "./version.ts";

/*
 * How a client asks an agent for evidence, and what it gets: envelopes that are not encrypted, because no
 * session may begin before the answer is judged. The relay is a carrier and nothing more: it can lose or change
 * them, and then there is no message. Nothing in them is about a person.
 */

/** Random bytes that a client sends for each opening. */
export const evidenceNonceBytesCount = 32;
const maxDocumentBytes = 32_768;
const maxManifestBytes = 1024;

/** What is said about evidence. */
export type EvidenceWord =
  | { readonly type: "request"; readonly nonce: Uint8Array }
  | {
      readonly type: "answer";
      readonly nonce: Uint8Array;
      /** COSE_Sign1, 32 KiB at most. */
      readonly document: Uint8Array;
      /** What the document's user_data is the digest of, 1 KiB at most. */
      readonly manifest: Uint8Array;
    };

/** A whole envelope, filled to its bucket. */
export function encodeEvidenceWord({ type, ...fields }: EvidenceWord): Uint8Array<ArrayBuffer> {
  return fillEvidenceEnvelope(type, encodeCbor({ v: 1, ...fields }));
}

/** Undefined when the envelope is about something else. Every byte is attacker-controlled. @throws BaseError family `Decode` */
export function decodeEvidenceWord(envelope: Uint8Array): EvidenceWord | undefined {
  const opened = openEvidenceEnvelope(envelope);
  if (!opened) return undefined;
  const map = readMap(decodeCbor(opened.bytes));
  readVersion1(map);
  const nonce = map.bytes("nonce", { length: evidenceNonceBytesCount });
  const word: EvidenceWord =
    opened.type === "request"
      ? { type: "request", nonce }
      : {
          type: "answer",
          nonce,
          document: map.bytes("document", { maxBytes: maxDocumentBytes }),
          manifest: map.bytes("manifest", { maxBytes: maxManifestBytes }),
        };
  map.end();
  return word;
}
