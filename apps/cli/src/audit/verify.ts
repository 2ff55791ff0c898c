import { readFile } from "node:fs/promises";
import { BaseError, isBaseError, toBase64 } from "@cloister/bytes";
import { writeAtomically } from "@cloister/keys-file";
import {
  type TransparencyCode,
  transparencyRules,
  verifyCheckpoint,
  verifyLog,
} from "@cloister/transparency";
import { type Policy, verifyWitnessed } from "@cloister/transparency/witnessing";
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
      /** What the policy's quorum cosigned; entries after it are the operator's word alone. */
      readonly witnessed?: Witnessed;
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

/** A cosigned checkpoint, with who cosigned it when (ISO 8601). */
export interface Witnessed {
  readonly size: number;
  readonly by: readonly { readonly name: string; readonly at: string }[];
}

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
  /** Whose cosignatures the log needs. */
  readonly policy?: Policy;
}): Promise<AuditResult> {
  const { source, vkey, keptFile, checkpointFile, policy } = input;
  // First: the head that is read after it is not older.
  const published = policy === undefined ? undefined : await readPublished(source, policy, vkey);
  if (published?.ok === false) return failed(published, source.name);
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
  if (published !== undefined) {
    const held = await verify(published.note);
    if (!held.verified) return failed(held, source.name, "the cosigned checkpoint");
  }
  await writeAtomically(keptFile, checkpoint);
  const { origin, size, root } = verdict.checkpoint;
  const counts = Object.fromEntries([...verdict.counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return {
    verified: true,
    source: source.name,
    origin,
    size,
    root: toBase64(root),
    counts,
    continues,
    ...(published === undefined ? {} : { witnessed: published.witnessed }),
  };
}

type Published =
  | { readonly ok: true; readonly note: string; readonly witnessed: Witnessed }
  | { readonly ok: false; readonly reason: TransparencyCode };

async function readPublished(source: LogSource, policy: Policy, vkey: string): Promise<Published> {
  const note = await source.published();
  if (note === undefined) return { ok: false, reason: "QUORUM_MISSING" };
  try {
    const { checkpoint, cosignatures } = verifyWitnessed(note, policy, [vkey]);
    const by = cosignatures.map(({ name, atMs }) => ({ name, at: new Date(atMs).toISOString() }));
    return { ok: true, note, witnessed: { size: checkpoint.size, by } };
  } catch (error) {
    if (isBaseError(error) && isRule(error.code)) return { ok: false, reason: error.code };
    throw error;
  }
}

function isRule(code: string): code is TransparencyCode {
  return Object.hasOwn(transparencyRules, code);
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
  { reason, index }: { readonly reason: TransparencyCode; readonly index?: number },
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
