import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import process from "node:process";
import { pipeline } from "node:stream/promises";
import { toUtf8 } from "@cloister/bytes";
import type { Isolation } from "./isolation.ts";

/**
 * What is measured of a development enclave, in the form of Nitro's PCRs (48 bytes each): PCR2 the program, PCR1
 * the Node that runs it and what keeps it apart, PCR0 all of it.
 */
export async function measure(input: {
  readonly program: Uint8Array;
  readonly isolation: Isolation;
}): Promise<ReadonlyMap<number, Uint8Array>> {
  const runtime = [await nodeDigest(), toUtf8(input.isolation)];
  return new Map([
    [0, extended(...runtime, input.program)],
    [1, extended(...runtime)],
    [2, extended(input.program)],
  ]);
}

/** The same of a file. */
export async function measureFile(
  file: string,
  isolation: Isolation,
): Promise<ReadonlyMap<number, Uint8Array>> {
  return measure({ program: await readFile(file), isolation });
}

/** A PCR that was extended once, from zeros: SHA-384(zeros || SHA-384(parts)). */
function extended(...parts: readonly Uint8Array[]): Uint8Array {
  const hash = createHash("sha384");
  for (const part of parts) hash.update(part);
  return new Uint8Array(createHash("sha384").update(new Uint8Array(48)).update(hash.digest()).digest());
}

async function nodeDigest(): Promise<Uint8Array> {
  const hash = createHash("sha384");
  await pipeline(createReadStream(process.execPath), hash);
  return hash.digest();
}
