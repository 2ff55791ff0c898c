export { type Login, unwrapSecretId } from "./login.ts";
export { openVaultKeys, type VaultKeysOptions } from "./provider.ts";
export { type VaultOptions, type VaultRequest, VaultSession } from "./session.ts";
