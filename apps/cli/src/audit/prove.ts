import { readFile } from "node:fs/promises";
import { BaseError, toBase64 } from "@cloister/bytes";
import { type AuditEvent, decodeLeaf } from "@cloister/transparency";
import {
  formatTlogProof,
  type Policy,
  parsePolicy,
  parseTlogProof,
  verifyTlogProof,
} from "@cloister/transparency/witnessing";
import type { LogSource } from "./source.ts";
import type { Witnessed } from "./verify.ts";

/** What a proof shows. */
export interface Proven {
  readonly index: number;
  readonly event: AuditEvent;
  readonly origin: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
  readonly witnessed: Witnessed;
}

/**
 * A proof of one entry that anyone can check offline: it holds the entry, so that whoever gets the file can
 * read it. Checked here before it is given out.
 * @throws BaseError `LEAF_NOT_COVERED`, `LOG_TRUNCATED`, or as `verifyTlogProof`
 */
export async function prove(input: {
  readonly source: LogSource;
  readonly vkey: string;
  readonly index: number;
  readonly policy?: Policy;
}): Promise<{ readonly text: string; readonly proven: Proven }> {
  const { source, vkey, index, policy } = input;
  const parts = parseTlogProof(await source.prove(index));
  const leaf = await first(source.leaves(index + 1, index));
  const text = formatTlogProof({ ...parts, extra: leaf });
  return { text, proven: check({ text, vkeys: [vkey], ...(policy === undefined ? {} : { policy }) }) };
}

/**
 * Checks a proof that holds its entry.
 * @param input.vkeys the log's verifier keys; else those of the policy
 * @throws BaseError `PROOF_WITHOUT_ENTRY`, or as `verifyTlogProof`
 */
export function check(input: {
  readonly text: string;
  readonly vkeys?: readonly string[];
  readonly policy?: Policy;
}): Proven {
  const { text, vkeys, policy = parsePolicy("quorum none\n") } = input;
  const leaf = parseTlogProof(text).extra;
  if (leaf === undefined) {
    throw new BaseError("Usage", "PROOF_WITHOUT_ENTRY", "the proof has no extra line with its entry");
  }
  const verified = verifyTlogProof({ text, leaf, policy, ...(vkeys === undefined ? {} : { vkeys }) });
  const { index, cosignatures } = verified;
  const { origin, size, root } = verified.checkpoint;
  const by = cosignatures.map(({ name, atMs }) => ({ name, at: new Date(atMs).toISOString() }));
  const { event } = decodeLeaf(leaf);
  return { index, event, origin, size, root: toBase64(root), witnessed: { size, by } };
}

/** Reads a proof's file. @throws BaseError `PROOF_FILE` */
export async function readProof(file: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new BaseError("Usage", "PROOF_FILE", `${file} cannot be read`, { cause });
  });
}

async function first(leaves: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  for await (const leaf of leaves) return leaf;
  throw new BaseError("Verification", "LOG_TRUNCATED", "the log does not show an entry that it proves");
}
