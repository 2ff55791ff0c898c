import { BaseError, copyBytes, zeroise } from "@cloister/bytes";
import type { ClientStore, StoredRow, Write } from "@cloister/client";

/**
 * A client's store that ends with the process: an enclave has no disk that its host could copy and bring back.
 * What is replaced or deleted is overwritten.
 */
export function openMemoryStore(): ClientStore {
  return new MemoryStore();
}

class MemoryStore implements ClientStore {
  readonly #collections = new Map<string, Map<string, Uint8Array>>();
  #isClosed = false;

  async get(collection: string, key: string): Promise<Uint8Array | undefined> {
    this.#requireOpen();
    const value = this.#collections.get(collection)?.get(key);
    return value && copyBytes(value);
  }

  async list(collection: string): Promise<readonly StoredRow[]> {
    this.#requireOpen();
    const rows = [...(this.#collections.get(collection) ?? [])];
    return rows
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => ({ key, value: copyBytes(value) }));
  }

  async commit(writes: readonly Write[]): Promise<void> {
    this.#requireOpen();
    for (const write of writes) this.#apply(write);
  }

  async erase(): Promise<void> {
    for (const rows of this.#collections.values()) zeroise(...rows.values());
    this.#collections.clear();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
  }

  #apply(write: Write): void {
    const rows = this.#collections.get(write.collection) ?? new Map<string, Uint8Array>();
    this.#collections.set(write.collection, rows);
    const before = rows.get(write.key);
    if (write.type === "put") rows.set(write.key, copyBytes(write.value));
    else rows.delete(write.key);
    if (before) zeroise(before);
    if (rows.size === 0) this.#collections.delete(write.collection);
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new BaseError("Unavailable", "STORE_CLOSED", "the store is closed");
  }
}
