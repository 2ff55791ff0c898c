import type { WrappedKey } from "./port.ts";
import type { ConversationRef, KeyScope } from "./scope.ts";

/** A data key as it rests. */
export interface WrappedKeyRecord {
  readonly scope: KeyScope;
  readonly wrapped: WrappedKey;
}

/**
 * A place that holds wrapped copies: the store itself, a replica, a backup. Shredding empties all of them.
 * A crash in the middle leaves something that a second call finishes.
 */
export interface WrappedCopies {
  /** For the journal and for people; different for each place. */
  readonly name: string;
  /** Destroys every wrapped key of a conversation; durable when it returns. Returns how many there were. */
  destroy(conversation: ConversationRef): Promise<number>;
  /** How many are left. */
  count(conversation: ConversationRef): Promise<number>;
}

/** Where wrapped keys are read from. Every write is durable when it returns. */
export interface WrappedKeyStore extends WrappedCopies {
  get(scope: KeyScope): Promise<WrappedKeyRecord | undefined>;
  /** @throws BaseError `RECORD_CHANGED` when there is one already */
  create(record: WrappedKeyRecord): Promise<void>;
  /** Never brings a destroyed record back. @throws BaseError `RECORD_CHANGED` when it is not `before` any more */
  replace(record: WrappedKeyRecord, before: WrappedKey): Promise<void>;
  /** Every record of a tenant, in any order. */
  list(tenant: string): AsyncIterable<WrappedKeyRecord>;
}

/** Keeps the state of acts that a crash may interrupt. Writes replace as a whole and are durable. */
export interface Journal {
  read(name: string): Promise<Uint8Array | undefined>;
  write(name: string, state: Uint8Array): Promise<void>;
  names(): Promise<readonly string[]>;
}
