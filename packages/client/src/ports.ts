/*
 * What a client needs of the world. Adapters: `@cloister/store-indexeddb`, `@cloister/store-sqlite/client`,
 * `@cloister/net-platform`, `@cloister/crypto/random`.
 */

/** One change of a commit. A collection is any text; it need not be declared. */
export type Write =
  | {
      readonly type: "put";
      readonly collection: string;
      readonly key: string;
      readonly value: Uint8Array;
    }
  | { readonly type: "delete"; readonly collection: string; readonly key: string };

/** A row as it was put. */
export interface StoredRow {
  readonly key: string;
  readonly value: Uint8Array;
}

/**
 * The device's durable memory. It seals what it keeps: values, keys and names of collections do not show on
 * the disk, and a changed value is noticed. One client at a time.
 */
export interface ClientStore {
  /** @throws BaseError `STORE_CORRUPT`, or family `Unavailable` */
  get(collection: string, key: string): Promise<Uint8Array | undefined>;
  /** The whole collection, in order of key. @throws BaseError `STORE_CORRUPT`, or family `Unavailable` */
  list(collection: string): Promise<readonly StoredRow[]>;
  /**
   * All writes or none, on the disk when it resolves; later writes win over earlier ones. Commits take
   * effect in the order of the calls.
   * @throws BaseError family `Unavailable`
   */
  commit(writes: readonly Write[]): Promise<void>;
  /** Destroys everything, where it can the key that sealed it first. The store is empty after it. */
  erase(): Promise<void>;
  /** Ends once commits under way are done. */
  close(): Promise<void>;
}

/** One HTTP request. */
export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly timeoutMs: number;
}

/** The answer, whatever its status. */
export interface HttpResponse {
  readonly status: number;
  readonly body: Uint8Array;
}

/** Rejects (with anything) when no answer came in time. Sends no cookies and follows no redirect. */
export type Http = (request: HttpRequest) => Promise<HttpResponse>;

/** A binary WebSocket. */
export interface Socket {
  /** Bytes that are handed over are sent or lost with the connection; nothing else tells. */
  send(bytes: Uint8Array): void;
  close(): void;
}

/** What a socket reports. `onClose` comes exactly once and last, also when it could not be opened. */
export interface SocketHandlers {
  readonly onOpen: () => void;
  readonly onMessage: (bytes: Uint8Array) => void;
  readonly onClose: () => void;
}

/** Begins to open a WebSocket; never throws. */
export type OpenSocket = (url: string, handlers: SocketHandlers) => Socket;

/** Time. */
export interface Clock {
  nowMs(): number;
  /** Calls back once, `delayMs` from now at the earliest. Returns what cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}
