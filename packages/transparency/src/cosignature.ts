import { concatBytes, fromUtf8, readUint64, toUtf8, uint64 } from "@cloister/bytes";
import { ed25519KeyPair, ed25519Sign, ed25519Verify } from "@cloister/crypto";
import { mlDsa44KeyPair, mlDsa44Sign, mlDsa44Verify } from "@cloister/crypto/ml-dsa-44";
import { type Checkpoint, parseCheckpointText } from "./checkpoint.ts";
import {
  formatVerifierKey,
  type NoteSigner,
  noteKeyHash,
  noteTypes,
  parseNote,
  readVerifierKey,
} from "./note.ts";
import type { Clock } from "./ports.ts";
import { broken } from "./rules.ts";

/** Which key a witness cosigns with. */
export type CosignatureAlgorithm = "ed25519" | "ml-dsa-44";

const timestampBytesCount = 8;
const subtreeLabel = toUtf8("subtree/v1\n\0");

/** One verified cosignature. */
export interface Cosignature {
  /** Name of the witness's key. */
  readonly name: string;
  /** Verifier key text. */
  readonly vkey: string;
  /** Milliseconds since 1970, in whole seconds, as the witness says it. */
  readonly atMs: number;
}

/** A signer whose signatures are cosignatures: they hold the time, so it needs a clock. */
export interface Cosigner extends NoteSigner {
  readonly vkey: string;
}

/**
 * A cosigner (C2SP tlog-cosignature). It signs a checkpoint's text; that the tree only grew is for
 * {@link Witness} to check before.
 * @param input.seed 32 bytes; stays in the caller's hands
 * @throws BaseError `VKEY_NAME`, `CRYPTO_LENGTH`
 */
export function cosigner(input: {
  readonly name: string;
  readonly seed: Uint8Array;
  readonly algorithm: CosignatureAlgorithm;
  readonly clock: Clock;
}): Cosigner {
  const { name, clock } = input;
  const { type, publicKey, sign } = signingKey(input);
  return {
    name,
    keyHash: noteKeyHash({ name, type, publicKey }),
    vkey: formatVerifierKey(name, publicKey, type),
    sign: (text) => {
      const seconds = Math.floor(clock() / 1000);
      return concatBytes(uint64(seconds), sign(text, seconds));
    },
  };
}

function signingKey({ name, seed, algorithm }: Parameters<typeof cosigner>[0]) {
  if (algorithm === "ed25519") {
    const { publicKey } = ed25519KeyPair(seed);
    const sign = (text: Uint8Array, seconds: number) => ed25519Sign(seed, ed25519Message(text, seconds));
    return { type: noteTypes.ed25519Cosignature, publicKey, sign };
  }
  const { publicKey, privateKey } = mlDsa44KeyPair(seed);
  const sign = (text: Uint8Array, seconds: number) =>
    mlDsa44Sign(privateKey, subtreeMessage(name, parseCheckpointText(fromUtf8(text)), seconds));
  return { type: noteTypes.mlDsa44Cosignature, publicKey, sign };
}

function ed25519Message(text: Uint8Array, seconds: number): Uint8Array {
  return concatBytes(toUtf8(`cosignature/v1\ntime ${seconds}\n`), text);
}

/** `cosigned_message` for the whole tree, in the presentation language of RFC 8446. */
function subtreeMessage(name: string, { origin, size, root }: Checkpoint, seconds: number): Uint8Array {
  const [cosignerName, logOrigin] = [toUtf8(name), toUtf8(origin)];
  if (cosignerName.length > 255 || logOrigin.length > 255) throw broken("COSIGNATURE_NAME");
  return concatBytes(
    subtreeLabel,
    Uint8Array.of(cosignerName.length),
    cosignerName,
    uint64(seconds),
    Uint8Array.of(logOrigin.length),
    logOrigin,
    uint64(0),
    uint64(size),
    root,
  );
}

/** Checks the cosignatures of one witness's key. */
export interface CosignatureKey {
  readonly name: string;
  readonly keyHash: number;
  readonly vkey: string;
  /** 32 bytes, 1,312 for ML-DSA-44: what makes two keys the same. */
  readonly publicKey: Uint8Array;
  /** Milliseconds since 1970 when the cosignature (time and signature) is one of `text`, else nothing. */
  verify(text: string, cosignature: Uint8Array): number | undefined;
}

/**
 * Reads a witness's verifier key: Ed25519 (type 0x04) or ML-DSA-44 (0x06).
 * @throws BaseError `VKEY_FORMAT`, `VKEY_NAME`, `VKEY_ALGORITHM`, `VKEY_HASH`
 */
export function parseCosignatureKey(vkey: string): CosignatureKey {
  const { name, keyHash, type, publicKey } = readVerifierKey(vkey);
  if (type === noteTypes.ed25519) throw broken("VKEY_ALGORITHM");
  const verifies = (text: string, seconds: number, signature: Uint8Array) =>
    type === noteTypes.ed25519Cosignature
      ? ed25519Verify({ publicKey, message: ed25519Message(toUtf8(text), seconds), signature })
      : mlDsa44Verify({
          publicKey,
          message: subtreeMessage(name, parseCheckpointText(text), seconds),
          signature,
        });
  return {
    name,
    keyHash,
    vkey,
    publicKey,
    verify: (text, cosignature) => {
      if (cosignature.length <= timestampBytesCount) return undefined;
      const seconds = Number(readUint64(cosignature));
      // A time of zero states nothing about the largest tree.
      if (!Number.isSafeInteger(seconds * 1000) || seconds === 0) return undefined;
      const signature = cosignature.subarray(timestampBytesCount);
      return verifies(text, seconds, signature) ? seconds * 1000 : undefined;
    },
  };
}

/**
 * The cosignatures on a checkpoint by known witnesses; those of other keys are ignored. The note's text is
 * not verified by this: that takes the log's key.
 * @param note signed note; untrusted
 * @throws BaseError `NOTE_…` when the note is malformed, `COSIGNATURE_INVALID` when a known key's line is not
 * its cosignature, `CHECKPOINT_…` when the text is no checkpoint
 */
export function verifyCosignatures(note: string, keys: readonly CosignatureKey[]): Cosignature[] {
  const { unverifiedText: text, signatures } = parseNote(note);
  return signatures.flatMap(({ name, keyHash, signature }) => {
    const [key, second] = keys.filter((known) => known.name === name && known.keyHash === keyHash);
    if (second !== undefined) throw broken("NOTE_KEY_AMBIGUOUS");
    if (key === undefined) return [];
    const atMs = key.verify(text, signature);
    if (atMs === undefined) throw broken("COSIGNATURE_INVALID");
    return [{ name, vkey: key.vkey, atMs }];
  });
}
