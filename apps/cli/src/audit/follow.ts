import { equalBytes } from "@cloister/bytes";
import { writeAtomically } from "@cloister/keys-file";
import {
  type AuditEvent,
  CompactTree,
  decodeLeaf,
  leafHash,
  type TransparencyCode,
  type VerifiedCheckpoint,
  verifyCheckpoint,
} from "@cloister/transparency";
import type { LogSource } from "./source.ts";

/** What following a log shows, in order. */
export type Followed =
  | { readonly type: "entry"; readonly index: number; readonly event: AuditEvent }
  /** The log has grown to a checkpoint that all entries so far hash to. */
  | { readonly type: "checkpoint"; readonly size: number }
  /** The log does not continue what it showed before; the last thing that is shown. */
  | { readonly type: "broken"; readonly reason: TransparencyCode; readonly size: number };

/** Where to look, from what point, how often. */
export interface FollowInput {
  readonly source: LogSource;
  readonly vkey: string;
  /** A checkpoint that was verified just now; entries after it are shown. */
  readonly from: VerifiedCheckpoint;
  /** The last checkpoint that held is kept here. */
  readonly keptFile: string;
  /** Waits until the next look; false ends it. */
  readonly wait: () => Promise<boolean>;
}

/**
 * Follows a log: keeps the tree's right edge, so that each new checkpoint has to be what was seen, plus the
 * new entries. Any change of what was there before shows.
 */
export async function* follow(input: FollowInput): AsyncGenerator<Followed> {
  const { source, vkey, from, keptFile } = input;
  const tree = new CompactTree();
  for await (const leaf of source.leaves(from.size)) if (tree.size < from.size) tree.append(leafHash(leaf));
  let head = from;
  for (;;) {
    const shownSize = tree.size;
    yield* grow(tree, source, head.size);
    const reason = whatIsWrong(tree, head);
    if (reason !== undefined) {
      yield { type: "broken", reason, size: head.size };
      return;
    }
    if (head.size > shownSize) {
      await writeAtomically(keptFile, head.note);
      yield { type: "checkpoint", size: head.size };
    }
    if (!(await input.wait())) return;
    head = verifyCheckpoint(await source.checkpoint(), [vkey]);
  }
}

async function* grow(tree: CompactTree, source: LogSource, size: number): AsyncGenerator<Followed> {
  if (tree.size >= size) return;
  for await (const leaf of source.leaves(size, tree.size)) {
    // A log at rest shows what is beyond its checkpoint too.
    if (tree.size === size) return;
    const index = tree.size;
    tree.append(leafHash(leaf));
    yield { type: "entry", index, event: decodeLeaf(leaf).event };
  }
}

function whatIsWrong(tree: CompactTree, { size, root }: VerifiedCheckpoint): TransparencyCode | undefined {
  if (size < tree.size) return "CHECKPOINT_ROLLBACK";
  if (tree.size < size) return "LOG_TRUNCATED";
  return equalBytes(tree.root(), root) ? undefined : "CHECKPOINT_FORK";
}
