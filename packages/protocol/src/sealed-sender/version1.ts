/** Sealed sender version 1: for one recipient, two layers of counter mode and a MAC. */
import { concatBytes, equalBytes, toUtf8, zeroise } from "@cloister/bytes";
import { ProtoWriter } from "@cloister/codec";
import { aesCtr, hkdfSha256Keys, hmacSha256, type Random } from "@cloister/crypto";
import { agree, checkPublicKey, generateKeyPair, type KeyPair, PUBLIC_KEY_BYTES } from "../keys.ts";
import { demand } from "../rules.ts";
import { readFields } from "../wire.ts";
import type { Unsealed } from "./unsealed.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** The first byte of a message of version 1. */
export const VERSION_1 = 0x11;
const SALT_PREFIX = toUtf8("UnidentifiedDelivery");
const MAC_BYTES = 10;
const FIRST_BLOCK = new Uint8Array(16);

/**
 * Seals for one recipient: a fresh key hides the sender's identity key, and that key hides the content.
 * @throws BaseError `KEY-…`, `WIRE-005`
 */
export function sealVersion1(input: {
  readonly content: Uint8Array;
  readonly identityKeyPair: KeyPair;
  readonly recipientIdentityKey: Uint8Array;
  readonly random: Random;
}): Bytes {
  const { content, identityKeyPair, recipientIdentityKey, random } = input;
  checkPublicKey(recipientIdentityKey);
  const ephemeral = generateKeyPair(random);
  const outer = deriveKeys(
    agree(ephemeral.privateKey, recipientIdentityKey),
    concatBytes(SALT_PREFIX, recipientIdentityKey, ephemeral.publicKey),
  );
  const sealedKey = sealLayer(outer, identityKeyPair.publicKey);
  const inner = deriveKeys(
    agree(identityKeyPair.privateKey, recipientIdentityKey),
    concatBytes(outer.chainKey, sealedKey),
  );
  const sealedContent = sealLayer(inner, content);
  zeroise(ephemeral.privateKey);
  wipe(outer, inner);
  const body = new ProtoWriter()
    .bytes(1, ephemeral.publicKey)
    .bytes(2, sealedKey)
    .bytes(3, sealedContent)
    .finish();
  return concatBytes(Uint8Array.of(VERSION_1), body);
}

/**
 * Opens both layers. `body`, the protobuf behind the version byte, is attacker-controlled.
 * @throws BaseError `SEALED-002`, `KEY-…`, `WIRE-…`
 */
export function openVersion1(body: Uint8Array, { publicKey, privateKey }: KeyPair): Unsealed {
  const fields = readFields(body, {
    ephemeralKey: [1, "bytes"],
    sealedKey: [2, "bytes"],
    sealedContent: [3, "bytes"],
  });
  const { ephemeralKey, sealedKey, sealedContent } = fields;
  demand(ephemeralKey !== undefined && sealedKey !== undefined && sealedContent !== undefined, "WIRE-003");
  demand(sealedKey.length === PUBLIC_KEY_BYTES + MAC_BYTES && sealedContent.length > MAC_BYTES, "WIRE-004");
  checkPublicKey(ephemeralKey);
  const salt = concatBytes(SALT_PREFIX, publicKey, ephemeralKey);
  const outer = deriveKeys(agree(privateKey, ephemeralKey), salt);
  const senderKey = openLayer(outer, sealedKey);
  checkPublicKey(senderKey);
  const inner = deriveKeys(agree(privateKey, senderKey), concatBytes(outer.chainKey, sealedKey));
  const content = openLayer(inner, sealedContent);
  wipe(outer, inner);
  return { content, isSealedBy: (claimedKey) => equalBytes(claimedKey, senderKey) };
}

interface LayerKeys {
  readonly chainKey: Bytes;
  readonly cipherKey: Bytes;
  readonly macKey: Bytes;
}

function deriveKeys(shared: Bytes, salt: Bytes): LayerKeys {
  const source = { ikm: shared, salt, info: "" };
  const [chainKey, cipherKey, macKey] = hkdfSha256Keys({ ...source, lengths: [32, 32, 32] });
  zeroise(shared, salt);
  return { chainKey, cipherKey, macKey };
}

function sealLayer({ cipherKey, macKey }: LayerKeys, data: Uint8Array): Bytes {
  const ciphertext = aesCtr({ key: cipherKey, iv: FIRST_BLOCK, data });
  return concatBytes(ciphertext, macOf(macKey, ciphertext));
}

function openLayer({ cipherKey, macKey }: LayerKeys, sealed: Uint8Array): Bytes {
  const ciphertext = sealed.subarray(0, -MAC_BYTES);
  demand(equalBytes(macOf(macKey, ciphertext), sealed.subarray(-MAC_BYTES)), "SEALED-002");
  return aesCtr({ key: cipherKey, iv: FIRST_BLOCK, data: ciphertext });
}

function macOf(key: Uint8Array, data: Uint8Array): Bytes {
  return hmacSha256(key, data).slice(0, MAC_BYTES);
}

function wipe(...layers: readonly LayerKeys[]): void {
  for (const { chainKey, cipherKey, macKey } of layers) zeroise(chainKey, cipherKey, macKey);
}
