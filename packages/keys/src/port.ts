import type { KeyScope } from "./scope.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Where a tenant's keys are kept. */
export type KeyStoreKind = "file" | "pkcs11" | "vault" | "aws-kms";

/** A data key that only the key store opens. */
export interface WrappedKey {
  /** Version of the tenant's key that wrapped it, in the key store's own words. */
  readonly version: string;
  readonly bytes: Uint8Array;
}

/** What a key store says about itself. */
export interface KeyStatus {
  readonly kind: KeyStoreKind;
  /** Version that wraps now; older ones still unwrap. */
  readonly version: string;
  /** Ed25519, 32 bytes. Rotation leaves it as it is. */
  readonly signingKey: Uint8Array;
}

/**
 * The one port to an organisation's keys: a key-encryption key that never leaves its store, and a signing
 * key. Every adapter passes the suite in `@cloister/testkit/key-provider` and throws the same errors.
 */
export interface KeyProvider {
  /** @throws BaseError `KEY_MISSING`, `KEY_DENIED`, `KEY_UNAVAILABLE` (as does everything below) */
  status(): Promise<KeyStatus>;
  /** Wraps 32 bytes, bound to the scope. @throws BaseError `KEY_LENGTH`, `KEY_SCOPE` */
  wrap(key: Uint8Array, scope: KeyScope): Promise<WrappedKey>;
  /** The 32 bytes; overwrite them after use. @throws BaseError `KEY_UNWRAP`, `KEY_RETIRED` */
  unwrap(wrapped: WrappedKey, scope: KeyScope): Promise<Bytes>;
  /** A new data key, with its wrapped form. */
  dataKey(scope: KeyScope): Promise<{ readonly key: Bytes; readonly wrapped: WrappedKey }>;
  /** The same data key under the current version. @throws BaseError `KEY_UNWRAP`, `KEY_RETIRED` */
  rewrap(wrapped: WrappedKey, scope: KeyScope): Promise<WrappedKey>;
  /** Ed25519 (RFC 8032), 64 bytes, of at most 4,096 bytes. @throws BaseError `KEY_MESSAGE` */
  sign(message: Uint8Array): Promise<Bytes>;
  /** Makes a new version and returns it. Never tried twice. @throws BaseError `KEY_ROTATION_UNCERTAIN` */
  rotate(): Promise<string>;
  /** Forgets what is held in memory. */
  close(): Promise<void>;
}

/** Bytes of every data key. */
export const KEY_BYTES = 32;
