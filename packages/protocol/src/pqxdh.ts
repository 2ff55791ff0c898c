/**
 * PQXDH (revision 3): four or three Diffie-Hellman results and one KEM secret become the first keys of a
 * session. `agree` refuses public keys of low order and the all-zero result.
 */
import { concatBytes, zeroise } from "@cloister/bytes";
import { hkdfSha256, kyber1024Decapsulate, kyber1024Encapsulate, type Random } from "@cloister/crypto";
import { agree, encodeKem, generateKeyPair, type KeyPair, rawKem } from "./keys.ts";
import type { IdentityKeyPair, KemPreKey, VerifiedPreKeyBundle } from "./prekeys.ts";
import { broken } from "./rules.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** F (PQXDH 2.2): separates these inputs from XEdDSA's. */
const DOMAIN = new Uint8Array(32).fill(0xff);
const ZERO_SALT = new Uint8Array(32);
const INFO = "WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024";

/** Root key, first chain key and initial key of the post-quantum ratchet, 32 bytes each. */
export interface SessionSecrets {
  readonly rootKey: Bytes;
  readonly chainKey: Bytes;
  readonly spqrKey: Bytes;
}

/** What the initiator sends along: the base key (EK) and the KEM ciphertext, with type bytes. */
export interface Initiation {
  readonly secrets: SessionSecrets;
  readonly baseKey: Bytes;
  readonly kyberCiphertext: Bytes;
}

/** The initiator's half (PQXDH 3.3). @throws BaseError `PQXDH-003`, `KEY-004` */
export function initiate(
  identityKeyPair: IdentityKeyPair,
  bundle: VerifiedPreKeyBundle,
  random: Random,
): Initiation {
  const baseKeyPair = generateKeyPair(random);
  const kem = encapsulate(bundle.kyberPreKey, random);
  const secrets = derive([
    agree(identityKeyPair.privateKey, bundle.signedPreKey),
    agree(baseKeyPair.privateKey, bundle.identityKey),
    agree(baseKeyPair.privateKey, bundle.signedPreKey),
    ...(bundle.preKey ? [agree(baseKeyPair.privateKey, bundle.preKey)] : []),
    kem.sharedSecret,
  ]);
  zeroise(baseKeyPair.privateKey);
  return { secrets, baseKey: baseKeyPair.publicKey, kyberCiphertext: encodeKem(kem.ciphertext) };
}

/** The responder's half (PQXDH 3.4). The public keys are attacker-controlled. @throws BaseError `KEY-004` */
export function respond(input: {
  readonly identityKeyPair: IdentityKeyPair;
  readonly signedPreKey: KeyPair;
  readonly oneTimePreKey: KeyPair | undefined;
  readonly kemPreKey: Pick<KemPreKey, "privateKey">;
  readonly remoteIdentityKey: Uint8Array;
  readonly baseKey: Uint8Array;
  readonly kyberCiphertext: Uint8Array;
}): SessionSecrets {
  const { signedPreKey, oneTimePreKey, baseKey } = input;
  return derive([
    agree(signedPreKey.privateKey, input.remoteIdentityKey),
    agree(input.identityKeyPair.privateKey, baseKey),
    agree(signedPreKey.privateKey, baseKey),
    ...(oneTimePreKey ? [agree(oneTimePreKey.privateKey, baseKey)] : []),
    kyber1024Decapsulate({
      privateKey: input.kemPreKey.privateKey,
      ciphertext: rawKem(input.kyberCiphertext),
    }),
  ]);
}

function encapsulate(kyberPreKey: Uint8Array, random: Random): ReturnType<typeof kyber1024Encapsulate> {
  const publicKey = rawKem(kyberPreKey);
  try {
    return kyber1024Encapsulate({ publicKey, random });
  } catch (cause) {
    throw broken("PQXDH-003", cause);
  }
}

function derive(parts: readonly Bytes[]): SessionSecrets {
  const ikm = concatBytes(DOMAIN, ...parts);
  const keys = hkdfSha256({ ikm, salt: ZERO_SALT, info: INFO, lengthBytes: 96 });
  const secrets = { rootKey: keys.slice(0, 32), chainKey: keys.slice(32, 64), spqrKey: keys.slice(64) };
  zeroise(ikm, keys, ...parts);
  return secrets;
}
