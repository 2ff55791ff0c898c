import type { DatabaseSync } from "node:sqlite";
import type { AccountId } from "@cloister/contracts/ids";
import type { BlobId, RelayStore } from "@cloister/relay-core";

/** Pieces freed in one step: 4 MiB that are overwritten with zeros. */
const sweepPiecesCount = 64;

interface BlobRow {
  readonly no: number;
  readonly account: AccountId;
}

/** Blobs and their pieces; every method runs inside the caller's transaction. */
export class RelayBlobTables {
  readonly #sql: ReturnType<typeof statements>;

  constructor(database: DatabaseSync) {
    this.#sql = statements(database);
  }

  put(input: Parameters<RelayStore["putPiece"]>[0]): "stored" | "taken" | "full" {
    const { blob, number, account, piece, ageMs, maxPiecesCount } = input;
    const known = this.#blob(blob);
    if (known && known.account !== account) return "taken";
    if (known && this.#sql.replacePiece.run(piece, known.no, number).changes > 0) return "stored";
    const { count } = this.#sql.countPieces.get(account) as { count: number };
    if (count >= maxPiecesCount) return "full";
    const no = known?.no ?? Number(this.#sql.insertBlob.run(blob, account, ageMs).lastInsertRowid);
    this.#sql.insertPiece.run(no, number, piece);
    this.#sql.addPiece.run(no);
    return "stored";
  }

  piece(blob: BlobId, number: number): Uint8Array | undefined {
    return (this.#sql.piece.get(blob, number) as { content: Uint8Array } | undefined)?.content;
  }

  delete(account: AccountId, blob: BlobId): void {
    this.#sql.delete.run(account, blob);
  }

  backupOf(account: AccountId): BlobId | undefined {
    return (this.#sql.backup.get(account) as { id: BlobId } | undefined)?.id;
  }

  /** From now on this is the account's one backup, or it has none. False when the account has no such blob. */
  setBackup(account: AccountId, blob: BlobId | undefined): boolean {
    if (blob !== undefined && this.#blob(blob)?.account !== account) return false;
    this.#sql.deleteBackups.run(account, blob ?? "");
    if (blob !== undefined) this.#sql.keep.run(blob);
    return true;
  }

  /** Ends what lay here too long, and frees some of what is gone; true while there is more. */
  sweep(input: { readonly ageMs: number; readonly blobMaxAgeMs: number }): boolean {
    this.#sql.expire.run(input.ageMs - input.blobMaxAgeMs);
    const gone = this.#sql.gone.get() as { no: number } | undefined;
    if (!gone) return false;
    if (this.#sql.freePieces.run(gone.no, sweepPiecesCount).changes < sweepPiecesCount) {
      this.#sql.freeBlob.run(gone.no);
    }
    return true;
  }

  #blob(id: BlobId): BlobRow | undefined {
    return this.#sql.blob.get(id) as BlobRow | undefined;
  }
}

function statements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  const end = "UPDATE blob SET id = NULL, account = NULL";
  return {
    blob: prepare("SELECT no, account FROM blob WHERE id = ?"),
    insertBlob: prepare("INSERT INTO blob (id, account, stored_age_ms) VALUES (?, ?, ?)"),
    countPieces: prepare("SELECT coalesce(sum(pieces_count), 0) AS count FROM blob WHERE account = ?"),
    addPiece: prepare("UPDATE blob SET pieces_count = pieces_count + 1 WHERE no = ?"),
    insertPiece: prepare("INSERT INTO blob_piece VALUES (?, ?, ?)"),
    replacePiece: prepare("UPDATE blob_piece SET content = ? WHERE blob = ? AND number = ?"),
    piece: prepare(
      "SELECT content FROM blob_piece JOIN blob ON blob.no = blob_piece.blob WHERE id = ? AND number = ?",
    ),
    delete: prepare(`${end} WHERE account = ? AND id = ?`),
    backup: prepare("SELECT id FROM blob WHERE account = ? AND is_backup = 1"),
    deleteBackups: prepare(`${end} WHERE account = ? AND is_backup = 1 AND id <> ?`),
    keep: prepare("UPDATE blob SET is_backup = 1 WHERE id = ?"),
    expire: prepare(`${end} WHERE id IS NOT NULL AND is_backup = 0 AND stored_age_ms < ?`),
    gone: prepare("SELECT no FROM blob WHERE id IS NULL LIMIT 1"),
    freePieces: prepare(
      `DELETE FROM blob_piece WHERE (blob, number) IN
       (SELECT blob, number FROM blob_piece WHERE blob = ? LIMIT ?)`,
    ),
    freeBlob: prepare("DELETE FROM blob WHERE no = ?"),
  };
}
