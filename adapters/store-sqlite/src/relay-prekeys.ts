import type { DatabaseSync } from "node:sqlite";
import type {
  PreKeyCountsRecord,
  PreKeyUpload,
  PublicPreKey,
  SignedPreKey,
  TakenBundle,
} from "@cloister/relay-core";

type OneTimeKind = "ec" | "kem";

interface KeyRow {
  readonly n: number;
  readonly id: number;
  readonly public_key: Uint8Array;
  readonly signature: Uint8Array;
}

/** Prekeys by internal device number; every method runs inside the caller's transaction. */
export class RelayPreKeyTables {
  readonly #sql: ReturnType<typeof statements>;

  constructor(database: DatabaseSync) {
    this.#sql = statements(database);
  }

  add(device: number, keys: PreKeyUpload): void {
    if (keys.signedPreKey) this.#putSigned(device, "signed", keys.signedPreKey);
    if (keys.lastResortKemPreKey) this.#putSigned(device, "lastResort", keys.lastResortKemPreKey);
    for (const key of keys.oneTimePreKeys) this.#sql.insert.run(device, "ec", key.id, key.publicKey, null);
    for (const key of keys.kemPreKeys) {
      this.#sql.insert.run(device, "kem", key.id, key.publicKey, key.signature);
    }
  }

  /** False, and nothing changed, when more than `maxEachCount` of a kind would be held. */
  addWithin(device: number, keys: PreKeyUpload, maxEachCount: number): boolean {
    const { oneTimeCount, kemCount } = this.count(device);
    const newCount = (kind: OneTimeKind, added: readonly PublicPreKey[]) =>
      added.filter(({ id }) => !this.#sql.known.get(device, kind, id)).length;
    if (
      oneTimeCount + newCount("ec", keys.oneTimePreKeys) > maxEachCount ||
      kemCount + newCount("kem", keys.kemPreKeys) > maxEachCount
    ) {
      return false;
    }
    this.add(device, keys);
    return true;
  }

  take(target: { readonly no: number; readonly device: number; readonly oneTime: boolean }): TakenBundle {
    const { registration_id } = this.#sql.registrationId.get(target.no) as { registration_id: number };
    const oneTimePreKey = target.oneTime ? this.#takeOldest(target.no, "ec") : undefined;
    const kemPreKey = target.oneTime ? this.#takeOldest(target.no, "kem") : undefined;
    return {
      device: target.device,
      registrationId: registration_id,
      signedPreKey: this.#signed(target.no, "signed"),
      kemPreKey: kemPreKey ?? this.#signed(target.no, "lastResort"),
      ...(oneTimePreKey && { oneTimePreKey: { id: oneTimePreKey.id, publicKey: oneTimePreKey.publicKey } }),
      left: this.count(target.no),
    };
  }

  count(device: number): PreKeyCountsRecord {
    const { oneTimeCount, kemCount } = this.#sql.count.get(device, device) as unknown as PreKeyCountsRecord;
    return { oneTimeCount, kemCount };
  }

  deleteAll(device: number): void {
    this.#sql.deleteSigned.run(device);
    this.#sql.deleteOneTime.run(device);
  }

  /** Every one-time key counts as handed out. */
  voidOneTime(): void {
    this.#sql.voidOneTime.run();
  }

  #putSigned(device: number, kind: "signed" | "lastResort", key: SignedPreKey): void {
    this.#sql.putSigned.run(device, kind, key.id, key.publicKey, key.signature);
  }

  #signed(device: number, kind: "signed" | "lastResort"): SignedPreKey {
    return toKey(this.#sql.signed.get(device, kind) as unknown as KeyRow);
  }

  #takeOldest(device: number, kind: OneTimeKind): SignedPreKey | undefined {
    const row = this.#sql.oldest.get(device, kind) as KeyRow | undefined;
    if (!row) return undefined;
    this.#sql.spend.run(row.n);
    return toKey(row);
  }
}

function toKey(row: KeyRow): SignedPreKey {
  return { id: row.id, publicKey: row.public_key, signature: row.signature };
}

function statements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  return {
    putSigned: prepare("INSERT OR REPLACE INTO signed_prekey VALUES (?, ?, ?, ?, ?)"),
    signed: prepare("SELECT id, public_key, signature FROM signed_prekey WHERE device = ? AND kind = ?"),
    insert: prepare(
      `INSERT INTO one_time_prekey (device, kind, id, public_key, signature) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    known: prepare("SELECT 1 FROM one_time_prekey WHERE device = ? AND kind = ? AND id = ?"),
    oldest: prepare(
      `SELECT n, id, public_key, signature FROM one_time_prekey
       WHERE device = ? AND kind = ? AND public_key IS NOT NULL ORDER BY n LIMIT 1`,
    ),
    spend: prepare("UPDATE one_time_prekey SET public_key = NULL, signature = NULL WHERE n = ?"),
    voidOneTime: prepare("UPDATE one_time_prekey SET public_key = NULL, signature = NULL"),
    count: prepare(
      `SELECT
        (SELECT count(*) FROM one_time_prekey WHERE device = ? AND kind = 'ec' AND public_key IS NOT NULL)
          AS oneTimeCount,
        (SELECT count(*) FROM one_time_prekey WHERE device = ? AND kind = 'kem' AND public_key IS NOT NULL)
          AS kemCount`,
    ),
    registrationId: prepare("SELECT registration_id FROM device WHERE no = ?"),
    deleteSigned: prepare("DELETE FROM signed_prekey WHERE device = ?"),
    deleteOneTime: prepare("DELETE FROM one_time_prekey WHERE device = ?"),
  };
}
