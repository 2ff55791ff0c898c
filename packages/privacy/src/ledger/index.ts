export {
  type BudgetOpened,
  decodeEntry,
  encodeEntry,
  entryDigest,
  firstDigest,
  type LedgerEntry,
  type PrivacyUnit,
  type Purpose,
  purposes,
  type Reserved,
  type Settled,
} from "./entry.ts";
export {
  type BudgetReport,
  type LedgerStore,
  openBudget,
  type Reservation,
  reportBudgets,
  reserve,
  settle,
} from "./ledger.ts";
export { type BudgetLog, publishLedger } from "./publish.ts";
