import { readFile } from "node:fs/promises";
import { BaseError, toBase64 } from "@cloister/bytes";
import { writeAtomically } from "@cloister/keys-file";
import { type LogVerdict, transparencyRules, verifyCheckpoint, verifyLog } from "@cloister/transparency";
import { exists } from "../files.ts";
import type { LogSource } from "./source.ts";

/** What an audit found, as --json prints it. */
export type AuditResult =
  | {
      readonly verified: true;
      readonly source: string;
      readonly origin: string;
      readonly size: number;
      /** Base64. */
      readonly root: string;
      readonly counts: Readonly<Record<string, number>>;
      /** Earlier checkpoints that the log still continues. */
      readonly continues: readonly { readonly file: string; readonly size: number }[];
    }
  | {
      readonly verified: false;
      readonly source: string;
      readonly reason: string;
      readonly rule: string;
      /** The leaf that is not one. */
      readonly index?: number;
      /** The earlier checkpoint that the log was held against. */
      readonly heldAgainst?: string;
    };

/**
 * Verifies every leaf against the log's signed checkpoint; then, in a pass each, that the log continues the
 * checkpoint that this command kept and the one that the caller kept. What was verified is kept for next time.
 */
export async function audit(input: {
  readonly source: LogSource;
  readonly vkey: string;
  /** Where the last verified checkpoint is kept. */
  readonly keptFile: string;
  /** One more earlier checkpoint, from a file of the caller's. */
  readonly checkpointFile?: string;
}): Promise<AuditResult> {
  const { source, vkey, keptFile, checkpointFile } = input;
  const checkpoint = await source.checkpoint();
  const verify = (savedCheckpoint?: string) =>
    verifyLog({
      leaves: leavesUnder(source, checkpoint, vkey),
      checkpoint,
      vkeys: [vkey],
      ...(savedCheckpoint === undefined ? {} : { savedCheckpoint }),
    });
  const verdict = await verify();
  if (!verdict.verified) return failed(verdict, source.name);
  const continues: { file: string; size: number }[] = [];
  for (const file of [
    ...((await exists(keptFile)) ? [keptFile] : []),
    ...(checkpointFile ? [checkpointFile] : []),
  ]) {
    const saved = await readCheckpoint(file);
    const held = await verify(saved);
    if (!held.verified) return failed(held, source.name, file);
    continues.push({ file, size: verifyCheckpoint(saved, [vkey]).size });
  }
  await writeAtomically(keptFile, checkpoint);
  const { origin, size, root } = verdict.checkpoint;
  const counts = Object.fromEntries([...verdict.counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { verified: true, source: source.name, origin, size, root: toBase64(root), counts, continues };
}

/** Read only after the checkpoint was verified: `verifyLog` asks for leaves then. */
async function* leavesUnder(source: LogSource, checkpoint: string, vkey: string): AsyncGenerator<Uint8Array> {
  yield* source.leaves(verifyCheckpoint(checkpoint, [vkey]).size);
}

async function readCheckpoint(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new BaseError("Usage", "CHECKPOINT_FILE", `${file} cannot be read`, { cause });
  });
}

function failed(
  { reason, index }: Extract<LogVerdict, { verified: false }>,
  source: string,
  file?: string,
): AuditResult {
  return {
    verified: false,
    source,
    reason,
    rule: transparencyRules[reason].rule,
    ...(index === undefined ? {} : { index }),
    ...(file === undefined ? {} : { heldAgainst: file }),
  };
}
