import { fromBase64, toBase64 } from "@cloister/bytes";
import { parseSize } from "./checkpoint.ts";
import { hashBytesCount, leafHash, verifyInclusion } from "./merkle.ts";
import { type Policy, verifyWitnessed, type WitnessedCheckpoint } from "./policy.ts";
import { broken } from "./rules.ts";

const header = "c2sp.org/tlog-proof@v1";
const maxProofCount = 63;

/** A proof that something is in a log, which anyone with a policy can check offline (C2SP tlog-proof). */
export interface TlogProof {
  readonly index: number;
  readonly proof: readonly Uint8Array[];
  /** Signed note, with cosignatures. */
  readonly checkpoint: string;
  /** What the proof does not cover; Cloister puts the leaf here where its reader may have it. */
  readonly extra?: Uint8Array;
}

/** The text of a proof, for a file named `….tlog-proof`. */
export function formatTlogProof({ index, proof, checkpoint, extra }: TlogProof): string {
  const lines = [
    header,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${index}`,
    ...proof.map(toBase64),
  ];
  return `${lines.join("\n")}\n\n${checkpoint}`;
}

/** Takes a proof apart; nothing in it is verified. @throws BaseError `PROOF_FORMAT` */
export function parseTlogProof(text: string): TlogProof {
  const end = text.indexOf("\n\n");
  const [first, ...lines] = text.slice(0, Math.max(end, 0)).split("\n");
  const extra = lines[0]?.startsWith("extra ") ? lines.shift()?.slice("extra ".length) : undefined;
  const index = lines.shift();
  if (first !== header || !index?.startsWith("index ") || lines.length > maxProofCount) {
    throw broken("PROOF_FORMAT");
  }
  try {
    return {
      index: parseSize(index.slice("index ".length)),
      proof: lines.map(readHash),
      checkpoint: text.slice(end + 2),
      ...(extra === undefined ? {} : { extra: fromBase64(extra) }),
    };
  } catch (cause) {
    throw broken("PROOF_FORMAT", cause);
  }
}

function readHash(line: string): Uint8Array {
  const hash = fromBase64(line);
  if (hash.length !== hashBytesCount) throw broken("PROOF_FORMAT");
  return hash;
}

/**
 * Verifies that `leaf` is in a log under a policy.
 * @param input.vkeys as in {@link verifyWitnessed}
 * @throws BaseError `PROOF_FORMAT`, a `MERKLE_…` code, or as {@link verifyWitnessed}
 */
export function verifyTlogProof(input: {
  readonly text: string;
  readonly leaf: Uint8Array;
  readonly policy: Policy;
  readonly vkeys?: readonly string[];
}): WitnessedCheckpoint & { readonly index: number } {
  const { index, proof, checkpoint: note } = parseTlogProof(input.text);
  const witnessed = verifyWitnessed(note, input.policy, input.vkeys);
  const { size, root } = witnessed.checkpoint;
  verifyInclusion({ leafHash: leafHash(input.leaf), index, size, proof, root });
  return { ...witnessed, index };
}
