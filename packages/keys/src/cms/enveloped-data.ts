/**
 * The answer of a key service to an enclave: CMS EnvelopedData (RFC 5652 section 6) for one recipient, as
 * AWS KMS sends it. Its content comes as one primitive or as parts in a constructed value; both are read.
 */
import { concatBytes, fromHex, isBaseError, toHex, zeroise } from "@cloister/bytes";
import { aesCbcDecrypt, aesCbcEncrypt, type Random } from "@cloister/crypto";
import { demand, keyError } from "../rules.ts";
import { type BerValue, readBer } from "./ber.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const RSA_BYTES = 256;
const IV_BYTES = 16;
const CONTENT_KEY_BYTES = 32;
const MAX_KEY_ID_BYTES = 64;

const Tag = { integer: 0x02, octets: 0x04, null: 0x05, oid: 0x06, sequence: 0x30, set: 0x31 } as const;
/** Context tag 0: primitive and constructed. */
const Context = { primitive0: 0x80, zero: 0xa0, one: 0xa1 } as const;
const Oid = {
  envelopedData: "2a864886f70d010703",
  data: "2a864886f70d010701",
  rsaesOaep: "2a864886f70d010107",
  mgf1: "2a864886f70d010108",
  sha256: "608648016503040201",
  aes256Cbc: "60864801650304012a",
} as const;

/** A message that was read. Nothing in it is authentic, and CBC will not tell. */
export interface UnverifiedEnvelopedData {
  /** Subject key identifier of the recipient. */
  readonly keyId: Bytes;
  /** RSAES-OAEP with SHA-256, 256 bytes. */
  readonly encryptedKey: Bytes;
  readonly iv: Bytes;
  /** AES-256-CBC. */
  readonly ciphertext: Bytes;
}

/** Takes RSAES-OAEP (SHA-256) off with the enclave's private key, which no other code sees. */
export type RecipientKey = (encryptedKey: Uint8Array) => Promise<Uint8Array>;

/** Reads a message. @throws BaseError `CMS_FORMAT` */
export function readEnvelopedData(message: Uint8Array): UnverifiedEnvelopedData {
  const info = members(readBer(message), Tag.sequence, 2);
  expectOid(info[0], Oid.envelopedData);
  const [data] = members(info[1], Context.zero, 1);
  const [version, recipients, encrypted] = members(data, Tag.sequence, 3);
  expectInteger(version, 2);
  const [recipient] = members(recipients, Tag.set, 1);
  return { ...readRecipient(recipient), ...readContent(encrypted) };
}

/**
 * Opens a message. What comes out is not authentic: hold it against a check value before its first use.
 * @throws BaseError `CMS_FORMAT`, `KEY_UNWRAP`
 */
export async function openEnvelopedData(message: Uint8Array, recipientKey: RecipientKey): Promise<Bytes> {
  const { encryptedKey, iv, ciphertext } = readEnvelopedData(message);
  // One error for RSA and padding, so that neither is an oracle.
  const key = await recipientKey(encryptedKey).catch((cause: unknown) => {
    throw keyError("KEY_UNWRAP", { cause });
  });
  try {
    demand(key.length === CONTENT_KEY_BYTES, "KEY_UNWRAP");
    return aesCbcDecrypt({ key, iv, ciphertext });
  } catch (cause) {
    throw isBaseError(cause, "KEY_UNWRAP") ? cause : keyError("KEY_UNWRAP", { cause });
  } finally {
    zeroise(key);
  }
}

function readRecipient(recipient: BerValue | undefined): {
  readonly keyId: Bytes;
  readonly encryptedKey: Bytes;
} {
  const [version, keyIdentifier, algorithm, key] = members(recipient, Tag.sequence, 4);
  expectInteger(version, 2);
  const keyId = content(keyIdentifier, Context.primitive0);
  demand(keyId.length > 0 && keyId.length <= MAX_KEY_ID_BYTES, "CMS_FORMAT");
  const [oid, parameters] = members(algorithm, Tag.sequence, 2);
  expectOid(oid, Oid.rsaesOaep);
  const [hash, mask] = members(parameters, Tag.sequence, 2);
  expectSha256(members(hash, Context.zero, 1)[0]);
  const [maskOid, maskHash] = members(members(mask, Context.one, 1)[0], Tag.sequence, 2);
  expectOid(maskOid, Oid.mgf1);
  expectSha256(maskHash);
  const encryptedKey = content(key, Tag.octets);
  demand(encryptedKey.length === RSA_BYTES, "CMS_FORMAT");
  return { keyId, encryptedKey };
}

