import type { CborMap, FieldReader } from "@cloister/codec";
import { readIds } from "./id-fields.ts";
import { type DeviceId, type EnvelopeId, idToBytes, maxDeviceId } from "./ids.ts";

/*
 * What devices tell each other so that nothing is lost though something went wrong. It belongs to no
 * conversation.
 */

/** Envelopes that one content may name. */
export const maxEnvelopesCount = 200;
const maxErrorBytes = 128;
const maxWaitMs = 86_400_000;

/**
 * Envelopes, by their ids, that this device could not open. It comes in a new session; whoever sent them says
 * again what was in them, and answers with {@link ResentContent}.
 */
export interface UnopenedContent {
  readonly kind: "unopened";
  /** The device that sent them; the account's other devices let this pass. */
  readonly device: DeviceId;
  readonly envelopes: readonly EnvelopeId[];
  /** Signal's DecryptionErrorMessage for the first of them, as a message of type 8; none when it was no message. */
  readonly error?: Uint8Array;
}

/** What became of envelopes that could not be opened: they were said again, except the `lost` among them. */
export interface ResentContent {
  readonly kind: "resent";
  readonly envelopes: readonly EnvelopeId[];
  readonly lost: readonly EnvelopeId[];
}

/** An agent answers no more of this asker's questions now; whoever means them asks again after this time. */
export interface LaterContent {
  readonly kind: "later";
  readonly waitMs: number;
}

/** What mends. */
export type MendingContent = UnopenedContent | ResentContent | LaterContent;

/** The fields of a mending content, for the map that {@link encodeContent} writes. */
export function mendingFields(content: MendingContent): CborMap {
  switch (content.kind) {
    case "unopened":
      return {
        device: content.device,
        envelopes: content.envelopes.map(idToBytes),
        ...(content.error === undefined ? {} : { error: content.error }),
      };
    case "resent":
      return { envelopes: content.envelopes.map(idToBytes), lost: content.lost.map(idToBytes) };
    case "later":
      return { waitMs: content.waitMs };
  }
}

/** @throws BaseError family `Decode` */
export function readMending(kind: MendingContent["kind"], map: FieldReader): MendingContent {
  switch (kind) {
    case "unopened": {
      const error = map.optional("error", (key) => map.bytes(key, { maxBytes: maxErrorBytes }));
      return {
        kind,
        device: map.uint("device", { max: maxDeviceId }),
        envelopes: readEnvelopes(map, "envelopes"),
        ...(error === undefined ? {} : { error }),
      };
    }
    case "resent":
      return { kind, envelopes: readEnvelopes(map, "envelopes"), lost: readEnvelopes(map, "lost") };
    case "later":
      return { kind, waitMs: map.uint("waitMs", { max: maxWaitMs }) };
  }
}

function readEnvelopes(map: FieldReader, key: string): readonly EnvelopeId[] {
  return readIds(map, key, maxEnvelopesCount);
}
