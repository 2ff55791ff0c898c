import { resolve } from "node:path";
import { toBase64Url } from "@cloister/bytes";
import { systemRandom } from "@cloister/crypto/random";
import { Keyring, resumeShredding, shredKeys } from "@cloister/keys";
import type { KeyStoreOpeners } from "@cloister/keys/configuration";
import { openKeys } from "@cloister/keys-file/configured";
import { openFileShards } from "@cloister/keys-file/shards";
import { systemClock } from "@cloister/net-platform";
import { type MemoryPorts, PatientMemory } from "@cloister/retrieval/patient";
import type { OpenedMemory } from "./remember.ts";

const idBytesCount = 16;

/** Where patients' memories are kept, and the configuration of the keys that seal them. */
export interface MemoryConfig {
  readonly folder: string;
  readonly keysFile: string;
}

/** Loaded when a configuration names them. */
const openers: KeyStoreOpeners = {
  file: async (options) => (await import("@cloister/keys-file/provider")).openFileKeys(options),
  pkcs11: async (options) => (await import("@cloister/keys-pkcs11")).openPkcs11Keys(options),
  vault: async (options) => (await import("@cloister/keys-vault")).openVaultKeys(options),
  "aws-kms": async (options) => (await import("@cloister/keys-aws-kms")).openAwsKeys(options),
};

/**
 * Opens the key store, finishes shreddings that a crash interrupted, and opens the memories.
 * @throws BaseError `KEYS_CONFIG`, and of the key store
 */
export async function openMemory(
  { folder, keysFile }: MemoryConfig,
  mayKeep: MemoryPorts["mayKeep"],
): Promise<OpenedMemory> {
  const { tenant, provider, store, copies, journal, holds, log } = await openKeys(keysFile, openers);
  const shredding = { journal, log, holds, copies };
  await resumeShredding(shredding);
  const nowMs = () => systemClock.nowMs();
  const memory = new PatientMemory({
    sealer: new Keyring({ provider, store, journal, random: systemRandom }),
    store: openFileShards(resolve(folder)),
    shred: async (keys) => {
      const request = { ...keys, reason: "consent-withdrawn", requestedBy: "patient", atMs: nowMs() };
      await shredKeys(request, shredding);
    },
    mayKeep,
    freshId: () => toBase64Url(systemRandom(idBytesCount)),
    nowMs,
  });
  return { tenant, memory, close: () => provider.close() };
}
