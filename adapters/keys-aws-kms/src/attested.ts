import { toBase64, zeroise } from "@cloister/bytes";
import { KEY_BYTES, type KeyScope, keyCheckValue, keyError, verifyKeyCheck } from "@cloister/keys";
import { openEnvelopedData } from "@cloister/keys/cms";
import { z } from "zod/mini";
import { blob, KmsClient, type KmsOptions, toBlob } from "./client.ts";
import { encryptionContext } from "./context.ts";
import type { Recipient } from "./recipient.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A key service and the evidence shown to it. Runs inside the enclave, which ends TLS itself. */
export interface AttestedKeysOptions extends KmsOptions {
  readonly key: string;
  readonly recipient: Recipient;
  /**
   * A new document whose `public_key` is the recipient's, with the manifest behind its `user_data`. AWS KMS
   * looks at the measurements alone; Cloister's key service wants the manifest too, for its role.
   */
  readonly evidence: () => Promise<{ readonly document: Uint8Array; readonly manifest: Uint8Array }>;
}

/** A key as it rests outside: wrapped, with a commitment to what it is. */
export interface AttestedKeys {
  /** A new key. Keep `wrapped` and `check`; both may be kept by anyone. */
  make(scope: KeyScope): Promise<{ readonly key: Bytes; readonly wrapped: Bytes; readonly check: Bytes }>;
  /**
   * The key again, for an enclave that the policy lists.
   * @throws BaseError `KEY_DENIED` for evidence that does not satisfy it, `KEY_UNWRAP`, `KEY_CHECK`
   */
  release(input: {
    readonly wrapped: Uint8Array;
    readonly check: Uint8Array;
    readonly scope: KeyScope;
  }): Promise<Bytes>;
}

const made = z.object({ CiphertextBlob: blob, CiphertextForRecipient: blob });
const released = z.object({ CiphertextForRecipient: blob });

/** Keys that a key service gives to attested code alone: AWS KMS, or `apps/keyservice`. */
export function openAttestedKeys(options: AttestedKeysOptions): AttestedKeys {
  const kms = new KmsClient(options);
  const ask = async <T extends z.ZodMiniType>(operation: string, body: object, answer: T) => {
    const { document, manifest } = await options.evidence();
    const Recipient = { KeyEncryptionAlgorithm: "RSAES_OAEP_SHA_256", AttestationDocument: toBlob(document) };
    const headers = { "x-cloister-manifest": toBase64(manifest) };
    return kms.ask({ operation, body: { KeyId: options.key, ...body, Recipient }, headers }, answer);
  };
  const open = async (message: Uint8Array): Promise<Bytes> => {
    const key = await openEnvelopedData(message, options.recipient.decryptKey);
    if (key.length === KEY_BYTES) return key;
    zeroise(key);
    throw keyError("KEY_UNWRAP");
  };
  return {
    make: async (scope) => {
      const body = { EncryptionContext: encryptionContext(scope), KeySpec: "AES_256" };
      const answer = await ask("GenerateDataKey", body, made);
      const key = await open(answer.CiphertextForRecipient);
      return { key, wrapped: answer.CiphertextBlob, check: keyCheckValue(key, scope) };
    },
    release: async ({ wrapped, check, scope }) => {
      const body = { EncryptionContext: encryptionContext(scope), CiphertextBlob: toBlob(wrapped) };
      const { CiphertextForRecipient } = await ask("Decrypt", body, released);
      const key = await open(CiphertextForRecipient);
      try {
        verifyKeyCheck(key, scope, check);
        return key;
      } catch (error) {
        zeroise(key);
        throw error;
      }
    },
  };
}
