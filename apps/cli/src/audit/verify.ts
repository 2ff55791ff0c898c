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
 * Verifies every leaf against the log's signed checkpoint, and against each earlier checkpoint there is: the
 * one that this command kept, and one that the caller kept. What was verified is kept for the next time.
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
  const files = [
    ...((await exists(keptFile)) ? [keptFile] : []),
    ...(checkpointFile ? [checkpointFile] : []),
  ];
  const continues: { file: string; size: number }[] = [];
  let verdict: LogVerdict | undefined;
  for (const file of files.length > 0 ? files : [undefined]) {
    const savedCheckpoint = file === undefined ? undefined : await readCheckpoint(file);
    verdict = await verifyLog({
      leaves: leavesUnder(source, checkpoint, vkey),
      checkpoint,
      vkeys: [vkey],
      // Held against itself, a log would look forked where it is only damaged.
      ...(savedCheckpoint === undefined || savedCheckpoint === checkpoint ? {} : { savedCheckpoint }),
    });
    if (!verdict.verified) return failed(verdict, source.name, file);
    if (file !== undefined && savedCheckpoint !== undefined) {
      continues.push({ file, size: verifyCheckpoint(savedCheckpoint, [vkey]).size });
    }
  }
  if (verdict?.verified !== true) throw new BaseError("Internal", "AUDIT_UNDONE", "nothing was verified");
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
  file: string | undefined,
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
