import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BaseError } from "@cloister/bytes";
import type { MemoryRef, ShardStore } from "@cloister/retrieval/patient";
import { namesIn, readIfThere } from "./files.ts";
import { syncFolder, writeAtomically } from "./index.ts";

const idPattern = /^[A-Za-z0-9_-]{1,64}$/;
const ending = ".shard";

/**
 * Sealed shards of patients' memories as files, `<folder>/<tenant>/<patient>/<conversation>.shard`, each
 * replaced as a whole. Names are random ids.
 * @throws BaseError `MEMORY_REF` for an id that is none
 */
export function openFileShards(folder: string): ShardStore {
  const path = (ref: MemoryRef) => {
    const { tenant, patient, conversation } = ref;
    if (![tenant, patient, conversation].every((id) => idPattern.test(id))) {
      throw new BaseError("Usage", "MEMORY_REF", "a memory is named by ids of letters, digits, - and _");
    }
    return join(folder, tenant, patient, `${conversation}${ending}`);
  };
  return {
    read: async (ref) => readIfThere(path(ref)),
    write: async (ref, shard) => writeAtomically(path(ref), shard),
    remove: async (ref) => {
      await rm(path(ref), { force: true });
      await syncFolder(dirname(path(ref)));
    },
    async *list(tenant) {
      for (const patient of await namesIn(join(folder, tenant))) {
        for (const name of await namesIn(join(folder, tenant, patient))) {
          if (name.endsWith(ending)) yield { tenant, patient, conversation: name.slice(0, -ending.length) };
        }
      }
    },
  };
}
