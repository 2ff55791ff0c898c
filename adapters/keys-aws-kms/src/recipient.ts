import { constants, generateKeyPair, privateDecrypt } from "node:crypto";
import { promisify } from "node:util";
import type { RecipientKey } from "@cloister/keys/cms";

/** The key pair that answers are encrypted to. It lives and dies with the enclave. */
export interface Recipient {
  /** SubjectPublicKeyInfo in DER, for `public_key` of the attestation document. */
  readonly publicKey: Uint8Array;
  readonly decryptKey: RecipientKey;
}

const generate = promisify(generateKeyPair);

/** A new RSA-2048 pair: the one size that AWS KMS takes. About 0.1 s. */
export async function newRecipient(): Promise<Recipient> {
  const { publicKey, privateKey } = await generate("rsa", { modulusLength: 2048 });
  return {
    publicKey: new Uint8Array(publicKey.export({ type: "spki", format: "der" })),
    decryptKey: async (encryptedKey) =>
      new Uint8Array(
        privateDecrypt(
          { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
          encryptedKey,
        ),
      ),
  };
}
