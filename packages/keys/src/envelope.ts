import { isBaseError } from "@cloister/bytes";
import { decodeCbor, encodeCbor, readMap } from "@cloister/codec";
import { aesGcmOpen, aesGcmSeal, type Random } from "@cloister/crypto";
import { demand, keyError } from "./rules.ts";
import { type ConversationRef, checkScope, type KeyScope } from "./scope.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const FORMAT = 1;
const NONCE_BYTES = 12;
const MAX_ID_BYTES = 64;
const MAX_CIPHERTEXT_BYTES = 64 * 1024 * 1024;

/** An envelope that was read and not opened: nothing in it is authentic yet. */
export interface UnverifiedEnvelope {
  readonly scope: KeyScope;
  readonly nonce: Bytes;
  readonly ciphertext: Bytes;
}

/** Input of {@link sealEnvelope}. */
export interface EnvelopePlain {
  /** The data key that the scope names, 32 bytes. */
  readonly key: Uint8Array;
  readonly scope: KeyScope;
  readonly plaintext: Uint8Array;
  /** What the record is and where it belongs, for example its kind and id; needed again to open. */
  readonly associatedData: Uint8Array;
  readonly random: Random;
}

/**
 * Seals a record: deterministic CBOR of format, scope, nonce and AES-256-GCM, in which format, scope and
 * `associatedData` are authenticated. Nonces are random: at most 2^32 records under one data key.
 * @throws BaseError `KEY_SCOPE`
 */
export function sealEnvelope({ key, scope, plaintext, associatedData, random }: EnvelopePlain): Bytes {
  const nonce = random(NONCE_BYTES);
  const bound = boundData(scope, associatedData);
  const ciphertext = aesGcmSeal({ key, nonce, plaintext, associatedData: bound });
  const { tenant, conversation, epoch, version } = scope;
  return encodeCbor({ format: FORMAT, tenant, conversation, epoch, version, nonce, ciphertext });
}

/**
 * Reads an envelope, to learn which key opens it. The bytes are attacker-controlled.
 * @throws BaseError `ENVELOPE_FORMAT`, `ENVELOPE_SCOPE` when it is not of this conversation
 */
export function readEnvelope(bytes: Uint8Array, expected: ConversationRef): UnverifiedEnvelope {
  const envelope = decodeEnvelope(bytes);
  const { tenant, conversation } = envelope.scope;
  demand(tenant === expected.tenant && conversation === expected.conversation, "ENVELOPE_SCOPE");
  return envelope;
}

/** Opens what {@link readEnvelope} read. @throws BaseError `ENVELOPE_OPEN` */
export function openEnvelope(
  { scope, nonce, ciphertext }: UnverifiedEnvelope,
  { key, associatedData }: { readonly key: Uint8Array; readonly associatedData: Uint8Array },
): Bytes {
  try {
    return aesGcmOpen({ key, nonce, ciphertext, associatedData: boundData(scope, associatedData) });
  } catch (cause) {
    if (!isBaseError(cause, "DECRYPT_FAILED")) throw cause;
    throw keyError("ENVELOPE_OPEN", { cause });
  }
}

function boundData(scope: KeyScope, associatedData: Uint8Array): Bytes {
  checkScope(scope);
  const { tenant, conversation, epoch, version } = scope;
  return encodeCbor({
    context: "cloister envelope",
    format: FORMAT,
    tenant,
    conversation,
    epoch,
    version,
    associatedData,
  });
}

function decodeEnvelope(bytes: Uint8Array): UnverifiedEnvelope {
  try {
    const fields = readMap(decodeCbor(bytes));
    demand(fields.uint("format") === FORMAT, "ENVELOPE_FORMAT");
    const scope = {
      tenant: fields.text("tenant", { maxBytes: MAX_ID_BYTES }),
      conversation: fields.text("conversation", { maxBytes: MAX_ID_BYTES }),
      epoch: fields.uint("epoch"),
      version: fields.uint("version"),
    };
    const nonce = fields.bytes("nonce", { length: NONCE_BYTES });
    const ciphertext = fields.bytes("ciphertext", { maxBytes: MAX_CIPHERTEXT_BYTES });
    fields.end();
    checkScope(scope);
    return { scope, nonce, ciphertext };
  } catch (cause) {
    throw keyError("ENVELOPE_FORMAT", { cause });
  }
}
