import { BaseError, equalBytes } from "@cloister/bytes";
import { entryDigest, firstDigest, type LedgerEntry } from "./entry.ts";

/** Where the ledger's digests become public: the transparency log, with a leaf for each entry. */
export interface BudgetLog {
  /** The digests that the log has, oldest first. */
  digests(): Promise<readonly Uint8Array[]>;
  /** Returns once the log has it. */
  append(ledgerDigest: Uint8Array): Promise<void>;
}

/**
 * Brings the log up to the ledger, a leaf for each entry that it lacks, after checking that the ledger still
 * holds all that the log saw. Call it after each change; what a crash left out follows with the next call.
 * @returns how many leaves were added
 * @throws BaseError `LEDGER_FORGOTTEN` when entries were lost or changed since, as by a restored backup
 */
export async function publishLedger(entries: readonly LedgerEntry[], log: BudgetLog): Promise<number> {
  const known = await log.digests();
  const own = digestsOf(entries);
  if (!known.every((digest, at) => equalBytes(digest, own[at] ?? firstDigest))) {
    throw new BaseError(
      "Verification",
      "LEDGER_FORGOTTEN",
      "the transparency log knows entries that this ledger lacks: restore the newest ledger, train nothing before",
    );
  }
  const missing = own.slice(known.length);
  for (const digest of missing) await log.append(digest);
  return missing.length;
}

function digestsOf(entries: readonly LedgerEntry[]): readonly Uint8Array[] {
  const digests: Uint8Array[] = [];
  for (const entry of entries) digests.push(entryDigest(digests.at(-1) ?? firstDigest, entry));
  return digests;
}
