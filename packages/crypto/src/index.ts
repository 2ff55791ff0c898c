export {
  type AesCbcCipher,
  type AesCbcPlain,
  type AesCtrInput,
  type AesGcmCipher,
  type AesGcmPlain,
  aesCbcDecrypt,
  aesCbcEncrypt,
  aesCtr,
  aesGcmOpen,
  aesGcmSeal,
} from "./aes.ts";
export { aesGcmSivOpen, aesGcmSivSeal } from "./aes-gcm-siv.ts";
export type { Random } from "./checks.ts";
export { type Ed25519KeyPair, ed25519KeyPair, ed25519Sign, ed25519Verify } from "./ed25519.ts";
export {
  type HkdfInput,
  type HkdfKeysInput,
  hkdfSha256,
  hkdfSha256Keys,
  hmacSha256,
  hmacSha256Each,
  sha256,
  sha384,
  sha512,
} from "./hash.ts";
export {
  type KemDecapsulation,
  type KemEncapsulation,
  kyber1024Decapsulate,
  kyber1024Encapsulate,
  type MlKemKeyPair,
  mlKem1024Decapsulate,
  mlKem1024Encapsulate,
  mlKem1024KeyPair,
} from "./ml-kem.ts";
export {
  mlKem768Decapsulate,
  mlKem768EncapsulateU,
  mlKem768EncapsulateV,
  mlKem768KeyPair,
  type SplitEncapsulationKey,
  splitMlKem768Key,
} from "./ml-kem-768.ts";
export { type P384KeyPair, p384KeyPair, p384Sign, p384Verify } from "./p384.ts";
export type { KemOutput, SignedMessage } from "./primitives.ts";
export {
  copyX25519PrivateKey,
  isCanonicalX25519,
  isTorsionFreeX25519,
  type X25519KeyPair,
  x25519,
  x25519KeyPair,
  x25519PublicKey,
} from "./x25519.ts";
export { type XeddsaInput, xeddsaSign, xeddsaVerify } from "./xeddsa.ts";
