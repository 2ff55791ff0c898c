import { equalBytes } from "@cloister/bytes";
import { type VerifiedCheckpoint, verifyCheckpoint } from "./checkpoint.ts";
import { type AuditEventType, decodeLeaf } from "./leaf.ts";
import { leafHash } from "./merkle.ts";
import { broken, codeOf, type TransparencyCode } from "./rules.ts";
import { CompactTree } from "./tree.ts";

/** A whole log with the checkpoint it is held against. All but the keys is untrusted. */
export interface LogClaim {
  /** Every leaf, in order. */
  readonly leaves: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Signed note. */
  readonly checkpoint: string;
  /** Verifier keys of the log. */
  readonly vkeys: readonly string[];
  /** A checkpoint that was kept from an earlier look: nothing it covers may have changed. */
  readonly savedCheckpoint?: string;
}

/** What was found. `index` is the leaf at which a leaf's own rule was broken. */
export type LogVerdict =
  | {
      readonly verified: true;
      readonly checkpoint: VerifiedCheckpoint;
      readonly counts: ReadonlyMap<AuditEventType, number>;
    }
  | { readonly verified: false; readonly reason: TransparencyCode; readonly index?: number };

/**
 * Rebuilds the tree from the leaves and finds an edit, deletion, insertion, reordering, swapped salt,
 * truncation, fork or replayed checkpoint. Errors of the iterable itself (a lost connection) are thrown.
 */
export async function verifyLog(claim: LogClaim): Promise<LogVerdict> {
  const tree = new CompactTree();
  const counts = new Map<AuditEventType, number>();
  try {
    const { head, saved } = verifyHeads(claim);
    if (saved) requireRoot(tree, saved, "CHECKPOINT_FORK");
    for await (const leaf of claim.leaves) {
      if (tree.size === head.size) throw broken("LOG_SURPLUS");
      const { type } = decodeLeaf(leaf).event;
      counts.set(type, (counts.get(type) ?? 0) + 1);
      tree.append(leafHash(leaf));
      if (saved) requireRoot(tree, saved, "CHECKPOINT_FORK");
    }
    if (tree.size < head.size) throw broken("LOG_TRUNCATED");
    requireRoot(tree, head, "LOG_ROOT");
    return { verified: true, checkpoint: head, counts };
  } catch (error) {
    const reason = codeOf(error);
    return { verified: false, reason, ...(reason.startsWith("LEAF_") ? { index: tree.size } : {}) };
  }
}

function verifyHeads(claim: LogClaim): { head: VerifiedCheckpoint; saved?: VerifiedCheckpoint } {
  const head = verifyCheckpoint(claim.checkpoint, claim.vkeys);
  if (claim.savedCheckpoint === undefined) return { head };
  const saved = verifyCheckpoint(claim.savedCheckpoint, claim.vkeys);
  if (saved.origin !== head.origin) throw broken("CHECKPOINT_ORIGIN");
  if (saved.size > head.size) throw broken("CHECKPOINT_ROLLBACK");
  return { head, saved };
}

/** Compares roots once the tree has grown to the checkpoint's size. */
function requireRoot(tree: CompactTree, at: VerifiedCheckpoint, code: TransparencyCode): void {
  if (tree.size === at.size && !equalBytes(tree.root(), at.root)) throw broken(code);
}
