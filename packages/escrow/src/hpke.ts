/** HPKE (RFC 9180), base mode, single shot: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. */
import { concatBytes, isBaseError, toUtf8, uint16, zeroise } from "@cloister/bytes";
import {
  aesGcmOpen,
  aesGcmSeal,
  hmacSha256,
  type Random,
  x25519,
  x25519KeyPair,
  x25519PublicKey,
} from "@cloister/crypto";
import { broken } from "./rules.ts";

const keyBytesCount = 32;
const nonceBytesCount = 12;
const empty = new Uint8Array();
const version = toUtf8("HPKE-v1");
const kemSuite = concatBytes(toUtf8("KEM"), uint16(0x0020));
const suite = concatBytes(toUtf8("HPKE"), uint16(0x0020), uint16(0x0001), uint16(0x0002));

/** What binds a sealed text to its use: both sides name the same. */
export interface HpkeUse {
  readonly info: Uint8Array;
  readonly associatedData: Uint8Array;
}

/**
 * Seals to an X25519 public key.
 * @returns encapsulated key (32 bytes), ciphertext, tag (16 bytes)
 * @throws BaseError `HPKE_KEY`
 */
export function hpkeSeal(
  input: HpkeUse & {
    readonly publicKey: Uint8Array;
    readonly plaintext: Uint8Array;
    readonly random: Random;
  },
): Uint8Array<ArrayBuffer> {
  const { publicKey, plaintext, associatedData, random } = input;
  const ephemeral = x25519KeyPair(random);
  const shared = agree(ephemeral.privateKey, publicKey);
  const keys = schedule({ shared, encapsulated: ephemeral.publicKey, publicKey, info: input.info });
  const ciphertext = aesGcmSeal({ ...keys, plaintext, associatedData });
  zeroise(ephemeral.privateKey, shared, keys.key);
  return concatBytes(ephemeral.publicKey, ciphertext);
}

/**
 * Opens what {@link hpkeSeal} gave.
 * @param input.sealed attacker-controlled
 * @throws BaseError `HPKE_OPEN`
 */
export function hpkeOpen(
  input: HpkeUse & { readonly privateKey: Uint8Array; readonly sealed: Uint8Array },
): Uint8Array<ArrayBuffer> {
  const { privateKey, sealed, associatedData } = input;
  const encapsulated = sealed.subarray(0, keyBytesCount);
  try {
    const shared = agree(privateKey, encapsulated);
    const keys = schedule({ shared, encapsulated, publicKey: x25519PublicKey(privateKey), info: input.info });
    const plaintext = aesGcmOpen({ ...keys, ciphertext: sealed.subarray(keyBytesCount), associatedData });
    zeroise(shared, keys.key);
    return plaintext;
  } catch (cause) {
    if (isBaseError(cause)) throw broken("HPKE_OPEN", cause);
    throw cause;
  }
}

function agree(privateKey: Uint8Array, publicKey: Uint8Array): Uint8Array<ArrayBuffer> {
  try {
    return x25519(privateKey, publicKey);
  } catch (cause) {
    throw broken("HPKE_KEY", cause);
  }
}

/** Sections 4.1 and 5.1. */
function schedule(input: {
  readonly shared: Uint8Array;
  readonly encapsulated: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly info: Uint8Array;
}) {
  const { shared, encapsulated, publicKey, info } = input;
  const kem = { suiteId: kemSuite, lengthBytes: keyBytesCount };
  const agreed = extract({ ...kem, label: "eae_prk", salt: empty, ikm: shared });
  const sharedSecret = expand({
    ...kem,
    label: "shared_secret",
    secret: agreed,
    info: concatBytes(encapsulated, publicKey),
  });
  const context = concatBytes(
    Uint8Array.of(0),
    extract({ suiteId: suite, label: "psk_id_hash", salt: empty, ikm: empty }),
    extract({ suiteId: suite, label: "info_hash", salt: empty, ikm: info }),
  );
  const secret = extract({ suiteId: suite, label: "secret", salt: sharedSecret, ikm: empty });
  const from = { suiteId: suite, secret, info: context };
  const key = expand({ ...from, label: "key", lengthBytes: keyBytesCount });
  const nonce = expand({ ...from, label: "base_nonce", lengthBytes: nonceBytesCount });
  zeroise(agreed, sharedSecret, secret);
  return { key, nonce };
}

interface Labelled {
  readonly suiteId: Uint8Array;
  readonly label: string;
}

function extract({
  suiteId,
  label,
  salt,
  ikm,
}: Labelled & { readonly salt: Uint8Array; readonly ikm: Uint8Array }) {
  return hmacSha256(salt, version, suiteId, toUtf8(label), ikm);
}

/** One block of HKDF-Expand is enough for everything here. */
function expand(
  input: Labelled & { readonly secret: Uint8Array; readonly info: Uint8Array; readonly lengthBytes: number },
): Uint8Array<ArrayBuffer> {
  const { suiteId, label, secret, info, lengthBytes } = input;
  const labelled = [uint16(lengthBytes), version, suiteId, toUtf8(label), info];
  return hmacSha256(secret, ...labelled, Uint8Array.of(1)).slice(0, lengthBytes);
}
