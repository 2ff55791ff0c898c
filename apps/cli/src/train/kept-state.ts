import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { StateStore } from "@cloister/privacy/training";

/**
 * Keeps the state of a training run in a file of the owner's only, replaced as a whole. It holds the seed of
 * the run's noise; `remove` forgets it.
 */
export function keptStateIn(file: string): StateStore {
  return {
    load() {
      try {
        return new Uint8Array(readFileSync(file));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
        throw error;
      }
    },
    save(state) {
      writeDurably(`${file}.new`, state);
      renameSync(`${file}.new`, file);
      syncFolder(file);
    },
    remove() {
      rmSync(file, { force: true });
      rmSync(`${file}.new`, { force: true });
      syncFolder(file);
    },
  };
}

/** Returns once the bytes would survive a power failure; for the owner only. */
export function writeDurably(file: string, bytes: Uint8Array): void {
  const descriptor = openSync(file, "w", 0o600);
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes a rename survive a power failure. */
function syncFolder(file: string): void {
  const descriptor = openSync(dirname(file), "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
