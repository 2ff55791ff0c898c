import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";

const chunkBytes = 1_048_576;

/** Where the relay's file lies and what must stay free around it. */
export interface RoomOptions {
  readonly dir: string;
  /** A file that is given up when the disk is full, so that deleting has room to work in. */
  readonly ballastBytes: number;
  /** Nothing grows once less than this is free. */
  readonly lowWaterBytes: number;
  /** The database's own bound, if any. */
  readonly maxBytes?: number;
}

/**
 * Watches the room that is left. SQLite needs room even to delete (its journal grows), so growth stops before
 * the disk is full, and a ballast file is there for when something else filled it.
 */
export class Room {
  readonly #options: RoomOptions;
  readonly #ballastFile: string;
  readonly #pages: () => { readonly usedBytes: number };

  constructor(options: RoomOptions, database: DatabaseSync) {
    this.#options = options;
    this.#ballastFile = join(options.dir, "relay.ballast");
    const sizes = database.prepare(
      `SELECT (page_count - freelist_count) * page_size AS usedBytes
       FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
    );
    this.#pages = () => sizes.get() as { usedBytes: number };
    this.hasRoom();
  }

  /** Whether something may grow now. Rebuilds the ballast once there is room for it again. */
  hasRoom(): boolean {
    const { lowWaterBytes, ballastBytes, maxBytes } = this.#options;
    const freeBytes = this.#freeBytes();
    if (freeBytes > ballastBytes + 2 * lowWaterBytes) this.#layBallast();
    const ownFreeBytes = maxBytes === undefined ? freeBytes : maxBytes - this.#pages().usedBytes;
    return Math.min(freeBytes, ownFreeBytes) > lowWaterBytes;
  }

  /** Gives the ballast up. */
  release(): void {
    rmSync(this.#ballastFile, { force: true });
  }

  #freeBytes(): number {
    const { bavail, bsize } = statfsSync(this.#options.dir);
    return bavail * bsize;
  }

  /** Written, not only sized: a sparse file would reserve nothing. */
  #layBallast(): void {
    if (this.#options.ballastBytes === 0 || existsSync(this.#ballastFile)) return;
    const file = openSync(this.#ballastFile, "wx", 0o600);
    try {
      const zeros = new Uint8Array(chunkBytes);
      for (let left = this.#options.ballastBytes; left > 0; left -= chunkBytes) {
        writeSync(file, zeros, 0, Math.min(left, chunkBytes));
      }
      fsyncSync(file);
    } catch {
      this.release();
    } finally {
      closeSync(file);
    }
  }
}
