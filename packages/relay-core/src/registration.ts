import type { DeviceRegistration, UploadPreKeysRequest } from "@cloister/contracts/http";
import { deviceProofMessage } from "@cloister/contracts/proofs";
import { isCanonicalX25519, xeddsaVerify } from "@cloister/crypto";
import { canonicalBytes } from "./canonical.ts";
import { RelayError } from "./errors.ts";
import type { NewDevice, OneTimePreKeys, PreKeyUpload, PublicPreKey, SignedPreKey } from "./ports.ts";

/** Type bytes in front of public keys, as in Signal: X25519 and Kyber1024. */
const ecType = 0x05;
const kemType = 0x08;

interface PreKeyJson {
  readonly id: number;
  readonly publicKey: string;
}

interface SignedPreKeyJson extends PreKeyJson {
  readonly signature: string;
}

/** A device whose proof and prekey signatures hold under its identity key. */
export interface VerifiedRegistration {
  readonly identityKey: Uint8Array;
  readonly device: NewDevice;
}

/**
 * Checks what a device says about itself; every byte is attacker-controlled.
 * @throws RelayError `FORBIDDEN` when the identity key did not sign it, `REQUEST_INVALID` for malformed keys
 */
export function verifyRegistration(json: DeviceRegistration): VerifiedRegistration {
  const identityKey = ecPublicKey(json.identityKey);
  const authKey = canonicalBytes(json.authKey);
  const { registrationId } = json;
  const message = deviceProofMessage({ authKey, identityKey, registrationId });
  if (!signedBy(identityKey, message, canonicalBytes(json.proof))) {
    throw new RelayError("FORBIDDEN", { message: "the identity key did not sign this device" });
  }
  const device: NewDevice = {
    registrationId,
    authKey,
    signedPreKey: signedPreKey(json.signedPreKey, identityKey, ecPublicKey),
    lastResortKemPreKey: signedPreKey(json.lastResortKemPreKey, identityKey, kemPublicKey),
    ...oneTimePreKeys(json, identityKey),
  };
  return { identityKey, device };
}

/** @throws RelayError `REQUEST_INVALID` */
export function verifyPreKeyUpload(json: UploadPreKeysRequest, identityKey: Uint8Array): PreKeyUpload {
  return {
    ...oneTimePreKeys(json, identityKey),
    ...(json.signedPreKey && { signedPreKey: signedPreKey(json.signedPreKey, identityKey, ecPublicKey) }),
    ...(json.lastResortKemPreKey && {
      lastResortKemPreKey: signedPreKey(json.lastResortKemPreKey, identityKey, kemPublicKey),
    }),
  };
}

function oneTimePreKeys(
  json: {
    readonly oneTimePreKeys: readonly PreKeyJson[];
    readonly kemPreKeys: readonly SignedPreKeyJson[];
  },
  identityKey: Uint8Array,
): OneTimePreKeys {
  return {
    oneTimePreKeys: json.oneTimePreKeys.map(({ id, publicKey }): PublicPreKey => {
      return { id, publicKey: ecPublicKey(publicKey) };
    }),
    kemPreKeys: json.kemPreKeys.map((key) => signedPreKey(key, identityKey, kemPublicKey)),
  };
}

function signedPreKey(
  json: SignedPreKeyJson,
  identityKey: Uint8Array,
  readKey: (text: string) => Uint8Array,
): SignedPreKey {
  const publicKey = readKey(json.publicKey);
  const signature = canonicalBytes(json.signature);
  if (!signedBy(identityKey, publicKey, signature)) {
    throw new RelayError("REQUEST_INVALID", { message: "a prekey is not signed by the identity key" });
  }
  return { id: json.id, publicKey, signature };
}

function ecPublicKey(text: string): Uint8Array {
  const key = canonicalBytes(text);
  if (key[0] !== ecType || !isCanonicalX25519(key.subarray(1))) throw malformedKey();
  return key;
}

function kemPublicKey(text: string): Uint8Array {
  const key = canonicalBytes(text);
  if (key[0] !== kemType) throw malformedKey();
  return key;
}

function signedBy(identityKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  return xeddsaVerify({ publicKey: identityKey.subarray(1), message, signature });
}

function malformedKey(): RelayError {
  return new RelayError("REQUEST_INVALID", { message: "a public key has a wrong type byte or form" });
}
