/**
 * PQXDH (revision 3), and X3DH which it grew from: four or three Diffie-Hellman results, and in PQXDH one KEM
 * secret, become the first keys of a session. `agree` refuses public keys of low order and the all-zero result.
 */
import { concatBytes, zeroise } from "@cloister/bytes";
import { hkdfSha256Keys, kyber1024Decapsulate, kyber1024Encapsulate, type Random } from "@cloister/crypto";
import { agree, encodeKem, generateKeyPair, type KeyPair, rawKem } from "./keys.ts";
import type { IdentityKeyPair, KemPreKey, VerifiedPreKeyBundle } from "./prekeys.ts";
import { broken } from "./rules.ts";
import type { KemFields } from "./wire.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** F (X3DH 2.2, PQXDH 2.2): separates these inputs from XEdDSA's. */
const DOMAIN = new Uint8Array(32).fill(0xff);
const NO_SALT = new Uint8Array();
const X3DH_INFO = "WhisperText";
const PQXDH_INFO = "WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024";

/** Root key, first chain key and, after PQXDH, the initial key of the post-quantum ratchet; 32 bytes each. */
export interface SessionSecrets {
  readonly rootKey: Bytes;
  readonly chainKey: Bytes;
  readonly spqrKey: Bytes | undefined;
}

/** What the initiator sends along: the base key (EK) and in PQXDH the KEM ciphertext, with type bytes. */
export interface Initiation {
  readonly secrets: SessionSecrets;
  readonly baseKey: Bytes;
  readonly kem: KemFields | undefined;
}

/** The initiator's half (X3DH 3.3, PQXDH 3.3); PQXDH if the bundle allows it. @throws BaseError `PQXDH-003`, `KEY-004` */
export function initiate(
  identityKeyPair: IdentityKeyPair,
  bundle: VerifiedPreKeyBundle,
  random: Random,
): Initiation {
  const baseKeyPair = generateKeyPair(random);
  const kem = bundle.kem && { id: bundle.kem.id, ...encapsulate(bundle.kem.publicKey, random) };
  const secrets = derive(
    [
      agree(identityKeyPair.privateKey, bundle.signedPreKey),
      agree(baseKeyPair.privateKey, bundle.identityKey),
      agree(baseKeyPair.privateKey, bundle.signedPreKey),
      ...(bundle.preKey ? [agree(baseKeyPair.privateKey, bundle.preKey)] : []),
    ],
    kem?.sharedSecret,
  );
  zeroise(baseKeyPair.privateKey);
  return {
    secrets,
    baseKey: baseKeyPair.publicKey,
    kem: kem && { kyberPreKeyId: kem.id, kyberCiphertext: encodeKem(kem.ciphertext) },
  };
}

/** The KEM half of what a responder answers with: its own key and the ciphertext from the message. */
export interface Encapsulated {
  readonly kemPreKey: Pick<KemPreKey, "privateKey">;
  readonly kyberCiphertext: Uint8Array;
}

/** The responder's half (X3DH 3.4, PQXDH 3.4). The public keys are attacker-controlled. @throws BaseError `KEY-004` */
export function respond(input: {
  readonly identityKeyPair: IdentityKeyPair;
  readonly signedPreKey: KeyPair;
  readonly oneTimePreKey: KeyPair | undefined;
  readonly kem: Encapsulated | undefined;
  readonly remoteIdentityKey: Uint8Array;
  readonly baseKey: Uint8Array;
}): SessionSecrets {
  const { signedPreKey, oneTimePreKey, baseKey, kem } = input;
  return derive(
    [
      agree(signedPreKey.privateKey, input.remoteIdentityKey),
      agree(input.identityKeyPair.privateKey, baseKey),
      agree(signedPreKey.privateKey, baseKey),
      ...(oneTimePreKey ? [agree(oneTimePreKey.privateKey, baseKey)] : []),
    ],
    kem &&
      kyber1024Decapsulate({
        privateKey: kem.kemPreKey.privateKey,
        ciphertext: rawKem(kem.kyberCiphertext),
      }),
  );
}

function encapsulate(kyberPreKey: Uint8Array, random: Random): ReturnType<typeof kyber1024Encapsulate> {
  const publicKey = rawKem(kyberPreKey);
  try {
    return kyber1024Encapsulate({ publicKey, random });
  } catch (cause) {
    throw broken("PQXDH-003", cause);
  }
}

function derive(agreements: readonly Bytes[], kemSecret: Bytes | undefined): SessionSecrets {
  const parts = kemSecret ? [...agreements, kemSecret] : agreements;
  const ikm = concatBytes(DOMAIN, ...parts);
  const [info, more] = kemSecret ? [PQXDH_INFO, [32]] : [X3DH_INFO, []];
  const source = { ikm, salt: NO_SALT, info };
  const [rootKey, chainKey, spqrKey] = hkdfSha256Keys({ ...source, lengths: [32, 32, ...more] });
  zeroise(ikm, ...parts);
  return { rootKey, chainKey, spqrKey };
}
