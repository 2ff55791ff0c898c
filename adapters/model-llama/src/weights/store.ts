import { readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { BaseError } from "@cloister/bytes";
import { z } from "zod/mini";

const recordSchema = z.object({
  name: z.string(),
  digest: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  sizeBytes: z.int().check(z.nonnegative()),
  source: z.enum(["file", "wheel", "hub"]),
});

/** Weights on this machine, as they were when they were pulled. */
export interface StoredWeights extends z.infer<typeof recordSchema> {
  readonly path: string;
}

/** Where weights of that name are. @throws BaseError `MODEL_NAME` */
export function weightsPath(folder: string, name: string): string {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)) {
    throw new BaseError(
      "Usage",
      "MODEL_NAME",
      "a model's name has up to 64 of a-z, 0-9, dot, dash, underscore",
    );
  }
  return join(folder, `${name}.gguf`);
}

/** What is in the folder, in order of name. */
export async function weightsIn(folder: string): Promise<readonly StoredWeights[]> {
  const names = (await readdir(folder).catch(() => [])).filter((entry) => entry.endsWith(".gguf"));
  const all = await Promise.all(names.map((entry) => read(folder, entry.slice(0, -".gguf".length))));
  return all.filter((weights) => weights !== undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function read(folder: string, name: string): Promise<StoredWeights | undefined> {
  const path = weightsPath(folder, name);
  try {
    const record = recordSchema.parse(JSON.parse(await readFile(recordPath(path), "utf8")));
    const { size } = await stat(path);
    return record.name === name && record.sizeBytes === size ? { ...record, path } : undefined;
  } catch {
    return undefined;
  }
}

/** @throws BaseError `MODEL_UNKNOWN` when there is nothing of that name */
export async function storedWeights(folder: string, name: string): Promise<StoredWeights> {
  const stored = (await weightsIn(folder)).find((weights) => weights.name === name);
  if (!stored)
    throw new BaseError("Usage", "MODEL_UNKNOWN", `${name} is not here: cloister model pull ${name}`);
  return stored;
}

/** Removes weights and what was left of pulling them. @throws BaseError `MODEL_UNKNOWN`, `MODEL_NAME` */
export async function removeWeights(folder: string, name: string): Promise<void> {
  const path = weightsPath(folder, name);
  const own = [path, recordPath(path), `${path}.part`, join(folder, `${name}.wheel`)];
  const there = await Promise.all(own.map((entry) => stat(entry).catch(() => undefined)));
  if (there.every((entry) => entry === undefined)) {
    throw new BaseError("Usage", "MODEL_UNKNOWN", `${name} is not here`);
  }
  for (const entry of own) await rm(entry, { recursive: true, force: true });
}

/** Makes it known that weights are complete. */
export async function writeRecord(
  folder: string,
  record: Omit<StoredWeights, "path">,
): Promise<StoredWeights> {
  const path = weightsPath(folder, record.name);
  await writeFile(`${recordPath(path)}.new`, JSON.stringify(record));
  await rename(`${recordPath(path)}.new`, recordPath(path));
  return { ...record, path };
}

function recordPath(path: string): string {
  return path.replace(/\.gguf$/, ".json");
}
