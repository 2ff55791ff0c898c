/**
 * The key agreement of ML-KEM Braid, one epoch after the other. In each, one side owns an ML-KEM key and
 * the other encapsulates to it; they swap for the next. Key and ciphertext cross in chunks, one a message.
 *
 * Names are those of the published state machine. The first five belong to the key's owner, the others to
 * the encapsulating side.
 */
import type { Authenticator } from "./authenticator.ts";
import { authenticatorSecrets } from "./authenticator.ts";
import type { Chunk, Encoder } from "./erasure-code.ts";
import type { SpqrRole } from "./key-schedule.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** rho || H(ek), 64 bytes, and its MAC. */
export const HEADER_BYTES = 96;
export const VECTOR_BYTES = 1152;
export const CT1_BYTES = 960;
/** 128 bytes, and the ciphertext's MAC. */
export const CT2_BYTES = 160;

interface Common {
  /** The agreement in progress, from 1. */
  readonly epoch: bigint;
  readonly authenticator: Authenticator;
}

/**
 * Where a side stands. The key is held as its seed of 64 bytes and expanded the two times that an epoch
 * needs it: a stored session is 2.3 kB smaller, and there is less to erase. `message` is the secret m of
 * the encapsulation, erased once the whole ciphertext is made.
 */
export type Braid = Common &
  (
    | { readonly kind: "keys-unsampled" }
    | { readonly kind: "keys-sampled"; readonly seed: Bytes; readonly header: Encoder }
    /** ct1 began to arrive, so the header did. */
    | {
        readonly kind: "header-sent";
        readonly seed: Bytes;
        readonly vector: Encoder;
        readonly ct1: readonly Chunk[];
      }
    | { readonly kind: "ct1-received"; readonly seed: Bytes; readonly vector: Encoder; readonly ct1: Bytes }
    /** ct2 began to arrive, so the vector did. */
    | {
        readonly kind: "vector-sent";
        readonly seed: Bytes;
        readonly ct1: Bytes;
        readonly ct2: readonly Chunk[];
      }
    | { readonly kind: "no-header-received"; readonly header: readonly Chunk[] }
    | { readonly kind: "header-received"; readonly header: Bytes }
    | {
        readonly kind: "ct1-sampled";
        readonly header: Bytes;
        readonly message: Bytes;
        readonly ct1: Encoder;
        readonly vector: readonly Chunk[];
      }
    /** The vector is complete; whether ct1 is at the other side is not known yet. */
    | { readonly kind: "vector-received"; readonly ct1: Encoder; readonly ct2: Bytes }
    | {
        readonly kind: "ct1-acknowledged";
        readonly header: Bytes;
        readonly message: Bytes;
        readonly ct1: Bytes;
        readonly vector: readonly Chunk[];
      }
    | { readonly kind: "ct2-sampled"; readonly ct2: Encoder }
  );

/** A state by its name. */
export type BraidIn<K extends Braid["kind"]> = Extract<Braid, { readonly kind: K }>;

/** A step: the next state, the secret of a chain epoch if the step made one, and what became obsolete. */
export interface BraidStep {
  readonly braid: Braid;
  /** 32 bytes for chain epoch `braid.epoch` of the state before; overwrite it once used. */
  readonly secret?: Bytes;
  readonly erase: readonly Bytes[];
}

/** Epoch 1, in which who began the session owns the key. */
export function startBraid(authenticator: Authenticator, role: SpqrRole): Braid {
  const common = { epoch: 1n, authenticator };
  return role === "initiator"
    ? { kind: "keys-unsampled", ...common }
    : { kind: "no-header-received", ...common, header: [] };
}

/** Every secret in a state. */
export function braidSecrets(braid: Braid): Bytes[] {
  const secrets = authenticatorSecrets(braid.authenticator);
  if ("seed" in braid) secrets.push(braid.seed);
  if ("message" in braid) secrets.push(braid.message);
  return secrets;
}
