import { equalBytes, fromBase64, toBase64 } from "@cloister/bytes";
import { emptyRoot, hashBytesCount, verifyConsistency } from "./merkle.ts";
import { type NoteSigner, parseNote, parseVerifierKey, signNote, verifyNote } from "./note.ts";
import { broken } from "./rules.ts";

/** The head of a log: what a checkpoint says (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Names the log. */
  readonly origin: string;
  /** How many leaves, below 2^53. */
  readonly size: number;
  /** 32 bytes. */
  readonly root: Uint8Array;
}

declare const verified: unique symbol;

/** A checkpoint that the log's key signed. Only {@link verifyCheckpoint} makes one. */
export interface VerifiedCheckpoint extends Checkpoint {
  /** The signed note as it was received: keep this to hold later checkpoints against it. */
  readonly note: string;
  readonly [verified]: true;
}

/**
 * Reads a checkpoint's text, without signatures. Extension lines are checked for form and dropped.
 * @throws BaseError `CHECKPOINT_FORMAT`, `CHECKPOINT_SIZE`, `CHECKPOINT_ROOT`
 */
export function parseCheckpointText(text: string): Checkpoint {
  const head = readHead(text);
  if (!rootFitsSize(head)) throw broken("CHECKPOINT_ROOT");
  return head;
}

/**
 * Reads a checkpoint's text and leaves open whether the root fits the size: a witness must say which it was.
 * @throws BaseError as {@link parseCheckpointText}
 */
export function readHead(text: string): Checkpoint {
  const lines = text.split("\n");
  const [origin, size, root] = lines;
  if (lines.pop() !== "" || lines.includes("") || origin === undefined || !size || !root) {
    throw broken("CHECKPOINT_FORMAT");
  }
  return { origin, size: parseSize(size), root: parseRoot(root) };
}

/** Whether the root of an empty tree is that of the empty tree. */
export function rootFitsSize({ size, root }: Checkpoint): boolean {
  return size > 0 || equalBytes(root, emptyRoot);
}

/** Reads a tree size: decimal, no leading zeros, below 2^53. @throws BaseError `CHECKPOINT_SIZE` */
export function parseSize(text: string): number {
  const size = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(size)) throw broken("CHECKPOINT_SIZE");
  return size;
}

function parseRoot(text: string): Uint8Array {
  let root: Uint8Array;
  try {
    root = fromBase64(text);
  } catch (cause) {
    throw broken("CHECKPOINT_ROOT", cause);
  }
  if (root.length !== hashBytesCount) throw broken("CHECKPOINT_ROOT");
  return root;
}

/**
 * The checkpoint's text, without signatures.
 * @throws BaseError as {@link parseCheckpointText} when the head is not one
 */
function formatCheckpointText({ origin, size, root }: Checkpoint): string {
  const text = `${origin}\n${size}\n${toBase64(root)}\n`;
  if (parseCheckpointText(text).origin !== origin) throw broken("CHECKPOINT_FORMAT");
  return text;
}

/** A checkpoint of the log named like its signer, as a signed note. */
export function signCheckpoint(signer: NoteSigner, head: Omit<Checkpoint, "origin">): string {
  return signNote(formatCheckpointText({ origin: signer.name, ...head }), [signer]);
}

/**
 * Verifies a signed checkpoint with the verifier keys of the log it is expected from. The origin must be
 * the name of a key that signed, so that one log's key cannot speak for another.
 * @throws BaseError with a `VKEY_…`, `NOTE_…` or `CHECKPOINT_…` code
 */
export function verifyCheckpoint(note: string, vkeys: readonly string[]): VerifiedCheckpoint {
  const { text, signers } = verifyNote(parseNote(note), vkeys.map(parseVerifierKey));
  const head = parseCheckpointText(text);
  if (!signers.includes(head.origin)) throw broken("CHECKPOINT_ORIGIN");
  return { ...head, note } as VerifiedCheckpoint;
}

/**
 * Returns when two checkpoints of one log fit together, whichever came first.
 * @param proof consistency proof from the smaller to the larger tree; not needed for equal sizes or size 0
 * @throws BaseError `CHECKPOINT_ORIGIN`, `CHECKPOINT_FORK`, `CHECKPOINT_UNPROVEN`, or a `MERKLE_…` code
 */
export function verifyTogether(
  a: VerifiedCheckpoint,
  b: VerifiedCheckpoint,
  proof?: readonly Uint8Array[],
): void {
  if (a.origin !== b.origin) throw broken("CHECKPOINT_ORIGIN");
  const [older, newer] = a.size <= b.size ? [a, b] : [b, a];
  if (older.size === newer.size) {
    if (!equalBytes(older.root, newer.root)) throw broken("CHECKPOINT_FORK");
    return;
  }
  // The empty tree begins every tree; its root was checked when the checkpoint was read.
  if (older.size === 0) return;
  if (proof === undefined) throw broken("CHECKPOINT_UNPROVEN");
  verifyConsistency({
    size1: older.size,
    size2: newer.size,
    root1: older.root,
    root2: newer.root,
    proof,
  });
}
