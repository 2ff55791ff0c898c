import { BaseError, concatBytes, zeroise } from "@cloister/bytes";
import type { CborMap, FieldReader } from "@cloister/codec";
import {
  aesGcmOpen,
  aesGcmSeal,
  type Ed25519KeyPair,
  ed25519KeyPair,
  hkdfSha256,
  type MlKemKeyPair,
  mlKem1024Decapsulate,
  mlKem1024Encapsulate,
  mlKem1024KeyPair,
  type Random,
  type X25519KeyPair,
  x25519,
  x25519KeyPair,
} from "@cloister/crypto";
import type { RecoverySecret, RecoveryWay } from "./backup-api.ts";
import { phraseEntropy } from "./backup-phrase.ts";

/*
 * Three key pairs follow from a recovery secret, by HKDF alone: it has at least 128 bits. A device keeps the
 * public halves and can make a backup at any time, but open none: somebody who takes the device, or took it
 * before it was revoked, reads no backup that was made after. A backup's key is sealed to X25519 and
 * ML-KEM-1024 together, since what is kept for years has to withstand what is built meanwhile. The third pair
 * (Ed25519) lets its holder replace the account's devices at the relay.
 */

const label = "Cloister recovery v1";
const keyBytesCount = 32;
const kemBytesCount = 1568;
const kemSeedBytesCount = 64;
const sealedKeyBytesCount = 48;
const passkeyBytesCount = 32;
/** The key seals once. */
const nonce = new Uint8Array(12);
const nothing = new Uint8Array(0);
/** In the order that interfaces name them. */
export const recoveryWays = ["phrase", "passkey"] as const;

/** What a recovery secret gives. */
export interface RecoveryKeys {
  readonly agreement: X25519KeyPair;
  readonly kem: MlKemKeyPair;
  readonly authority: Ed25519KeyPair;
}

/** The public halves: whom backups are made for. */
export interface Recipient {
  readonly way: RecoveryWay;
  readonly agreement: Uint8Array;
  readonly kem: Uint8Array;
  readonly authority: Uint8Array;
}

/** A backup's key, sealed for one recipient. */
export interface Stanza {
  readonly way: RecoveryWay;
  /** X25519, 32 bytes. */
  readonly ephemeral: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly sealedKey: Uint8Array;
}

/** @throws BaseError `PHRASE_INVALID`, `PASSKEY_INVALID` */
export function recoveryKeys(secret: RecoverySecret): RecoveryKeys {
  const ikm = secretBytes(secret);
  const derive = (purpose: string, lengthBytes: number) =>
    hkdfSha256({ ikm, salt: nothing, info: `${label} ${secret.way} ${purpose}`, lengthBytes });
  const keys = {
    agreement: x25519KeyPair((count) => derive("agreement", count)),
    kem: mlKem1024KeyPair(() => derive("kem", kemSeedBytesCount)),
    authority: ed25519KeyPair(derive("authority", keyBytesCount)),
  };
  zeroise(ikm);
  return keys;
}

function secretBytes(secret: RecoverySecret): Uint8Array {
  if (secret.way === "phrase") return phraseEntropy(secret.phrase);
  if (secret.key.length === passkeyBytesCount) return secret.key.slice();
  throw new BaseError("Usage", "PASSKEY_INVALID", "this passkey gives no key; use the words instead");
}

export function recipientOf(way: RecoveryWay, { agreement, kem, authority }: RecoveryKeys): Recipient {
  return {
    way,
    agreement: agreement.publicKey,
    kem: kem.publicKey,
    authority: authority.publicKey,
  };
}

/** Overwrites the private halves. */
export function forgetRecoveryKeys({ agreement, kem, authority }: RecoveryKeys): void {
  zeroise(agreement.privateKey, kem.privateKey, authority.privateKey);
}

/** Seals a backup's key so that one recipient opens it. */
export function sealKey(random: Random, recipient: Recipient, key: Uint8Array): Stanza {
  const ephemeral = x25519KeyPair(random);
  const shared = x25519(ephemeral.privateKey, recipient.agreement);
  const { ciphertext, sharedSecret } = mlKem1024Encapsulate({ publicKey: recipient.kem, random });
  const stanza = { way: recipient.way, ephemeral: ephemeral.publicKey, ciphertext };
  const wrapping = wrappingKey({ shared, sharedSecret, stanza, recipient });
  const sealedKey = aesGcmSeal({ key: wrapping, nonce, plaintext: key, associatedData: nothing });
  zeroise(ephemeral.privateKey, shared, sharedSecret, wrapping);
  return { ...stanza, sealedKey };
}

/** Undefined when it was sealed for somebody else. The stanza is attacker-controlled. */
export function openKey(keys: RecoveryKeys, stanza: Stanza): Uint8Array | undefined {
  try {
    const shared = x25519(keys.agreement.privateKey, stanza.ephemeral);
    const { privateKey } = keys.kem;
    const sharedSecret = mlKem1024Decapsulate({ privateKey, ciphertext: stanza.ciphertext });
    const recipient = recipientOf(stanza.way, keys);
    const key = wrappingKey({ shared, sharedSecret, stanza, recipient });
    zeroise(shared, sharedSecret);
    return aesGcmOpen({ key, nonce, ciphertext: stanza.sealedKey, associatedData: nothing });
  } catch {
    return undefined;
  }
}

/** Both secrets, bound to both ciphertexts and both keys they were made for. */
function wrappingKey(input: {
  readonly shared: Uint8Array;
  readonly sharedSecret: Uint8Array;
  readonly stanza: Pick<Stanza, "ephemeral" | "ciphertext">;
  readonly recipient: Recipient;
}): Uint8Array {
  const { shared, sharedSecret, stanza, recipient } = input;
  const ikm = concatBytes(sharedSecret, shared);
  const salt = concatBytes(stanza.ephemeral, stanza.ciphertext, recipient.agreement, recipient.kem);
  const key = hkdfSha256({ ikm, salt, info: `${label} backup key`, lengthBytes: keyBytesCount });
  zeroise(ikm);
  return key;
}

export function stanzaFields({ way, ephemeral, ciphertext, sealedKey }: Stanza): CborMap {
  return { way, ephemeral, ciphertext, sealedKey };
}

/** @throws BaseError family `Decode` */
export function readStanza(map: FieldReader): Stanza {
  return {
    way: map.oneOf("way", recoveryWays),
    ephemeral: map.bytes("ephemeral", { length: keyBytesCount }),
    ciphertext: map.bytes("ciphertext", { length: kemBytesCount }),
    sealedKey: map.bytes("sealedKey", { length: sealedKeyBytesCount }),
  };
}

export function recipientFields({ way, agreement, kem, authority }: Recipient): CborMap {
  return { way, agreement, kem, authority };
}

/** @throws BaseError family `Decode` */
export function readRecipient(map: FieldReader): Recipient {
  return {
    way: map.oneOf("way", recoveryWays),
    agreement: map.bytes("agreement", { length: keyBytesCount }),
    kem: map.bytes("kem", { length: kemBytesCount }),
    authority: map.bytes("authority", { length: keyBytesCount }),
  };
}
