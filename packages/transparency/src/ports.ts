import type { HashReader, StoredNode } from "./tree.ts";

/** The current time in milliseconds since 1970. */
export type Clock = () => number;

/** What becomes durable together: leaves, the subtrees they completed, and the head over them. */
export interface LogBatch {
  /** Index of the first leaf: the size of the log before. */
  readonly firstIndex: number;
  readonly leaves: readonly Uint8Array[];
  readonly nodes: readonly StoredNode[];
  /** Signed note for the size after. */
  readonly checkpoint: string;
}

/** The durable state of a log. */
export interface LogHead {
  readonly size: number;
  /** Absent before the first batch. */
  readonly checkpoint?: string;
}

/** Keeps a log. The adapter chooses how; `logStoreConformance` in testkit says what must hold. */
export interface LogStore extends HashReader {
  head(): Promise<LogHead>;
  /**
   * Resolves once the batch would survive a power failure; all of it or nothing is kept.
   * @throws BaseError `LOG_CONFLICT` when the log's size is not `firstIndex`
   */
  append(batch: LogBatch): Promise<void>;
  /** Up to `count` leaves from `from` on. */
  leaves(from: number, count: number): Promise<readonly Uint8Array[]>;
  /** For each leaf hash, the index of its first leaf. */
  indexesOf(leafHashes: readonly Uint8Array[]): Promise<readonly (number | undefined)[]>;
  /** Finishes what was begun; nothing may be called afterwards. */
  close(): Promise<void>;
}

/**
 * What a witness remembers: for each log the checkpoint that it cosigned last. Synchronous, so that nothing
 * comes between a check and what it allows.
 */
export interface WitnessStore {
  /** The signed note, with the witness's own cosignatures. */
  latest(origin: string): string | undefined;
  /** Replaces `before` by `after`, durably when it returns; false and unchanged when another note is there. */
  replace(change: {
    readonly origin: string;
    readonly before: string | undefined;
    readonly after: string;
  }): boolean;
  /** Nothing may be called afterwards. */
  close(): void;
}
