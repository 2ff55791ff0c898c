import { open } from "node:fs/promises";
import {
  BaseError,
  concatBytes,
  fromHex,
  isBaseError,
  toHex,
  toUtf8,
  uint32,
  zeroise,
} from "@cloister/bytes";
import { aesGcmOpen, aesGcmSeal, hkdfSha256, x25519, x25519KeyPair, x25519PublicKey } from "@cloister/crypto";
import { systemRandom } from "@cloister/crypto/random";

type Bytes = Uint8Array<ArrayBuffer>;

const chunkBytesCount = 1_048_576;
const tagBytesCount = 16;

/** One backup's key: everything in it is sealed under this, file and chunk by nonce. */
export interface BackupKey {
  readonly key: Bytes;
  /** X25519, hexadecimal: what its owner finds the key again with. */
  readonly ephemeral: string;
}

/** A key for a new backup, which only the recipient's private key gives again. X25519, HKDF-SHA256. */
export function newBackupKey(recipient: Uint8Array): BackupKey {
  const { privateKey, publicKey } = x25519KeyPair(systemRandom);
  const key = derive(x25519(privateKey, recipient), publicKey, recipient);
  zeroise(privateKey);
  return { key, ephemeral: toHex(publicKey) };
}

/** The key of a backup. @throws BaseError `BACKUP_FORMAT` */
export function findBackupKey(privateKey: Uint8Array, ephemeral: string): BackupKey {
  if (!/^[0-9a-f]{64}$/.test(ephemeral)) throw damaged();
  const publicKey = fromHex(ephemeral);
  return { key: derive(x25519(privateKey, publicKey), publicKey, x25519PublicKey(privateKey)), ephemeral };
}

function derive(shared: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array): Bytes {
  const key = hkdfSha256({
    ikm: shared,
    salt: concatBytes(ephemeral, recipient),
    info: "Cloister backup v1",
    lengthBytes: 32,
  });
  zeroise(shared);
  return key;
}

/**
 * Seals a file in chunks of 1 MiB that open in their order only, under AES-256-GCM (STREAM). Durable when it
 * returns. `number` is the file's own in this backup.
 */
export async function sealFile(input: {
  readonly from: string;
  readonly to: string;
  readonly key: Uint8Array;
  readonly number: number;
}): Promise<void> {
  const { key, number } = input;
  await rewrite(input, chunkBytesCount, (plaintext, nonce) =>
    aesGcmSeal({ key, nonce: nonceOf(number, nonce), plaintext, associatedData: label }),
  );
}

/** Opens what {@link sealFile} gave. The sealed bytes are attacker-controlled. @throws BaseError `BACKUP_DAMAGED` */
export async function openFile(input: {
  readonly from: string;
  readonly to: string;
  readonly key: Uint8Array;
  readonly number: number;
}): Promise<void> {
  const { key, number } = input;
  await rewrite(input, chunkBytesCount + tagBytesCount, (ciphertext, nonce) => {
    try {
      return aesGcmOpen({ key, nonce: nonceOf(number, nonce), ciphertext, associatedData: label });
    } catch (cause) {
      if (isBaseError(cause, "DECRYPT_FAILED")) throw damaged(cause);
      throw cause;
    }
  });
}

const label = toUtf8("Cloister backup v1");

interface Place {
  readonly chunk: number;
  readonly isLast: boolean;
}

function nonceOf(file: number, { chunk, isLast }: Place): Bytes {
  return concatBytes(uint32(file), uint32(chunk), uint32(isLast ? 1 : 0));
}

async function rewrite(
  { from, to }: { readonly from: string; readonly to: string },
  bytesCount: number,
  change: (chunk: Uint8Array, place: Place) => Uint8Array,
): Promise<void> {
  const [source, target] = await Promise.all([open(from, "r"), open(to, "wx", 0o600)]);
  try {
    const { size } = await source.stat();
    const chunksCount = Math.max(1, Math.ceil(size / bytesCount));
    const buffer = new Uint8Array(bytesCount);
    for (let chunk = 0; chunk < chunksCount; chunk += 1) {
      const wanted = Math.min(bytesCount, size - chunk * bytesCount);
      const { bytesRead } = await source.read(buffer, 0, wanted, chunk * bytesCount);
      if (bytesRead < wanted) throw damaged();
      const place = { chunk, isLast: chunk === chunksCount - 1 };
      await target.writeFile(change(buffer.slice(0, wanted), place));
    }
    await target.sync();
  } finally {
    await Promise.all([source.close(), target.close()]);
  }
}

function damaged(cause?: unknown): BaseError {
  const message = "the backup is damaged, incomplete, or sealed for another key; use another copy or key";
  return new BaseError("Verification", "BACKUP_DAMAGED", message, { cause });
}