function readContent(encrypted: BerValue | undefined): { readonly iv: Bytes; readonly ciphertext: Bytes } {
  const [type, algorithm, sealed] = members(encrypted, Tag.sequence, 3);
  expectOid(type, Oid.data);
  const [oid, parameter] = members(algorithm, Tag.sequence, 2);
  expectOid(oid, Oid.aes256Cbc);
  const iv = content(parameter, Tag.octets);
  demand(iv.length === IV_BYTES && sealed !== undefined, "CMS_FORMAT");
  if ("content" in sealed) return { iv, ciphertext: content(sealed, Context.primitive0) };
  demand(sealed.tag === Context.zero && sealed.members.length > 0, "CMS_FORMAT");
  return { iv, ciphertext: concatBytes(...sealed.members.map((part) => content(part, Tag.octets))) };
}

function members(value: BerValue | undefined, tag: number, count: number): readonly BerValue[] {
  demand(value !== undefined && "members" in value && value.tag === tag, "CMS_FORMAT");
  demand(value.members.length === count, "CMS_FORMAT");
  return value.members;
}

function content(value: BerValue | undefined, tag: number): Bytes {
  demand(value !== undefined && "content" in value && value.tag === tag, "CMS_FORMAT");
  return value.content;
}

function expectOid(value: BerValue | undefined, expected: string): void {
  demand(toHex(content(value, Tag.oid)) === expected, "CMS_FORMAT");
}

function expectInteger(value: BerValue | undefined, expected: number): void {
  const digits = content(value, Tag.integer);
  demand(digits.length === 1 && digits[0] === expected, "CMS_FORMAT");
}

/** With NULL as its parameter or with none: both are about. */
function expectSha256(value: BerValue | undefined): void {
  demand(value !== undefined && "members" in value && value.tag === Tag.sequence, "CMS_FORMAT");
  const [oid, parameter, ...more] = value.members;
  expectOid(oid, Oid.sha256);
  if (parameter) demand(content(parameter, Tag.null).length === 0, "CMS_FORMAT");
  demand(more.length === 0, "CMS_FORMAT");
}

/** Input of {@link sealEnvelopedData}. */
export interface EnvelopedPlain {
  readonly plaintext: Uint8Array;
  /** Subject key identifier: SHA-256 of the recipient's public key is what AWS KMS puts there. */
  readonly keyId: Uint8Array;
  /** RSAES-OAEP (SHA-256) with the recipient's RSA-2048 key. */
  readonly encryptKey: (contentKey: Uint8Array) => Uint8Array;
  readonly random: Random;
  /** How the content is written; `constructed` unless told. */
  readonly form?: "constructed" | "primitive";
}

/** Writes a message in the form of AWS KMS: indefinite lengths around, definite ones for the recipient. */
export function sealEnvelopedData(input: EnvelopedPlain): Bytes {
  const { plaintext, keyId, encryptKey, random, form = "constructed" } = input;
  const [key, iv] = [random(CONTENT_KEY_BYTES), random(IV_BYTES)];
  const ciphertext = aesCbcEncrypt({ key, iv, plaintext });
  const encryptedKey = encryptKey(key);
  zeroise(key);
  const sha256 = definite(Tag.sequence, identifier(Oid.sha256), definite(Tag.null));
  const mask = definite(Tag.sequence, identifier(Oid.mgf1), sha256);
  const parameters = definite(Tag.sequence, definite(Context.zero, sha256), definite(Context.one, mask));
  const recipient = definite(
    Tag.sequence,
    version2,
    definite(Context.primitive0, keyId),
    definite(Tag.sequence, identifier(Oid.rsaesOaep), parameters),
    definite(Tag.octets, encryptedKey),
  );
  const sealed =
    form === "primitive"
      ? definite(Context.primitive0, ciphertext)
      : indefinite(Context.zero, definite(Tag.octets, ciphertext));
  const algorithm = definite(Tag.sequence, identifier(Oid.aes256Cbc), definite(Tag.octets, iv));
  const encrypted = indefinite(Tag.sequence, identifier(Oid.data), algorithm, sealed);
  const data = indefinite(Tag.sequence, version2, definite(Tag.set, recipient), encrypted);
  return indefinite(Tag.sequence, identifier(Oid.envelopedData), indefinite(Context.zero, data));
}

const version2 = definite(Tag.integer, Uint8Array.of(2));

function identifier(hex: string): Bytes {
  return definite(Tag.oid, fromHex(hex));
}

function definite(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  const inside = concatBytes(...parts);
  const { length } = inside;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return concatBytes(Uint8Array.of(tag, ...head), inside);
}

function indefinite(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  return concatBytes(Uint8Array.of(tag, 0x80), ...parts, new Uint8Array(2));
}
