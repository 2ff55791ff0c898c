export { type Login, unwrapSecretId } from "./login.ts";
export { openVaultKeys, type VaultKeysOptions } from "./provider.ts";
export type { VaultRequest } from "./request.ts";
export { type VaultOptions, VaultSession } from "./session.ts";
