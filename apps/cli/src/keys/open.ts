import type { KeyStoreOpeners } from "@cloister/keys/configuration";
import { type OpenedKeys, openKeys as openConfigured } from "@cloister/keys-file/configured";

/** Loaded when a configuration names them. */
const openers: KeyStoreOpeners = {
  file: async (options) => (await import("@cloister/keys-file/provider")).openFileKeys(options),
  pkcs11: async (options) => (await import("@cloister/keys-pkcs11")).openPkcs11Keys(options),
  vault: async (options) => (await import("@cloister/keys-vault")).openVaultKeys(options),
  "aws-kms": async (options) => (await import("@cloister/keys-aws-kms")).openAwsKeys(options),
};

/** Opens what a configuration file names. @throws BaseError `KEYS_CONFIG` */
export function openKeys(file: string): Promise<OpenedKeys> {
  return openConfigured(file, openers);
}
