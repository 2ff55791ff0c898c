/** What an envelope held, and the check of who sealed it. */
export interface Unsealed {
  readonly content: Uint8Array<ArrayBuffer>;
  /** Whether the holder of an identity key (33 bytes), the one that the content claims, sealed it. */
  isSealedBy(claimedKey: Uint8Array): boolean;
}
