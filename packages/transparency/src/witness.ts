import { fromBase64, toBase64 } from "@cloister/bytes";
import { type Checkpoint, parseSize, readHead, rootFitsSize } from "./checkpoint.ts";
import { hashBytesCount, verifyConsistency } from "./merkle.ts";
import {
  formatSignatures,
  joinNote,
  type NoteSigner,
  type NoteVerifier,
  parseNote,
  parseVerifierKey,
  signText,
  type UnverifiedNote,
  verifyNote,
} from "./note.ts";
import type { WitnessStore } from "./ports.ts";
import { broken } from "./rules.ts";

const maxProofCount = 63;

/** What a log asks of a witness (C2SP tlog-witness, `add-checkpoint`). */
export interface AddCheckpoint {
  /** Size of the tree that the witness cosigned last, 0 for none. */
  readonly oldSize: number;
  /** Consistency proof from there; empty for `oldSize` 0 and for an equal size. */
  readonly proof: readonly Uint8Array[];
  /** Signed note. */
  readonly checkpoint: string;
}

/** The request's body. */
export function formatAddCheckpoint({ oldSize, proof, checkpoint }: AddCheckpoint): string {
  return [`old ${oldSize}`, ...proof.map(toBase64), "", checkpoint].join("\n");
}

/** Reads a request's body; `text` is untrusted. @throws BaseError `WITNESS_REQUEST` */
export function parseAddCheckpoint(text: string): AddCheckpoint {
  const end = text.indexOf("\n\n");
  const [old = "", ...proof] = text.slice(0, Math.max(end, 0)).split("\n");
  if (!old.startsWith("old ") || proof.length > maxProofCount) throw broken("WITNESS_REQUEST");
  try {
    const oldSize = parseSize(old.slice("old ".length));
    return { oldSize, proof: proof.map(readHash), checkpoint: text.slice(end + 2) };
  } catch (cause) {
    throw broken("WITNESS_REQUEST", cause);
  }
}

function readHash(line: string): Uint8Array {
  const hash = fromBase64(line);
  if (hash.length !== hashBytesCount) throw broken("WITNESS_REQUEST");
  return hash;
}

/** What a witness answers when it does not refuse. */
export type WitnessAnswer =
  /** Signature lines, after the checkpoint became what the next one is held against. */
  | { readonly status: "cosigned"; readonly lines: string }
  /** The log's old size is not that of the tree cosigned last, which is this. */
  | { readonly status: "stale"; readonly size: number };

/**
 * Cosigns checkpoints of the logs that it knows, each only when it continues the one before. Its memory is
 * the store: two instances over one store cannot be played against each other.
 */
export class Witness {
  readonly #logs: readonly NoteVerifier[];
  readonly #cosigners: readonly NoteSigner[];
  readonly #store: WitnessStore;

  /** @param input.logs verifier keys of the logs, each named like the log's origin */
  constructor(input: {
    readonly logs: readonly string[];
    readonly cosigners: readonly NoteSigner[];
    readonly store: WitnessStore;
  }) {
    this.#logs = input.logs.map(parseVerifierKey);
    this.#cosigners = input.cosigners;
    this.#store = input.store;
  }

  /**
   * Judges one request; `body` is untrusted.
   * @throws BaseError `WITNESS_REQUEST` (400), `WITNESS_ORIGIN` (404), `WITNESS_SIGNATURE` (403),
   * `WITNESS_INCONSISTENT` (422)
   */
  addCheckpoint(body: string): WitnessAnswer {
    const { oldSize, proof, checkpoint } = parseAddCheckpoint(body);
    const { note, head } = readCheckpoint(checkpoint);
    const keys = this.#logs.filter(({ name }) => name === head.origin);
    if (keys.length === 0) throw broken("WITNESS_ORIGIN");
    requireSigned(note, keys);
    if (oldSize > head.size) throw broken("WITNESS_REQUEST");
    const before = this.#store.latest(head.origin);
    const last = before === undefined ? undefined : readHead(parseNote(before).unverifiedText);
    if (oldSize !== (last?.size ?? 0)) return { status: "stale", size: last?.size ?? 0 };
    requireContinues({ last, head, proof });

    const cosignatures = signText(note.unverifiedText, this.#cosigners);
    const byLog = note.signatures.filter((line) => keys.some((key) => isOf(line, key)));
    const after = joinNote(note.unverifiedText, [...byLog, ...cosignatures]);
    // No cosignature leaves before the store has what it says.
    if (this.#store.replace({ origin: head.origin, before, after })) {
      return { status: "cosigned", lines: formatSignatures(cosignatures) };
    }
    return this.addCheckpoint(body);
  }

  /** The checkpoint of a log that was cosigned last, with the cosignatures. */
  latest(origin: string): string | undefined {
    return this.#store.latest(origin);
  }

  /** The origins of the logs that it knows. */
  origins(): string[] {
    return [...new Set(this.#logs.map(({ name }) => name))];
  }
}

function readCheckpoint(text: string): { readonly note: UnverifiedNote; readonly head: Checkpoint } {
  try {
    const note = parseNote(text);
    return { note, head: readHead(note.unverifiedText) };
  } catch (cause) {
    throw broken("WITNESS_REQUEST", cause);
  }
}

function requireSigned(note: UnverifiedNote, keys: readonly NoteVerifier[]): void {
  try {
    verifyNote(note, keys);
  } catch (cause) {
    throw broken("WITNESS_SIGNATURE", cause);
  }
}

function isOf(line: { readonly name: string; readonly keyHash: number }, key: NoteVerifier): boolean {
  return line.name === key.name && line.keyHash === key.keyHash;
}

/** The empty tree begins every tree, so nothing is proven about it (the protocol's own rule). */
function requireContinues(input: {
  readonly last: Checkpoint | undefined;
  readonly head: Checkpoint;
  readonly proof: readonly Uint8Array[];
}): void {
  const { last, head, proof } = input;
  try {
    if (!rootFitsSize(head)) throw broken("CHECKPOINT_ROOT");
    if (last === undefined || last.size === 0) {
      if (proof.length > 0) throw broken("MERKLE_PROOF_LENGTH");
      return;
    }
    verifyConsistency({ size1: last.size, size2: head.size, root1: last.root, root2: head.root, proof });
  } catch (cause) {
    throw broken("WITNESS_INCONSISTENT", cause);
  }
}

/**
 * The checkpoint with a witness's answer under it, for `verifyCosignatures`; `lines` is untrusted.
 * @throws BaseError `NOTE_…` when the lines are not signatures alone
 */
export function addSignatureLines(checkpoint: string, lines: string): string {
  const joined = `${checkpoint}${lines}`;
  if (parseNote(joined).unverifiedText !== parseNote(checkpoint).unverifiedText) throw broken("NOTE_FORMAT");
  return joined;
}
