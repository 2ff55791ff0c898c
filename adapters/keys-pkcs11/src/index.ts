export { openPkcs11Keys, type Pkcs11KeysOptions } from "./provider.ts";
