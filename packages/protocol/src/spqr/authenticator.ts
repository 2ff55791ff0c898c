/** Authenticates the key agreement with keys that the session and every finished epoch contributed to. */
import { concatBytes, toUtf8, uint64, zeroise } from "@cloister/bytes";
import { hkdfSha256, hkdfSha256Keys, hmacSha256 } from "@cloister/crypto";

type Bytes = Uint8Array<ArrayBuffer>;

const PROTOCOL = "Signal_PQCKA_V1_MLKEM768:";
const UPDATE = toUtf8(`${PROTOCOL}Authenticator Update`);
const HEADER = toUtf8(`${PROTOCOL}ekheader`);
const CIPHERTEXT = toUtf8(`${PROTOCOL}ciphertext`);
const SECRET = toUtf8(`${PROTOCOL}SCKA Key`);
const ZEROS = new Uint8Array(32);
const NO_SALT = new Uint8Array();

/** Both 32 bytes. */
export interface Authenticator {
  readonly root: Bytes;
  readonly mac: Bytes;
}

/** The first state, from the session's initial key. */
export function startAuthenticator(initialKey: Uint8Array): Authenticator {
  return updateAuthenticator({ root: ZEROS, mac: ZEROS }, 1n, initialKey);
}

/** The state after `epoch` contributed its secret. The old one is for the caller to erase. */
export function updateAuthenticator(
  { root }: Authenticator,
  epoch: bigint,
  secret: Uint8Array,
): Authenticator {
  const ikm = concatBytes(root, secret);
  const info = concatBytes(UPDATE, uint64(epoch));
  const [nextRoot, mac] = hkdfSha256Keys({ ikm, salt: NO_SALT, info, lengths: [32, 32] });
  zeroise(ikm);
  return { root: nextRoot, mac };
}

/** Every secret in it. */
export function authenticatorSecrets({ root, mac }: Authenticator): Bytes[] {
  return [root, mac];
}

/** Under the state that the epoch before left; 32 bytes. */
export function headerMac({ mac }: Authenticator, epoch: bigint, header: Uint8Array): Bytes {
  return hmacSha256(mac, concatBytes(HEADER, uint64(epoch), header));
}

/** Under the state that this epoch's own secret has updated; 32 bytes. `ciphertext` is ct1 || ct2. */
export function ciphertextMac({ mac }: Authenticator, epoch: bigint, ciphertext: Uint8Array): Bytes {
  return hmacSha256(mac, concatBytes(CIPHERTEXT, uint64(epoch), ciphertext));
}

/** What an epoch contributes, from its ML-KEM secret, which is overwritten; 32 bytes. */
export function epochSecret(sharedSecret: Bytes, epoch: bigint): Bytes {
  const info = concatBytes(SECRET, uint64(epoch));
  const secret = hkdfSha256({ ikm: sharedSecret, salt: NO_SALT, info, lengthBytes: 32 });
  zeroise(sharedSecret);
  return secret;
}
