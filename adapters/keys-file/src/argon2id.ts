import * as nodeCrypto from "node:crypto";
import { argon2id as portableArgon2id } from "@noble/hashes/argon2.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** How hard guessing a passphrase is made (RFC 9106). */
export interface Argon2Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly lanes: number;
}

/** The second recommendation of RFC 9106 section 4: 64 MiB, 3 passes, 4 lanes. About 0.3 s. */
export const defaultCost: Argon2Cost = { memoryKib: 65_536, passes: 3, lanes: 4 };

/** A 32-byte key from a passphrase and a 16-byte salt. */
export function argon2id(passphrase: Uint8Array, salt: Uint8Array, cost: Argon2Cost): Bytes {
  const { memoryKib, passes, lanes } = cost;
  // Node has it since 24.7; where it runs on an older one, noble's takes about four times as long.
  if (typeof nodeCrypto.argon2Sync !== "function") {
    const options = { m: memoryKib, t: passes, p: lanes, dkLen: 32 };
    return new Uint8Array(portableArgon2id(passphrase, salt, options));
  }
  return new Uint8Array(
    nodeCrypto.argon2Sync("argon2id", {
      message: passphrase,
      nonce: salt,
      memory: memoryKib,
      passes,
      parallelism: lanes,
      tagLength: 32,
    }),
  );
}
