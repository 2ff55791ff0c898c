/**
 * The published shapes (AWS KMS API reference, version 2014-11-01) of the operations that are used: members,
 * their types, and which are required (`!`). Requests with anything else are refused by the fake.
 */
type Shape = Readonly<Record<string, string>>;

const recipient = "recipient";
const dataKeyRequest: Shape = {
  KeyId: "id!",
  EncryptionContext: "context",
  NumberOfBytes: "number",
  KeySpec: "AES_256|AES_128",
  GrantTokens: "list",
  Recipient: recipient,
  DryRun: "boolean",
};

/** What may be asked. */
export const requestShapes: Readonly<Record<string, Shape>> = {
  DescribeKey: { KeyId: "id!", GrantTokens: "list" },
  Encrypt: {
    KeyId: "id!",
    Plaintext: "blob!",
    EncryptionContext: "context",
    GrantTokens: "list",
    EncryptionAlgorithm: "SYMMETRIC_DEFAULT|RSAES_OAEP_SHA_1|RSAES_OAEP_SHA_256|SM2PKE",
    DryRun: "boolean",
  },
  Decrypt: {
    CiphertextBlob: "blob",
    EncryptionContext: "context",
    GrantTokens: "list",
    KeyId: "id",
    EncryptionAlgorithm: "SYMMETRIC_DEFAULT|RSAES_OAEP_SHA_1|RSAES_OAEP_SHA_256|SM2PKE",
    Recipient: recipient,
    DryRun: "boolean",
  },
  GenerateDataKey: dataKeyRequest,
  ReEncrypt: {
    CiphertextBlob: "blob",
    SourceEncryptionContext: "context",
    SourceKeyId: "id",
    DestinationKeyId: "id!",
    DestinationEncryptionContext: "context",
    GrantTokens: "list",
    DryRun: "boolean",
  },
  Sign: {
    KeyId: "id!",
    Message: "blob!",
    MessageType: "RAW|DIGEST|EXTERNAL_MU",
    GrantTokens: "list",
    SigningAlgorithm: "ED25519_SHA_512|ED25519_PH_SHA_512|ECDSA_SHA_256|ECDSA_SHA_384|ECDSA_SHA_512!",
    DryRun: "boolean",
  },
  GetPublicKey: { KeyId: "id!", GrantTokens: "list" },
  RotateKeyOnDemand: { KeyId: "id!" },
};

/** What is answered. */
export const responseShapes: Readonly<Record<string, Shape>> = {
  DescribeKey: { KeyMetadata: "object!" },
  Encrypt: { CiphertextBlob: "blob!", KeyId: "id!", EncryptionAlgorithm: "SYMMETRIC_DEFAULT!" },
  Decrypt: {
    KeyId: "id!",
    Plaintext: "blob",
    EncryptionAlgorithm: "SYMMETRIC_DEFAULT!",
    CiphertextForRecipient: "blob",
    KeyMaterialId: "material!",
  },
  GenerateDataKey: {
    CiphertextBlob: "blob!",
    Plaintext: "blob",
    KeyId: "id!",
    CiphertextForRecipient: "blob",
    KeyMaterialId: "material!",
  },
  ReEncrypt: {
    CiphertextBlob: "blob!",
    SourceKeyId: "id!",
    KeyId: "id!",
    SourceEncryptionAlgorithm: "SYMMETRIC_DEFAULT!",
    DestinationEncryptionAlgorithm: "SYMMETRIC_DEFAULT!",
    SourceKeyMaterialId: "material!",
    DestinationKeyMaterialId: "material!",
  },
  Sign: { KeyId: "id!", Signature: "blob!", SigningAlgorithm: "ED25519_SHA_512!" },
  GetPublicKey: {
    KeyId: "id!",
    PublicKey: "blob!",
    CustomerMasterKeySpec: "text",
    KeySpec: "text!",
    KeyUsage: "text!",
    SigningAlgorithms: "list",
  },
  RotateKeyOnDemand: { KeyId: "id!" },
};

/** What is wrong with a message, by its shape; nothing when it fits. */
export function misfits(shape: Shape | undefined, message: Readonly<Record<string, unknown>>): string[] {
  if (!shape) return ["no such operation"];
  const unknown = Object.keys(message).filter((name) => !Object.hasOwn(shape, name));
  const wrong = Object.entries(shape).filter(([name, type]) => {
    const value = message[name];
    return value === undefined ? type.endsWith("!") : !fits(value, type.replace("!", ""));
  });
  return [...unknown, ...wrong.map(([name]) => name)];
}

function fits(value: unknown, type: string): boolean {
  switch (type) {
    case "id":
      return typeof value === "string" && value.length >= 1 && value.length <= 2048;
    case "material":
      return typeof value === "string" && /^[a-f0-9]{64}$/.test(value);
    case "blob":
      return (
        typeof value === "string" &&
        /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value) &&
        value !== ""
      );
    case "context":
      return (
        typeof value === "object" &&
        value !== null &&
        Object.values(value).every((one) => typeof one === "string")
      );
    case "list":
      return Array.isArray(value);
    case "object":
      return typeof value === "object";
    case "recipient":
      return (
        misfits(
          { KeyEncryptionAlgorithm: "RSAES_OAEP_SHA_256", AttestationDocument: "blob" },
          value as object as Record<string, unknown>,
        ).length === 0
      );
    case "number":
    case "boolean":
      return typeof value === type;
    case "text":
      return typeof value === "string";
    default:
      return typeof value === "string" && type.split("|").includes(value);
  }
}
