/** Bytes that own their memory; what every primitive returns. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Key and initialisation vector or nonce of one AES-256 operation. */
export interface AesParameters {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** An Ed25519 signature with what it is claimed to sign. */
export interface SignedMessage {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * What a runtime provides: `primitives.node.ts` and `primitives.web.ts`, chosen by the `imports` of
 * package.json. The face (the modules of index.ts) has checked every length before it calls, and turns
 * `undefined` into the typed error.
 */
export interface Primitives {
  sha256(data: Uint8Array): Bytes;
  sha384(data: Uint8Array): Bytes;
  sha512(data: Uint8Array): Bytes;
  /** SHA3-256. */
  sha3(data: Uint8Array): Bytes;
  hmacSha256(key: Uint8Array, ...parts: readonly Uint8Array[]): Bytes;

  /** PKCS#7 padding. */
  aesCbcEncrypt(parameters: AesParameters, plaintext: Uint8Array): Bytes;
  /** `undefined` when the padding is wrong. */
  aesCbcDecrypt(parameters: AesParameters, ciphertext: Uint8Array): Bytes | undefined;
  /** ciphertext || 16-byte tag. */
  aesGcmSeal(parameters: AesParameters, plaintext: Uint8Array, associatedData: Uint8Array): Bytes;
  /** `undefined` when the tag is wrong. */
  aesGcmOpen(parameters: AesParameters, sealed: Uint8Array, associatedData: Uint8Array): Bytes | undefined;
  /** ciphertext || 16-byte tag. */
  aesGcmSivSeal(parameters: AesParameters, plaintext: Uint8Array, associatedData: Uint8Array): Bytes;
  /** `undefined` when the tag is wrong. */
  aesGcmSivOpen(parameters: AesParameters, sealed: Uint8Array, associatedData: Uint8Array): Bytes | undefined;
  /** Encrypts and decrypts. */
  aesCtr(parameters: AesParameters, input: Uint8Array): Bytes;

  x25519PublicKey(privateKey: Uint8Array): Bytes;
  copyPrivateKey(privateKey: Uint8Array): Bytes;
  /** A key pair from the runtime's own generator, where that is faster. */
  x25519KeyPairSystem?(): { readonly privateKey: Bytes; readonly publicKey: Bytes };
  /** `undefined` when the result is all zeros. */
  x25519(privateKey: Uint8Array, publicKey: Uint8Array): Bytes | undefined;

  ed25519PublicKey(seed: Uint8Array): Bytes;
  ed25519Sign(seed: Uint8Array, message: Uint8Array): Bytes;
  /** Without cofactor: encode([S]B - [k]A) = R. The key is canonical and not of small order, S is below L. */
  ed25519Verify(signed: SignedMessage): boolean;

  /** ES384: the key an uncompressed point, the signature r || s. False for a key that is not on the curve. */
  p384Verify(signed: SignedMessage): boolean;
  /** `undefined` for a scalar out of range. */
  p384PublicKey(privateKey: Uint8Array): Bytes | undefined;
  p384Sign(privateKey: Uint8Array, message: Uint8Array): Bytes;

  /** FIPS 203 ML-KEM.KeyGen_internal(d, z) with `seed` = d || z; returns dk, which contains ek. */
  mlKem1024DecapsulationKey(seed: Uint8Array): Bytes;
  /** FIPS 203 ML-KEM.Encaps_internal(ek, m). */
  mlKem1024Encapsulate(publicKey: Uint8Array, message: Uint8Array): KemOutput;
  /** The same with m from the runtime's own generator, where that is much faster. */
  mlKem1024EncapsulateSystem?(publicKey: Uint8Array): KemOutput;
  /** `undefined` when the private key contradicts itself (FIPS 203 section 7.3, hash check). */
  mlKem1024Decapsulate(privateKey: Uint8Array, ciphertext: Uint8Array): Bytes | undefined;

  /** As for ML-KEM-1024; its encapsulation is in ml-kem-768.ts, in two parts. */
  mlKem768DecapsulationKey(seed: Uint8Array): Bytes;
  mlKem768Decapsulate(privateKey: Uint8Array, ciphertext: Uint8Array): Bytes | undefined;
}

/** What encapsulation yields: the ciphertext to send and the secret to keep (32 bytes). */
export interface KemOutput {
  readonly ciphertext: Bytes;
  readonly sharedSecret: Bytes;
}
