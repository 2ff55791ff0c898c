import { toBase64Url } from "@cloister/bytes";
import { type BlobPiece, maxPieceNumber } from "@cloister/contracts/http";
import type { AccountId } from "@cloister/contracts/ids";
import { Buckets } from "./buckets.ts";
import { canonicalBytes } from "./canonical.ts";
import { RelayError } from "./errors.ts";
import type { RelayLimits } from "./limits.ts";
import type { BlobId, Clock, RelayStore } from "./ports.ts";
import type { Retention } from "./retention.ts";

/** 32 bytes in base64url. */
const blobPattern = /^[A-Za-z0-9_-]{43}$/;

/**
 * Sealed pieces that an account keeps here for its own devices: history on its way to a new one, and a
 * backup. Who knows a blob's id may read it; only devices of the account that wrote it first may write it.
 */
export class Blobs {
  readonly #store: RelayStore;
  readonly #limits: RelayLimits;
  readonly #retention: Retention;
  readonly #writes: Buckets;

  constructor(context: {
    readonly store: RelayStore;
    readonly clock: Clock;
    readonly limits: RelayLimits;
    readonly retention: Retention;
  }) {
    this.#store = context.store;
    this.#limits = context.limits;
    this.#retention = context.retention;
    this.#writes = new Buckets(context.limits.pieceRate, context.clock);
  }

  /** @throws RelayError `REQUEST_INVALID`, `NOT_FOUND`, `FORBIDDEN`, `RATE_LIMITED`, `STORAGE_FULL` */
  async put(
    account: AccountId,
    { blob, number }: { readonly blob: BlobId; readonly number: number },
    body: BlobPiece,
  ): Promise<void> {
    requirePlace(blob, number);
    const retryAfterMs = this.#writes.take(account);
    if (retryAfterMs > 0) throw new RelayError("RATE_LIMITED", { retryAfterMs });
    const result = await this.#store.putPiece({
      blob,
      number,
      account,
      piece: canonicalBytes(body.piece),
      ageMs: this.#retention.ageMs(),
      maxPiecesCount: this.#limits.piecesPerAccountCount,
    });
    if (result === "taken") throw new RelayError("FORBIDDEN", { message: "this id is in use" });
    if (result === "full") throw new RelayError("STORAGE_FULL");
  }

  /** @throws RelayError `NOT_FOUND` */
  async get(blob: BlobId, number: number): Promise<BlobPiece> {
    requirePlace(blob, number);
    const piece = await this.#store.piece(blob, number);
    if (piece === undefined) throw new RelayError("NOT_FOUND");
    return { piece: toBase64Url(piece) };
  }

  delete(account: AccountId, blob: BlobId): Promise<void> {
    return this.#store.deleteBlob(account, blob);
  }
}

function requirePlace(blob: BlobId, number: number): void {
  const isNumber = Number.isInteger(number) && number >= 0 && number <= maxPieceNumber;
  if (!blobPattern.test(blob) || !isNumber) throw new RelayError("NOT_FOUND");
}
